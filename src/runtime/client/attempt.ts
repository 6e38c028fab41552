import { CallOptions } from './session-client';

/**
 * One attempt of a call, which can be given up.
 *
 * A real `AbortSignal` with its listeners costs more than everything else the
 * library does for a read, and is hardly ever used. So one is made only for
 * clients that ask for it. The lean client uses `onabort`, and the default SDK
 * client needs neither.
 */
export class Attempt implements CallOptions {
  public aborted = false;
  /** Ends the attempt at once. May return the error that says how far it had come. */
  public onabort: (() => unknown) | undefined;
  /** The failures that the client reported, if it repeats calls itself. */
  public readonly failures: unknown[] = [];
  #controller: AbortController | undefined;

  /** Not a method, so that a client may take it out of the options. */
  public readonly onFailedAttempt = (error: unknown): void => void this.failures.push(error);

  public get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Returns what `onabort` does. */
  public abort(): unknown {
    this.aborted = true;
    this.#controller?.abort();
    return this.onabort?.();
  }
}

/** Whether nobody waits for the call any more. */
export function isAborted(options: CallOptions): boolean {
  return options instanceof Attempt ? options.aborted : options.signal.aborted;
}

/** Calls back when the call is given up, unless the returned function was called before. */
export function whenAborted(options: CallOptions, abort: () => unknown): () => void {
  if (options instanceof Attempt) {
    options.onabort = abort;
    return () => (options.onabort = undefined);
  }
  options.signal.addEventListener('abort', abort, { once: true });
  return () => options.signal.removeEventListener('abort', abort);
}

/**
 * Milliseconds for an attempt, of those that its call has left. Until an attempt
 * has timed out, half of them are kept, because the connection may have died
 * while Lambda was frozen. After that, the next attempt may take all, because
 * DynamoDB may just be slow.
 */
export function attemptTime(left: number, hasTimedOut: boolean): number {
  return hasTimedOut ? left : Math.ceil(left / 2);
}
