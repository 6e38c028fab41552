import { randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as fc from 'fast-check';
import { SessionTooLargeError } from '../../src/runtime/errors';
import { COMPRESSED, SEALED, StoredValue, StoredValues, flagsOf } from '../../src/runtime/table/item';
import { LARGEST_SESSION, StoredForm, StoredFormOptions } from '../../src/runtime/table/stored-form';

fc.configureGlobal({ seed: 7932, numRuns: 200 });

const ID = 'a'.repeat(43);
const BOTH = COMPRESSED + SEALED;
const MIB = 1024 * 1024;
const LONG = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ id: i, name: 'thing' })));

type Choice = Partial<StoredFormOptions>;

function form(options: Choice = {}, id = ID): StoredForm {
  return new StoredForm({ compress: true, sealed: false, random: randomBytes, ...options }, id);
}

/** The stored form of one value. */
function encode(by: StoredForm, key: string, text: string): StoredValue {
  return by.encode(new Map([[key, text]])).get(key) as StoredValue;
}

/** The bytes as a compressed value that another program wrote. */
function packed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(COMPRESSED), brotliCompressSync(bytes)]);
}

/** The value as the bytes that it must be. */
function bytesOf(value: StoredValue): Uint8Array {
  if (typeof value === 'string') throw new Error('The value is a text.');
  return value;
}

const CHOICES: Choice[] = [{}, { compress: false }, { sealed: true }, { sealed: true, compress: false }];

