import type { Readable } from 'node:stream';

/** Reads an answer to its end; rejects where the connection breaks before. */
export function readBody(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', reject);
    // Not every way to break is an error.
    stream.once('close', () => reject(new Error('The connection was closed before the answer had ended.')));
  });
}
