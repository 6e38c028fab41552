import { RandomBytes } from './id';
import { Values } from './values';
import { FLASH_PREFIX } from '../table/item';

/** How a message is added. */
export interface FlashOptions {
  /** Whether a message that the queue holds already is added again. @default true */
  readonly allowDuplicate?: boolean;
}

/**
 * Messages that wait for the next page, in queues.
 *
 * Each is an attribute of its own, so overlapping requests lose none of each
 * other's: to add one is one assignment, to pop one is one removal.
 */
export class FlashMessages {
  readonly #values: Values;
  readonly #random: RandomBytes;
  #count = 0;

  /** @param values - `[queue, message]` by attribute name */
  public constructor(values: Values, random: RandomBytes) {
    this.#values = values;
    this.#random = random;
  }

  /** @param now - milliseconds since the epoch */
  public add(message: unknown, queue: string, { allowDuplicate = true }: FlashOptions, now: number): void {
    if (typeof queue !== 'string') throw new TypeError(`flash: a queue is a text; this is a ${typeof queue}.`);
    if (message === undefined) throw new TypeError('flash: a message is expected; this is undefined.');
    const text = this.#values.stringify(queue, [queue, message]);
    if (!allowDuplicate && this.#names(queue).some((name) => this.#values.stringify(name, this.#values.get(name)) === text)) return;
    this.#values.set(this.#newName(now), [queue, message]);
  }

  /** The messages of a queue, the oldest first; they stay. */
  public peek(queue: string): unknown[] {
    return this.#names(queue).map((name) => (this.#values.get(name) as readonly unknown[])[1]);
  }

  /** The messages of a queue, the oldest first; they go. */
  public pop(queue: string): unknown[] {
    const messages = this.peek(queue);
    for (const name of this.#names(queue)) this.#values.delete(name);
    return messages;
  }

  #names(queue: string): string[] {
    const isOf = (value: unknown) => Array.isArray(value) && value.length === 2 && value[0] === queue;
    return this.#values.keys().filter((name) => isOf(this.#values.get(name))).sort();
  }

  /** Time, then the order within the request, so that names sort as messages came; then randomness, so that none meets another's. */
  #newName(now: number): string {
    const order = (this.#count++).toString(36).padStart(3, '0');
    return FLASH_PREFIX + now.toString(36).padStart(9, '0') + order + Buffer.from(this.#random(6)).toString('base64url');
  }
}
