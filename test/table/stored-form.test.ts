import { randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { compress, decompress } from '../../src/runtime/table/compression';
import { COMPRESSED, SEALED, flagsOf } from '../../src/runtime/table/item';
import { StoredForm, StoredFormOptions } from '../../src/runtime/table/stored-form';
import { StoredValue } from '../../src/runtime/table/stored-values';

fc.configureGlobal({ seed: 7932, numRuns: 200 });

const ID = 'a'.repeat(43);
const BOTH = COMPRESSED + SEALED;
const MIB = 1024 * 1024;
const LONG = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ id: i, name: 'thing' })));

type Choice = Partial<StoredFormOptions>;

/** A form that is ready for every text and value. */
async function form(options: Choice = {}, id = ID): Promise<StoredForm> {
  const made = new StoredForm({ compress: true, sealed: false, random: randomBytes, ...options }, id);
  await made.prepareToClose([LONG]);
  await made.prepareToOpen([Uint8Array.of(BOTH, 0)]);
  return made;
}

/** The value as the bytes that it must be. */
function bytesOf(value: StoredValue): Uint8Array {
  if (typeof value === 'string') throw new Error('The value is a text.');
  return value;
}

const CHOICES: Choice[] = [{}, { compress: false }, { sealed: true }, { sealed: true, compress: false }];

test.each(CHOICES)('with %j every text comes back as it was', async (options) => {
  const made = await form(options);
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.nat(5000).map((length) => '€a'.repeat(length)), fc.constantFrom(LONG, '\ufeff{}', ''));
  fc.assert(
    fc.property(texts, fc.string(), (text, key) => {
      expect(made.open(key, made.close(key, text))).toBe(text);
    }),
  );
});

const FLAGS: [Choice, string, number][] = [
  [{}, 'short', 0],
  [{}, LONG, COMPRESSED],
  [{ compress: false }, LONG, 0],
  [{ sealed: true }, 'short', SEALED],
  [{ sealed: true }, LONG, BOTH],
  [{ sealed: true, compress: false }, LONG, SEALED],
];

test.each(FLAGS)('with %j the text %.10s has the right flags', async (options, text, flags) => {
  const stored = (await form(options)).close('key', text);
  expect(flagsOf(stored)).toBe(flags);
  expect(StoredForm.isPortable(stored)).toBe(flags < SEALED);
  expect(typeof stored === 'string').toBe(flags === 0);
});

