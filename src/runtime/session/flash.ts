import type { RandomBytes } from '../clock';
import { SessionError } from '../errors';
import { Values } from './values';

/** How a message is added. */
export interface FlashOptions {
  /** Whether a message that the queue holds already is added again. @default true */
  readonly allowDuplicate?: boolean;
}

/** How many messages may be added before they are stored, and how many removed: one update has room for no more. */
const MOST_ADDED = 100;
const MOST_REMOVED = 250;

/**
 * Messages that wait for a later page, in queues.
 *
 * Each has a name of its own in the item, so overlapping requests lose none of
 * each other's: to add one is one assignment, to pop one is one removal.
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
      throw new SessionError('misuse', `flash: at most ${MOST_ADDED} messages can be added before they are stored. Call save() between them.`);
    }
    this.#values.set(this.#newName(now), [queue, message]);
  }

  /** The messages of a queue, the oldest first; they stay. */
  public peek(queue: string): unknown[] {
    return this.#names(queue).map((name) => (this.#values.get(name) as readonly unknown[])[1]);
  }

  /** The messages of a queue, the oldest first, without those for which the next update has no room; they go. */
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

  /** Time, then the order within the request, so that names sort as messages came; then randomness, so that no two meet. */
  #newName(now: number): string {
    const order = (this.#count++).toString(36).padStart(3, '0');
    return now.toString(36).padStart(9, '0') + order + Buffer.from(this.#random(6)).toString('base64url');
  }
}
