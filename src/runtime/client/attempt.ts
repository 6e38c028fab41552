import { CallOptions } from './session-client';

/**
 * One attempt of a call, which can be given up.
 *
 * A real `AbortSignal` with its listeners costs more than all else that the
 * library does for a read, and nearly none is ever used. So it is made for who
 * asks; the lean client takes the attempt itself, in the older form with `onabort`
 * that AWS's socket handler knows too, and the default SDK client does without.
 */
export class Attempt implements CallOptions {
  public aborted = false;
  public onabort: (() => void) | null = null;
  #controller: AbortController | undefined;

  public get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  public abort(): void {
    this.aborted = true;
    this.onabort?.();
    this.#controller?.abort();
  }
}

/** What AWS's socket handler is to heed. */
export function lightSignal(options: CallOptions): Attempt | AbortSignal {
  return options instanceof Attempt ? options : options.signal;
}
