/** The time, and two ways to wait for it. Tests pass a clock of their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds, unless the returned function cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Resolves after so many milliseconds: the wait before a call is repeated. */
  sleep(milliseconds: number): Promise<void>;
}

/** Makes cryptographically random bytes. Passed in, like the time. */
export type RandomBytes = (size: number) => Uint8Array;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
