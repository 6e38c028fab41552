import { builtin } from '../builtin';
import type { RandomBytes } from '../clock';
import { SessionTooLargeError } from '../errors';
import { COMPRESSED, NO_VALUES, SEALED, StoredChanges, StoredValue, StoredValues, flagsOf } from './item';
import { Seal } from './sealing';

/** What a value is made into before it is stored. */
export interface StoredFormOptions {
  readonly compress: boolean;
  readonly sealed: boolean;
  readonly random: RandomBytes;
}

/** Compressing shorter texts is not worth it: a write is billed by the kilobyte. */
const SHORTEST_COMPRESSED = 2048;
/** Bytes that one value may have before compression, and after decompression. */
const LARGEST_VALUE = 4 * 1024 * 1024;
/** Bytes that the compressed values of one session may have together once they are decompressed. */
export const LARGEST_SESSION = 4 * LARGEST_VALUE;
const DECOMPRESSED_LIMIT = { bytes: LARGEST_SESSION, text: 'can be read once they are decompressed' };
/** A value is stored compressed if that makes it at least a fifth smaller. */
const WORTHWHILE = 0.8;

/** The stored form of the values of one session: plain, compressed, sealed, or both. */
export class StoredForm {
  /** Whether a stored value means the same under another id: a sealed one does not. */
  public static isPortable(value: StoredValue): boolean {
    return (flagsOf(value) & SEALED) === 0;
  }

  /** Whether a stored value may be copied as it is under another id: where values are sealed, none may, one of before that neither. */
  public static mayTravel({ sealed }: Pick<StoredFormOptions, 'sealed'>): (value: StoredValue) => boolean {
    return (value) => !sealed && StoredForm.isPortable(value);
  }

  readonly #options: StoredFormOptions;
  readonly #id: string;
  #seal: Seal | undefined;
  /** Bytes of compressed values that were read or written, by key. */
  readonly #opened = new Map<string, number>();

  public constructor(options: StoredFormOptions, id: string) {
    this.#options = options;
    this.#id = id;
  }

  /**
   * The text of a stored value, or `undefined` if it was damaged, altered, or moved here from another session or key.
   */
  public decode(key: string, value: StoredValue): string | undefined {
    if (typeof value === 'string') return value;
    const flags = flagsOf(value);
    const sealed = value.subarray(1);
    const packed = flags & SEALED ? this.#sealOf().open(boundTo(key, flags), sealed) : sealed;
    const bytes = packed && flags & COMPRESSED ? this.#decompress(key, packed) : packed;
    return bytes && toText(bytes);
  }

  /**
   * The stored form of changes.
   *
   * @param present - what is stored, of which the changes replace a part
   * @throws SessionTooLargeError if the session could not be read again: more than 16 MiB once decompressed
   */
  public encode(changes: ReadonlyMap<string, string | undefined>, present: StoredValues = NO_VALUES): StoredChanges {
    const stored = new Map<string, StoredValue | undefined>();
    const compressed = new Map<string, number>();
    for (const [key, text] of changes) {
      const value = text === undefined ? undefined : this.#encodeValue(key, text);
      if (value !== undefined && flagsOf(value) & COMPRESSED) compressed.set(key, Buffer.byteLength(text as string));
      stored.set(key, value);
    }
    let added = 0;
    for (const bytes of compressed.values()) added += bytes;
    const total = added > 0 ? added + this.#bytesBeside(changes, present, LARGEST_SESSION - added) : 0;
    if (total > LARGEST_SESSION) throw new SessionTooLargeError(total, [], { limit: DECOMPRESSED_LIMIT });
    for (const key of changes.keys()) this.#opened.delete(key);
    for (const [key, bytes] of compressed) this.#opened.set(key, bytes);
    return stored;
  }

  #encodeValue(key: string, text: string): StoredValue {
    const packed =
      this.#options.compress && text.length >= SHORTEST_COMPRESSED ? compress(Buffer.from(text)) : undefined;
    if (!this.#options.sealed) return packed === undefined ? text : Buffer.concat([Uint8Array.of(COMPRESSED), packed]);
    const flags = packed === undefined ? SEALED : SEALED | COMPRESSED;
    return Buffer.concat([Uint8Array.of(flags), this.#sealOf().seal(boundTo(key, flags), packed ?? Buffer.from(text))]);
  }

  /** Bytes of the compressed values that stay. They are measured only if there are enough to pass the limit. */
  #bytesBeside(changes: ReadonlyMap<string, unknown>, present: StoredValues, limit: number): number {
    const staying = [...present].filter(([key, value]) => !changes.has(key) && flagsOf(value) & COMPRESSED);
    if (staying.length * LARGEST_VALUE <= limit) return 0;
    for (const [key, value] of staying) if (!this.#opened.has(key)) this.decode(key, value);
    return this.#openedBytes((key) => !changes.has(key) && present.has(key));
  }

  #openedBytes(counts: (key: string) => boolean): number {
    let total = 0;
    for (const [key, bytes] of this.#opened) if (counts(key)) total += bytes;
    return total;
  }

  #sealOf(): Seal {
    return (this.#seal ??= new Seal(this.#id, this.#options.random));
  }

  #decompress(key: string, packed: Uint8Array): Uint8Array | undefined {
    const { brotliDecompressSync } = builtin('node:zlib');
    const maxOutputLength = Math.min(LARGEST_VALUE, LARGEST_SESSION - this.#openedBytes((other) => other !== key));
    if (maxOutputLength < 1) return undefined;
    try {
      const bytes = brotliDecompressSync(packed, { maxOutputLength });
      this.#opened.set(key, bytes.length);
      return bytes;
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }
}

/** The compressed form of a text, or nothing if it is not worth it. */
function compress(text: Uint8Array): Uint8Array | undefined {
  if (text.length > LARGEST_VALUE) return undefined;
  const { brotliCompressSync, constants } = builtin('node:zlib');
  // The fastest level takes a fifth of the time of the next level with a much smaller result.
  const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  return packed.length <= text.length * WORTHWHILE ? packed : undefined;
}

/** Whether an error of zlib is about the bytes. Any other is our own fault, and says nothing about them. */
function isDamage(error: unknown): boolean {
  const { errno, code } = Object(error) as { readonly errno?: unknown; readonly code?: unknown };
  return typeof errno === 'number' || code === 'ERR_BUFFER_TOO_LARGE';
}

/** What a sealed value is bound to besides the session. */
function boundTo(key: string, flags: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(flags), Buffer.from(key)]);
}

function toText(bytes: Uint8Array): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
