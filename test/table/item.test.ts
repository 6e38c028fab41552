import * as fc from 'fast-check';
import { AttributeValue, Item } from '../../src/runtime/client/session-client';
import { COMPRESSED, SEALED, SessionRecord, flagsOf, readItem, readTokens, toItem } from '../../src/runtime/table/item';
import { LARGEST_ITEM, attributeSize, itemSize } from '../../src/runtime/table/item-size';

fc.configureGlobal({ seed: 31, numRuns: 500 });

const KEY = new Uint8Array(32).fill(7);
const NOW = 1_790_000_000;

const PLAIN: SessionRecord = {
  exp: NOW + 1200,
  iat: NOW,
  iss: NOW,
  ver: 1,
  abs: undefined,
  idl: undefined,
  upd: [],
  csr: undefined,
  flash: new Map(),
  dat: new Map(),
  foreign: 0,
};

/** A good item, with some of its attributes replaced, or left out where they are `undefined`. */
function item(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const whole: Record<string, unknown> = { ...toItem(KEY, { ...PLAIN, dat: new Map([['name', '"Ann"']]) }), ...changes };
  for (const name of Object.keys(whole)) if (whole[name] === undefined) delete whole[name];
  return whole;
}

test('a good item is a session', () => {
  expect(readItem(item(), KEY)).toEqual({ ...PLAIN, dat: new Map([['name', '"Ann"']]) });
});

/** What a number of a session must never be taken from. */
const NO_NUMBERS: unknown[] = [
  undefined,
  { S: '1790000000' },
  { NULL: true },
  { N: '-1' },
  { N: '1.5' },
  { N: '1e999' },
  { N: '1E9' },
  { N: '9'.repeat(38) },
  { N: '' },
  { N: ' 1' },
  { N: '01' },
  { N: '+1' },
  { N: '0x10' },
  { N: 'NaN' },
  { N: 'Infinity' },
  { N: '١' },
  { N: 1_790_000_000 },
  { N: ['1790000000'] },
  {},
  { N: '1790000000', S: 'a' },
  { $unknown: ['N', '1790000000'] },
  '1790000000',
  1_790_000_000,
  null,
  [],
];

describe.each(['ver', 'exp', 'iat', 'iss'])('the number %s', (name) => {
  test.each(NO_NUMBERS)('makes no session where it is %j', (value) => {
    expect(readItem(item({ [name]: value }), KEY)).toBeUndefined();
  });
});

describe.each(['abs', 'idl'])('the number %s that may be missing', (name) => {
  test.each(NO_NUMBERS.slice(1))('makes no session where it is %j', (value) => {
    expect(readItem(item({ [name]: value }), KEY)).toBeUndefined();
  });
});

const OTHER_KEY = new Uint8Array(32).fill(8);

const DAMAGED: [string, unknown][] = [
  ['no item', undefined],
  ['null', null],
  ['a text', 'item'],
  ['a list', [item()]],
  ['an empty item', {}],
  ['a key alone', { sid: { B: KEY } }],
  ['the row that an upsert of the Python library leaves', { sid: { B: KEY }, iss: { N: String(NOW) }, exp: { N: String(NOW + 1200) } }],
  ['another key', item({ sid: { B: OTHER_KEY } })],
  ['a shorter key', item({ sid: { B: KEY.subarray(1) } })],
  ['a key that is a text', item({ sid: { S: 'key' } })],
  ['no key', item({ sid: undefined })],
  ['a version of 0', item({ ver: { N: '0' } })],
  ['an idle timeout of 0', item({ idl: { N: '0' } })],
  ['an end in milliseconds', item({ exp: { N: `${NOW + 1200}000` } })],
  ['an end in the year 9999', item({ exp: { N: '253370764800' } })],
  ['an end after the absolute deadline', item({ abs: { N: String(NOW + 1199) } })],
  ['an absolute deadline in milliseconds', item({ abs: { N: `${NOW + 1200}000` } })],
  ['an extension before the creation', item({ iat: { N: String(NOW + 1) } })],
  ['an end before the extension', item({ iss: { N: String(NOW + 1201) } })],
  ['no data', item({ dat: undefined })],
  ['data that is NULL', item({ dat: { NULL: true } })],
  ['data that is bytes', item({ dat: { B: KEY } })],
  ['data that is a list', item({ dat: { L: [] } })],
  ['data that is a text', item({ dat: { S: '{}' } })],
  ['data that is an empty text', item({ dat: { S: '' } })],
  ['data of two types', item({ dat: { M: {}, S: '' } })],
  ['data of no type', item({ dat: {} })],
  ['data of an unknown type', item({ dat: { $unknown: ['M', {}] } })],
  ['a map that is a list', item({ dat: { M: [] } })],
  ['a map that is null', item({ dat: { M: null } })],
  ...[{ N: '1' }, { BOOL: true }, { M: {} }, { B: new Uint8Array() }, { B: Uint8Array.of(0) }, {}, null, 'a', { S: 'a', B: KEY }, { S: 5 }].map(
    (value): [string, unknown] => [`a value that is ${JSON.stringify(value)}`, item({ dat: { M: { name: value } } })],
  ),
  ...[4, 7, 8, 128, 255].map((flags): [string, unknown] => [
    `a value with the unknown flags ${flags}`,
    item({ dat: { M: { name: { B: Uint8Array.of(flags, 1) } } } }),
  ]),
  ['a flash message with unknown flags', item({ 'f:1': { B: Uint8Array.of(4, 1) } })],
  ['a flash message that is a number', item({ 'f:1': { N: '1' } })],
  ['tokens that are a text', item({ upd: { S: 'a' } })],
  ['tokens that are a set', item({ upd: { BS: [KEY] } })],
  ['a token that is a text', item({ upd: { L: [{ B: KEY }, { S: 'a' }] } })],
  ['a token that is null', item({ upd: { L: [null] } })],
  ['a nonce that is a text', item({ csr: { S: 'a' } })],
  ['a nonce of an unknown type', item({ csr: { $unknown: ['B', KEY] } })],
  ...[{ N: '2' }, { N: '1' }, { S: '' }, undefined].map((fmt): [string, unknown] => [
    `a form that says ${JSON.stringify(fmt)}`,
    { ...item(), fmt },
  ]),
];