describe('a compressed value', () => {
  test('has 2048 characters or more', async () => {
    const made = await form();
    expect(made.close('key', 'a'.repeat(2047))).toBe('a'.repeat(2047));
    expect(flagsOf(made.close('key', 'a'.repeat(2048)))).toBe(COMPRESSED);
  });

  test('is brotli after one byte of flags, and at least a fifth smaller', async () => {
    const stored = bytesOf((await form()).close('key', LONG));
    expect(brotliDecompressSync(stored.subarray(1)).toString()).toBe(LONG);
    expect(stored.length).toBeLessThan(LONG.length * 0.8);
  });

  test('is stored as it is where that saves too little', async () => {
    const noise = randomBytes(4096);
    const text = Array.from(noise, (byte) => String.fromCharCode(0x4e00 + byte * 64 + (byte % 7))).join('');
    const half = Buffer.concat([noise, Buffer.alloc(4096)]);
    expect(compress(noise)).toBeUndefined();
    expect(compress(Buffer.concat([noise, Buffer.alloc(512)]))).toBeUndefined();
    expect(compress(half)?.length).toBeLessThan(half.length * 0.8);
    expect((await form()).open('key', (await form()).close('key', text))).toBe(text);
  });

  test('is stored as it is where it has more than 4 MiB, for it could not be opened', async () => {
    const made = await form();
    expect(made.open('key', made.close('key', 'a'.repeat(4 * MIB)))).toHaveLength(4 * MIB);
    expect(made.close('key', 'a'.repeat(4 * MIB + 1))).toHaveLength(4 * MIB + 1);
  });

  test('that grows past 4 MiB is refused', async () => {
    const bomb = Buffer.concat([Uint8Array.of(COMPRESSED), brotliCompressSync(Buffer.alloc(4 * MIB + 1, 'a'))]);
    expect(bomb.length).toBeLessThan(1000);
    const made = await form();
    expect(() => made.open('key', bomb)).toThrow('larger than 4194304 bytes');
    expect(decompress(brotliCompressSync(Buffer.alloc(4 * MIB)))).toHaveLength(4 * MIB);
  });

  test('that is cut, altered or none at all is refused', async () => {
    const made = await form();
    const stored = bytesOf(made.close('key', LONG));
    expect(() => made.open('key', stored.subarray(0, -1))).toThrow();
    expect(() => made.open('key', Uint8Array.of(COMPRESSED))).toThrow();
    expect(() => made.open('key', Uint8Array.of(COMPRESSED, 255, 255, 255))).toThrow();
  });

  test('that is no UTF-8 is refused, and a byte order mark in it stays', async () => {
    const made = await form();
    const packed = (bytes: Uint8Array) => Buffer.concat([Uint8Array.of(COMPRESSED), brotliCompressSync(bytes)]);
    expect(() => made.open('key', packed(Uint8Array.of(0x22, 0xff, 0x22)))).toThrow();
    expect(made.open('key', packed(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toBe('\ufeff1');
  });
});

describe('a sealed value', () => {
  test('shows nothing of its text, and is never twice the same', async () => {
    const made = await form({ sealed: true });
    const [one, other] = [bytesOf(made.close('key', 'secret')), bytesOf(made.close('key', 'secret'))];
    expect(Buffer.from(one).includes('secret')).toBe(false);
    expect(one).not.toEqual(other);
    expect(one).toHaveLength(1 + 12 + 'secret'.length + 16);
    expect(one.subarray(1, 13)).not.toEqual(other.subarray(1, 13));
  });

  test('opens with the same id alone', async () => {
    const stored = (await form({ sealed: true })).close('key', 'secret');
    expect((await form({ sealed: true })).open('key', stored)).toBe('secret');
    expect((await form()).open('key', stored)).toBe('secret');
    const other = await form({ sealed: true }, `b${ID.slice(1)}`);
    expect(() => other.open('key', stored)).toThrow();
  });

  test('opens under its own key alone', async () => {
    const made = await form({ sealed: true });
    const stored = made.close('isAdmin', 'false');
    for (const key of ['role', '', 'isadmin', 'isAdmin ', 'f:isAdmin']) expect(() => made.open(key, stored)).toThrow();
  });

  test('does not open when any byte of it was altered', async () => {
    const made = await form({ sealed: true });
    const stored = bytesOf(made.close('key', 'secret'));
    for (let at = 1; at < stored.length; at++) {
      for (const by of [1, 2, 128, 255]) {
        const altered = stored.map((byte, i) => (i === at ? (byte + by) % 256 : byte));
        expect(() => made.open('key', altered)).toThrow();
      }
    }
  });

  test('does not open when it was cut anywhere', async () => {
    const made = await form({ sealed: true });
    const stored = bytesOf(made.close('key', 'secret'));
    for (let length = 1; length < stored.length; length++) expect(() => made.open('key', stored.subarray(0, length))).toThrow();
  });

  test('does not open when the flag of compression was put on it or taken off', async () => {
    const made = await form({ sealed: true });
    const flagged = (text: string, flags: number) => Uint8Array.from(bytesOf(made.close('key', text)), (byte, i) => (i === 0 ? flags : byte));
    expect(() => made.open('key', flagged('short', BOTH))).toThrow();
    expect(() => made.open('key', flagged(LONG, SEALED))).toThrow();
  });
});

test('bytes that were never sealed or compressed by anybody do not open, or open as the text that they are', async () => {
  const made = await form();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (flags, bytes) => {
      try {
        expect(typeof made.open('key', Uint8Array.of(flags, ...bytes))).toBe('string');
        expect(flags).toBe(COMPRESSED);
      } catch (error) {
        expect(error).toHaveProperty('message');
      }
    }),
  );
});

test('modules that only some values need are not loaded for others', async () => {
  const made = new StoredForm({ compress: true, sealed: false, random: randomBytes }, ID);
  await made.prepareToOpen(['text']);
  await made.prepareToClose(['short', undefined]);
  expect(made.close('key', LONG)).toBe(LONG);
  await made.prepareToClose([LONG]);
  expect(flagsOf(made.close('key', LONG))).toBe(COMPRESSED);
});
