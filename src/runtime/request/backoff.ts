import { SessionUnavailableError } from '../errors';
import type { SessionContext } from './scope';
import { sessionRef } from '../session/id';

const FIRST_WAIT = 10;
const LONGEST_WAIT = 80;

/** Requests that write one session at a time: each gives way for a random while before it tries again, until its deadline. */
export class Contention {
  readonly #context: SessionContext;
  readonly #key: Uint8Array;
  readonly #endsAt: number;
  #longest = FIRST_WAIT;

  public constructor(context: SessionContext, key: Uint8Array) {
    this.#context = context;
    this.#key = key;
    this.#endsAt = context.options.clock.now() + context.options.deadline;
  }

  /** @throws SessionUnavailableError when the deadline is near; nothing was written */
  public async giveWay(): Promise<void> {
    const { clock, random } = this.#context.options;
    const delay = ((random(1)[0] as number) / 256) * this.#longest;
    this.#longest = Math.min(this.#longest * 2, LONGEST_WAIT);
    if (clock.now() + delay >= this.#endsAt) {
      throw new SessionUnavailableError('unavailable', 'Other requests changed the session again and again; nothing was written.', {
        ref: sessionRef(this.#key),
      });
    }
    await clock.sleep(delay);
  }
}
