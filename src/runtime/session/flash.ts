import type { RandomBytes } from '../clock';
import { SessionError } from '../errors';
import { Values } from './values';

/** Options of adding a message. */
export interface FlashOptions {
  /** Whether a message is added again if the queue already has it. @default true */
  readonly allowDuplicate?: boolean;
}

/** How many messages may be added before they are stored, and how many removed: one update has room for no more. */
const MOST_ADDED = 100;
const MOST_REMOVED = 250;

/**
 * Messages that wait for a later page, in queues.
 *
 * Each has its own name in the item, so overlapping requests keep each other's:
 * adding one is an assignment, popping one a removal.
 */
export class FlashMessages {
  readonly #values: Values;
  readonly #random: RandomBytes;
  #count = 0;

  /** @param values - `[queue, message]` by name */
  public constructor(values: Values, random: RandomBytes) {
    this.#values = values;
    this.#random = random;
  }

  /**
   * @param now - milliseconds since the epoch
   * @throws SessionError with the code `misuse` for the 101st message before they are stored
   */
  public add(message: unknown, queue: string, { allowDuplicate = true }: FlashOptions, now: number): void {
    if (typeof queue !== 'string') throw new TypeError(`flash: queue must be a text; this is a ${typeof queue}.`);
    if (message === undefined) throw new TypeError('flash: a message is expected; this is undefined.');
    const text = this.#values.stringify(queue, [queue, message]);
    if (!allowDuplicate && this.#names(queue).some((name) => this.#values.isText(name, text))) return;
    if (this.#pending((change) => change !== undefined) >= MOST_ADDED) {
      throw new SessionError(
        'misuse',
        `flash: at most ${MOST_ADDED} messages can be added before they are stored. Call save() between them.`,
      );
    }
    this.#values.set(this.#newName(now), [queue, message]);
  }

  /** The messages of a queue, the oldest first, without removing them. */
  public peek(queue: string): unknown[] {
    return this.#names(queue).map((name) => (this.#values.get(name) as readonly unknown[])[1]);
  }

  /** Removes and returns the messages of a queue, the oldest first, as far as the next update has room. */
  public pop(queue: string): unknown[] {
    const room = MOST_REMOVED - this.#pending((change) => change === undefined);
    const names = this.#names(queue).slice(0, Math.max(0, room));
    const messages = names.map((name) => (this.#values.get(name) as readonly unknown[])[1]);
    for (const name of names) this.#values.delete(name);
    return messages;
  }

  #pending(isCounted: (change: string | undefined) => boolean): number {
    return [...this.#values.changes().values()].filter(isCounted).length;
  }

  #names(queue: string): string[] {
    const isOf = (value: unknown) => Array.isArray(value) && value.length === 2 && value[0] === queue;
    return this.#values.keys().filter((name) => isOf(this.#values.get(name))).sort();
  }

  /**
   * Time, then the order within the request, so that names sort as messages came; then randomness, so that no two meet.
   */
  #newName(now: number): string {
    const order = (this.#count++).toString(36).padStart(3, '0');
    return now.toString(36).padStart(9, '0') + order + Buffer.from(this.#random(6)).toString('base64url');
  }
}
