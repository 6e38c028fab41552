import type * as compression from './compression';
import { COMPRESSED, SEALED, flagsOf } from './item';
import type { Seal } from './sealing';
import { StoredValue } from './stored-values';
import { RandomBytes } from '../session/id';

/** What a value is made into before it is stored. */
export interface StoredFormOptions {
  readonly compress: boolean;
  readonly sealed: boolean;
  readonly random: RandomBytes;
}

/** Shorter texts are not worth the attempt: a kilobyte is the unit of a write. */
const SHORTEST_COMPRESSED = 2048;

/**
 * The form of the values of one session: plain, compressed, sealed, or both.
 *
 * Modules that only some values need are loaded when the first such value is met.
 */
export class StoredForm {
  /** Whether a stored value is as good under another id: what is sealed is not. */
  public static isPortable(value: StoredValue): boolean {
    return (flagsOf(value) & SEALED) === 0;
  }

  readonly #options: StoredFormOptions;
  readonly #id: string;
  #compression: typeof compression | undefined;
  #seal: Seal | undefined;

  public constructor(options: StoredFormOptions, id: string) {
    this.#options = options;
    this.#id = id;
  }

  /** Loads what it takes to open these values; mostly that is nothing, and nothing to wait for. */
  public prepareToOpen(...lists: readonly Iterable<StoredValue>[]): Promise<void> | undefined {
    let flags = 0;
    for (const values of lists) for (const value of values) flags |= flagsOf(value);
    return this.#prepare(flags);
  }

  /** Loads what it takes to close these texts. */
  public prepareToClose(texts: Iterable<string | undefined>): Promise<void> | undefined {
    let flags = this.#options.sealed ? SEALED : 0;
    for (const text of texts) if (text !== undefined && this.#mayCompress(text)) flags |= COMPRESSED;
    return this.#prepare(flags);
  }

  /** @throws Error for a value that was damaged, altered, or moved here from another session or key */
  public open(key: string, value: StoredValue): string {
    if (typeof value === 'string') return value;
    const flags = flagsOf(value);
    let bytes = value.subarray(1);
    if (flags & SEALED) bytes = (this.#seal as Seal).open(context(key, flags), bytes);
    if (flags & COMPRESSED) bytes = (this.#compression as typeof compression).decompress(bytes);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  public close(key: string, text: string): StoredValue {
    const packed = this.#mayCompress(text) ? this.#compression?.compress(Buffer.from(text)) : undefined;
    if (!this.#options.sealed) return packed === undefined ? text : Buffer.concat([Uint8Array.of(COMPRESSED), packed]);
    const flags = packed === undefined ? SEALED : SEALED | COMPRESSED;
    return Buffer.concat([Uint8Array.of(flags), (this.#seal as Seal).seal(context(key, flags), packed ?? Buffer.from(text))]);
  }

  #mayCompress(text: string): boolean {
    return this.#options.compress && text.length >= SHORTEST_COMPRESSED;
  }

  #prepare(flags: number): Promise<void> | undefined {
    const isReady = (!(flags & COMPRESSED) || this.#compression !== undefined) && (!(flags & SEALED) || this.#seal !== undefined);
    return isReady ? undefined : this.#load(flags);
  }

  async #load(flags: number): Promise<void> {
    if (flags & COMPRESSED) this.#compression ??= await import('./compression');
    if (flags & SEALED) this.#seal ??= new (await import('./sealing')).Seal(this.#id, this.#options.random);
  }
}

/** What a sealed value is bound to beside the session. */
function context(key: string, flags: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(flags), Buffer.from(key)]);
}
