import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** Bytes that a value may have before compression, and after decompression. More is refused before memory is taken. */
const LARGEST = 4 * 1024 * 1024;
/** A value is stored compressed where that makes it at least a fifth smaller. */
const WORTHWHILE = 0.8;

/** The compressed form of a text, or nothing where it is not worth it. */
export function compress(text: Uint8Array): Uint8Array | undefined {
  if (text.length > LARGEST) return undefined;
  // The fastest level: it takes a fifth of the time of the next that is smaller by much.
  const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  return packed.length <= text.length * WORTHWHILE ? packed : undefined;
}

/** @throws Error for what is no brotli, or grows past 4 MiB */
export function decompress(packed: Uint8Array): Uint8Array {
  return brotliDecompressSync(packed, { maxOutputLength: LARGEST });
}
