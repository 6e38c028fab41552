import crypto from 'node:crypto';

type RandomBytes = (size: number) => Buffer;

/** Numbers instead of randomness: no two of a run are alike, and a run that is repeated gets the same again. */
export function countedBytes(source: number): RandomBytes {
  let count = 0;
  return (size) => {
    const bytes = Buffer.alloc(size);
    // Single bytes are for jitter, which is to be none.
    if (size === 1) return bytes;
    bytes[0] = source + 1;
    bytes.writeUInt16BE(++count, Math.min(1, size - 2));
    return bytes.fill(size, 3);
  };
}

/** Makes something, a session factory, whose randomness is counted for good. */
export function withRandom<Made>(random: RandomBytes, make: () => Made): Made {
  const original = crypto.randomBytes;
  crypto.randomBytes = random as typeof crypto.randomBytes;
  try {
    return make();
  } finally {
    crypto.randomBytes = original;
  }
}
