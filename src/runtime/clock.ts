/** The time, and two ways to wait. Tests pass their own clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once after this time in milliseconds, unless the returned function cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Resolves after this time in milliseconds: the wait before a call is repeated. */
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