test.each(DAMAGED)('an item with %s is no session', (_, damaged) => {
  expect(readItem(damaged, KEY)).toBeUndefined();
});

test('the latest end has ten digits', () => {
  expect(readItem(item({ exp: { N: '9999999999' } }), KEY)?.exp).toBe(9_999_999_999);
  expect(readItem(item({ exp: { N: '10000000000' } }), KEY)).toBeUndefined();
});

test('a value of two types is not read as the one that comes first', () => {
  expect(readItem(item({ iat: { N: String(NOW), $unknown: [] } }), KEY)).toBeUndefined();
});

test('attributes that an item only inherits are not its own', () => {
  expect(readItem(Object.create(item()), KEY)).toBeUndefined();
  const { exp, ...rest } = item();
  expect(readItem(Object.assign(Object.create({ exp }), rest), KEY)).toBeUndefined();
  const { dat, ...without } = item();
  expect(readItem(Object.assign(Object.create({ dat }), without), KEY)).toBeUndefined();
});

test('keys named like members of every object are data like any other', () => {
  const M = JSON.parse('{"__proto__":{"S":"1"},"constructor":{"S":"2"},"toString":{"S":"3"}}') as Record<string, unknown>;
  expect([...(readItem(item({ dat: { M } }), KEY)?.dat ?? [])]).toEqual([['__proto__', '1'], ['constructor', '2'], ['toString', '3']]);
  expect(Object.prototype).not.toHaveProperty('S');
});

test('attributes of others are let be, and counted', () => {
  const foreign = { user: { S: 'ann' }, tags: { SS: ['a', 'bc'] }, on: { BOOL: true }, none: { NULL: true }, é: { N: '12' } };
  const size = 'user'.length + 3 + 'tags'.length + 3 + 'on'.length + 1 + 'none'.length + 1 + 2 + 2;
  expect(readItem(item(foreign), KEY)).toEqual({ ...PLAIN, dat: new Map([['name', '"Ann"']]), foreign: size });
  expect(readItem(item({ x: { $unknown: ['X', 5] } }), KEY)).toBeDefined();
});

const UNCOUNTABLE: unknown[] = [
  null,
  'a',
  5,
  ...[{ S: 5 }, { N: 5 }, { B: 5 }, { B: {} }, { L: [null] }, { L: 5 }, { M: null }, { X: [{ length: 'a' }] }],
];

test.each(UNCOUNTABLE)(
  'an item with an attribute of another that is %j is no session',
  (value) => {
    expect(readItem(item({ other: value }), KEY)).toBeUndefined();
  },
);

const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 20 });
const stored = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.integer({ min: 0, max: 3 }), bytes(1)).map(([flags, rest]) => Uint8Array.of(flags, ...rest)),
);
const keys = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', 'constructor', 'dat'));