test.each(CHOICES)('with %j every text comes back as it was', (options) => {
  const made = form(options);
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.nat(5000).map((length) => '€a'.repeat(length)), fc.constantFrom(LONG, '\ufeff{}', ''));
  fc.assert(
    fc.property(texts, fc.string(), (text, key) => {
      expect(made.decode(key, encode(made, key, text))).toBe(text);
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

test.each(FLAGS)('with %j the text %.10s has the right flags', (options, text, flags) => {
  const stored = encode(form(options), 'key', text);
  expect(flagsOf(stored)).toBe(flags);
  expect(StoredForm.isPortable(stored)).toBe(flags < SEALED);
  expect(typeof stored === 'string').toBe(flags === 0);
});

describe('a compressed value', () => {
  test('has 2048 characters or more', () => {
    const made = form();
    expect(encode(made, 'key', 'a'.repeat(2047))).toBe('a'.repeat(2047));
    expect(flagsOf(encode(made, 'key', 'a'.repeat(2048)))).toBe(COMPRESSED);
  });

  test('is brotli after one byte of flags, and at least a fifth smaller', () => {
    const stored = bytesOf(encode(form(), 'key', LONG));
    expect(brotliDecompressSync(stored.subarray(1)).toString()).toBe(LONG);
    expect(stored.length).toBeLessThan(LONG.length * 0.8);
  });

  test('is stored as it is where that saves too little', () => {
    // Six of the eight bits of a character of base64 are noise.
    const noise = randomBytes(6144).toString('base64');
    expect(flagsOf(encode(form(), 'key', noise + 'a'.repeat(8192)))).toBe(COMPRESSED);
    const han = Array.from(randomBytes(4096), (byte, i) => String.fromCharCode(0x4e00 + byte * 64 + (i % 61))).join('');
    for (const text of [`${noise}`, han]) {
      const stored = encode(form(), 'key', text);
      const size = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }).length;
      expect(typeof stored === 'string').toBe(size > Buffer.byteLength(text) * 0.8);
      expect(form().decode('key', stored)).toBe(text);
    }
  });

  test('is stored as it is where it has more than 4 MiB, for it could not be opened', () => {
    const made = form();
    expect(made.decode('key', encode(made, 'key', 'a'.repeat(4 * MIB)))).toHaveLength(4 * MIB);
    expect(encode(made, 'key', 'a'.repeat(4 * MIB + 1))).toHaveLength(4 * MIB + 1);
  });

  test('that grows past 4 MiB is damaged', () => {
    const bomb = packed(Buffer.alloc(4 * MIB + 1, 'a'));
    expect(bomb.length).toBeLessThan(1000);
    expect(form().decode('key', bomb)).toBeUndefined();
    expect(form().decode('key', packed(Buffer.alloc(4 * MIB, 'a')))).toHaveLength(4 * MIB);
  });

  test('that is cut, altered or none at all is damaged', () => {
    const made = form();
    const stored = bytesOf(encode(made, 'key', LONG));
    expect(made.decode('key', stored.subarray(0, -1))).toBeUndefined();
    expect(made.decode('key', Uint8Array.of(COMPRESSED))).toBeUndefined();
    expect(made.decode('key', Uint8Array.of(COMPRESSED, 255, 255, 255))).toBeUndefined();
  });

  test('that is no UTF-8 is damaged, and a byte order mark in it stays', () => {
    const made = form();
    expect(made.decode('key', packed(Uint8Array.of(0x22, 0xff, 0x22)))).toBeUndefined();
    expect(made.decode('key', packed(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toBe('\ufeff1');
  });
});

describe('a sealed value', () => {
  test('shows nothing of its text, and is never twice the same', () => {
    const made = form({ sealed: true });
    const [one, other] = [bytesOf(encode(made, 'key', 'secret')), bytesOf(encode(made, 'key', 'secret'))];
    expect(Buffer.from(one).includes('secret')).toBe(false);
    expect(one).not.toEqual(other);
    expect(one).toHaveLength(1 + 12 + 'secret'.length + 16);
    expect(one.subarray(1, 13)).not.toEqual(other.subarray(1, 13));
  });

  test('opens with the same id alone', () => {
    const stored = encode(form({ sealed: true }), 'key', 'secret');
    expect(form({ sealed: true }).decode('key', stored)).toBe('secret');
    expect(form().decode('key', stored)).toBe('secret');
    const other = form({ sealed: true }, `b${ID.slice(1)}`);
    expect(other.decode('key', stored)).toBeUndefined();
  });

  test('opens under its own key alone', () => {
    const made = form({ sealed: true });
    const stored = encode(made, 'isAdmin', 'false');
    for (const key of ['role', '', 'isadmin', 'isAdmin ', 'f:isAdmin']) expect(made.decode(key, stored)).toBeUndefined();
  });

  test('does not open when any byte of it was altered', () => {
    const made = form({ sealed: true });
    const stored = bytesOf(encode(made, 'key', 'secret'));
    for (let at = 1; at < stored.length; at++) {
      for (const by of [1, 2, 128, 255]) {
        const altered = stored.map((byte, i) => (i === at ? (byte + by) % 256 : byte));
        expect(made.decode('key', altered)).toBeUndefined();
      }
    }
  });

  test('does not open when it was cut anywhere', () => {
    const made = form({ sealed: true });
    const stored = bytesOf(encode(made, 'key', 'secret'));
    for (let length = 1; length < stored.length; length++) expect(made.decode('key', stored.subarray(0, length))).toBeUndefined();
  });

  test('does not open when the flag of compression was put on it or taken off', () => {
    const made = form({ sealed: true });
    const flagged = (text: string, flags: number) => Uint8Array.from(bytesOf(encode(made, 'key', text)), (byte, i) => (i === 0 ? flags : byte));
    expect(made.decode('key', flagged('short', BOTH))).toBeUndefined();
    expect(made.decode('key', flagged(LONG, SEALED))).toBeUndefined();
  });
});

describe('the budget of a session', () => {
  const large = packed(Buffer.alloc(4 * MIB, 'a'));
  const more = packed(Buffer.from('"b"'));
  const keys = ['a', 'b', 'c', 'd'];
  const text = (mebibytes: number) => 'a'.repeat(mebibytes * MIB);

  test('is 16 MiB once decompressed', () => {
    expect(LARGEST_SESSION).toBe(16 * MIB);
  });

  test('is kept at reading: what is past it is damaged, and texts and the same key again are not', () => {
    const made = form();
    for (const key of keys) expect(made.decode(key, large)).toHaveLength(4 * MIB);
    expect(made.decode('e', more)).toBeUndefined();
    expect(made.decode('e', 'text')).toBe('text');
    expect(made.decode('a', large)).toHaveLength(4 * MIB);
    made.decode('a', more);
    expect(made.decode('e', more)).toBe('"b"');
  });

  test('is kept at writing, in one write and over several', () => {
    const all = new Map(keys.map((key) => [key, text(4)]));
    expect(() => form().encode(new Map([...all, ['e', 'a'.repeat(2048)]]))).toThrow(SessionTooLargeError);
    const made = form();
    const present = made.encode(all) as StoredValues;
    const error = expect.objectContaining({ bytes: 16 * MIB + 2048, message: expect.stringContaining('at most 16777216 can be read') as string }) as Error;
    expect(() => made.encode(new Map([['e', 'a'.repeat(2048)]]), present)).toThrow(error);
  });

  test('counts what is stored and stays, read or not', () => {
    const made = form();
    const present = new Map(keys.map((key) => [key, large]));
    expect(() => made.encode(new Map([['e', 'a'.repeat(2048)]]), present)).toThrow(SessionTooLargeError);
    expect(made.encode(new Map([['e', 'short'], ['f', undefined]]), present).get('e')).toBe('short');
    expect(flagsOf(made.encode(new Map([['a', undefined], ['e', 'a'.repeat(2048)]]), present).get('e')!)).toBe(COMPRESSED);
    expect(made.encode(new Map([['a', text(3)]]), present).size).toBe(1);
  });

  test('does not count values that are not compressed', () => {
    const made = form({ compress: false, sealed: true });
    expect(made.encode(new Map([...keys, 'e'].map((key) => [key, text(4)]))).size).toBe(5);
  });

  test('is left as it was by a write that was refused', () => {
    const made = form();
    const present = new Map(keys.slice(1).map((key) => [key, large]));
    expect(() => made.encode(new Map([['a', text(4)], ['e', text(1)]]), present)).toThrow(SessionTooLargeError);
    expect(made.decode('a', large)).toHaveLength(4 * MIB);
  });
});

test('the changes of a session are encoded by key, and a removal stays one', () => {
  const encoded = form().encode(new Map([['a', '1'], ['b', undefined], ['c', LONG]]));
  expect([...encoded.keys()]).toEqual(['a', 'b', 'c']);
  expect([encoded.get('a'), encoded.get('b'), flagsOf(encoded.get('c')!)]).toEqual(['1', undefined, COMPRESSED]);
});

describe('an error of our own is thrown, and not taken for a damaged value', () => {
  const stored = encode(form(), 'key', LONG);
  const sealed = encode(form({ sealed: true }), 'key', 'secret');
  afterEach(() => jest.restoreAllMocks());

  test('where a module of Node is missing', () => {
    jest.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      throw new Error('no such module');
    });
    expect(() => form().decode('key', stored)).toThrow('no such module');
    expect(() => form().encode(new Map([['key', LONG]]))).toThrow('no such module');
  });

  test('where a module of Node is not what it should be', () => {
    jest.spyOn(process, 'getBuiltinModule').mockReturnValue({} as never);
    expect(() => form().decode('key', stored)).toThrow(TypeError);
  });

  test('where there is no decoder of UTF-8', () => {
    jest.spyOn(globalThis, 'TextDecoder').mockImplementation(() => {
      throw new TypeError('no ICU');
    });
    expect(() => form().decode('key', stored)).toThrow('no ICU');
  });

  test('where there is no randomness to seal with', () => {
    const random = () => {
      throw new Error('no entropy');
    };
    expect(() => form({ sealed: true, random }).encode(new Map([['key', 'secret']]))).toThrow('no entropy');
    expect(form({ random }).decode('key', sealed)).toBe('secret');
  });
});

test('bytes that were never sealed or compressed by anybody are damaged, or the text that they are', () => {
  const made = form();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (flags, bytes) => {
      const text = made.decode('key', Uint8Array.of(flags, ...bytes));
      if (text !== undefined) expect([typeof text, flags]).toEqual(['string', COMPRESSED]);
    }),
  );
});

test('the module that compresses is loaded by the first value that needs it', () => {
  const load = jest.spyOn(process, 'getBuiltinModule');
  const made = form({ sealed: true });
  made.decode('key', encode(made, 'key', 'short'));
  made.decode('key', 'text');
  expect(load).not.toHaveBeenCalled();
  encode(made, 'key', LONG);
  expect(load).toHaveBeenCalledWith('node:zlib');
  load.mockRestore();
});
