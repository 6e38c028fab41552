/** Gives the CRC-32 of bytes. */
export type Checksum = (bytes: Uint8Array) => number;

/** Node's own where it has one (from 20.15), which is a hundred times as fast. */
export async function loadChecksum(): Promise<Checksum> {
  const { crc32 }: { crc32?: Checksum } = await import('node:zlib');
  return crc32 ?? tableChecksum();
}

/** The same by a table, for older versions of Node. */
export function tableChecksum(): Checksum {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
    return rest;
  });
  return (bytes) => {
    let sum = 0xffffffff;
    for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 255] as number);
    return (sum ^ 0xffffffff) >>> 0;
  };
}
