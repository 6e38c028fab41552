import type { Clock } from '../../src/runtime';

/** Milliseconds that the laboratory's clock is ahead of the machine's. */
let ahead = 0;

/** The laboratory's time, for `sessionFactory`. Each invocation tells its instance how far the clock has moved. */
export const clock: Clock = {
  now: () => Date.now() + ahead,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Sets the laboratory's time. */
export function moveClock(milliseconds: number): void {
  ahead = milliseconds;
}
