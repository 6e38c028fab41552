/** The time, and two ways to wait for it. Tests pass one of their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once when so many milliseconds have passed, unless it is cancelled by the function that it gives back. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Fulfils when so many milliseconds have passed: the wait before a call is repeated. */
  sleep(milliseconds: number): Promise<void>;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
