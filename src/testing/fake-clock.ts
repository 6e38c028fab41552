import type { Clock } from '../runtime/clock';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. Give it to a factory as `clock`. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** @param start - milliseconds since the epoch; by default the first second of 2026 */
  public constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  public now(): number {
    return this.#now;
  }

  public after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves the time at once, so that tests don't wait. */
  public async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  /** How many callbacks are waiting. */
  public get waiting(): number {
    return this.#timers.size;
  }

  /** Moves the time, backwards too, and runs the callbacks that are due, in order. */
  public advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((one, other) => one.at - other.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }

  /**
   * Makes this the time of `Date.now` too, and so of a factory that your handler makes at module level.
   *
   * @returns a function that restores the original `Date.now`
   */
  public install(): () => void {
    const former = Date.now;
    Date.now = () => this.#now;
    return () => {
      Date.now = former;
    };
  }

  /** Moves the time by whole seconds. */
  public advanceSeconds(seconds: number): void {
    this.advance(seconds * 1000);
  }
}