const records: fc.Arbitrary<SessionRecord> = fc
  .record({
    iat: fc.nat(2_000_000_000),
    toIss: fc.nat(1_000_000),
    toExp: fc.nat(1_000_000),
    toAbs: fc.option(fc.nat(1_000_000), { nil: undefined }),
    ver: fc.integer({ min: 1, max: 999_999_999_999_999 }),
    idl: fc.option(fc.integer({ min: 1, max: 34_560_000 }), { nil: undefined }),
    upd: fc.array(bytes(6), { maxLength: 8 }),
    csr: fc.option(bytes(1), { nil: undefined }),
    flash: fc.array(fc.tuple(fc.string().map((rest) => `f:${rest}`), stored)).map((entries) => new Map(entries)),
    dat: fc.array(fc.tuple(keys.filter((key) => key !== '__proto__'), stored)).map((entries) => new Map(entries)),
  })
  .map(({ iat, toIss, toExp, toAbs, ...rest }) => {
    const exp = iat + toIss + toExp;
    return { ...rest, iat, iss: iat + toIss, exp, abs: toAbs === undefined ? undefined : exp + toAbs, foreign: 0 };
  });

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(records, (record) => {
      expect(readItem(toItem(KEY, record), KEY)).toEqual(record);
    }),
  );
});

const types = fc.constantFrom('S', 'N', 'B', 'L', 'M', 'SS', 'NS', 'BS', 'BOOL', 'NULL', '$unknown');
const attributes = fc.oneof(
  fc.anything(),
  fc.dictionary(types, fc.oneof(fc.anything(), fc.string(), fc.nat().map(String), fc.uint8Array()), { maxKeys: 2 }),
);
const names = fc.oneof(fc.constantFrom('sid', 'exp', 'iat', 'iss', 'ver', 'abs', 'idl', 'upd', 'csr', 'dat', 'fmt', 'f:1'), fc.string());

test('no item whatever makes reading throw, and what is read from it is in order', () => {
  fc.assert(
    fc.property(fc.dictionary(names, attributes), fc.boolean(), (map, onGood) => {
      const record = readItem(onGood ? item(map) : map, KEY);
      if (record === undefined) return;
      expect(record.iat <= record.iss && record.iss <= record.exp && record.exp <= (record.abs ?? record.exp)).toBe(true);
      expect(record.ver).toBeGreaterThan(0);
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(readItem(value, KEY)).toBeUndefined();
      expect(() => readTokens(value)).not.toThrow();
    }),
  );
});

test('a session takes at most 80 bytes beside its key and the JSON of its data', () => {
  const data = { user: 5, name: 'Ann', cart: ['a', 'b'], theme: 'dark' };
  const dat = new Map(Object.entries(data).map(([key, value]) => [key, JSON.stringify(value)]));
  const overhead = itemSize(toItem(KEY, { ...PLAIN, dat })) - Buffer.byteLength(JSON.stringify(data));
  expect(overhead).toBeLessThanOrEqual(80);
});

test('the flags of a value are those of its first byte, and a text has none', () => {
  const values = ['\x03', Uint8Array.of(COMPRESSED, 9), Uint8Array.of(SEALED, 9), new Uint8Array()];
  expect(values.map(flagsOf)).toEqual([0, 1, 2, 0]);
});

const SIZES: [AttributeValue, number][] = [
  [{ S: '' }, 0],
  [{ S: 'abc' }, 3],
  [{ S: 'é€😀' }, 9],
  [{ N: '0' }, 1],
  [{ N: '1' }, 2],
  [{ N: '-1' }, 3],
  [{ N: '10' }, 2],
  [{ N: '100' }, 2],
  [{ N: '101' }, 3],
  [{ N: '1790000001' }, 6],
  [{ N: '1.5' }, 2],
  [{ N: '0.001' }, 2],
  [{ B: new Uint8Array(32) }, 32],
  [{ L: [] }, 3],
  [{ L: [{ B: new Uint8Array(6) }, { B: new Uint8Array(6) }] }, 3 + 2 * 7],
  [{ M: {} }, 3],
  [{ M: { ab: { S: 'c' }, é: { L: [{ S: 'd' }] } } }, 3 + (1 + 2 + 1) + (1 + 2 + 3 + 1 + 1)],
];

test.each(SIZES)('DynamoDB counts the value %j as %d bytes', (value, size) => {
  expect(attributeSize('', value)).toBe(size);
  expect(itemSize({ é: value, name: { S: '' } })).toBe(2 + size + 4);
});

test('sets, BOOL and NULL are counted like what they hold', () => {
  const of = (value: unknown) => attributeSize('', value as AttributeValue);
  expect([of({ BOOL: false }), of({ NULL: true }), of({ SS: ['a', 'é'] }), of({ BS: [KEY, KEY] }), of({})]).toEqual([1, 1, 3, 64, 1]);
});

test('an item is at most 400 KiB', () => {
  const empty: Item = toItem(KEY, { ...PLAIN, dat: new Map([['a', '']]) });
  const full: Item = toItem(KEY, { ...PLAIN, dat: new Map([['a', '€'.repeat(100)]]) });
  expect(itemSize(full) - itemSize(empty)).toBe(300);
  expect(LARGEST_ITEM).toBe(400 * 1024);
});
