import * as fc from 'fast-check';
import { AttributeValue } from '../../src/runtime/client/session-client';
import {
  COMPRESSED, NO_VALUES, SEALED, SessionRecord, flagsOf, newRecord, readItem, readTokens, recordSize, toItem, withChanges,
} from '../../src/runtime/table/item';
import { LARGEST_ITEM, attributeSize } from '../../src/runtime/table/item-size';

fc.configureGlobal({ seed: 31, numRuns: 500 });

const KEY = new Uint8Array(32).fill(7);
const NOW = 1_790_000_000;

const PLAIN: SessionRecord = {
  exp: NOW + 1200,
  iat: NOW,
  iss: NOW,
  ver: 1,
  flash: new Map(),
  dat: new Map(),
  otherAttributes: {},
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
  ...['csr', 'frz', 'usr'].flatMap((name): [string, unknown][] => [
    [`the bytes ${name} that are a text`, item({ [name]: { S: 'a' } })],
    [`the bytes ${name} of an unknown type`, item({ [name]: { $unknown: ['B', KEY] } })],
  ]),
  ['a frozen item without its data', item({ frz: { B: KEY }, dat: undefined })],
  ['a frozen item whose end is in milliseconds', item({ frz: { B: KEY }, exp: { N: `${NOW}000` } })],
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

test('a frozen session is read as it was, and its end may be after its absolute deadline, for TTL alone', () => {
  const frozen = item({ frz: { B: KEY.subarray(26) }, abs: { N: String(NOW + 10) }, exp: { N: String(NOW + 3600) } });
  expect(readItem(frozen, KEY)).toMatchObject({ frz: KEY.subarray(26), abs: NOW + 10, exp: NOW + 3600, dat: new Map([['name', '"Ann"']]) });
  expect(readItem({ ...frozen, frz: undefined }, KEY)).toBeUndefined();
});

test('messages are named without the prefix of their attributes', () => {
  const record = readItem(item({ 'f:1': { S: '["",1]' }, 'f:f:': { S: '["",2]' }, 'f:': { S: '["",3]' } }), KEY)!;
  expect([...record.flash]).toEqual([['1', '["",1]'], ['f:', '["",2]'], ['', '["",3]']]);
  expect(toItem(KEY, record)).toMatchObject({ 'f:1': { S: '["",1]' }, 'f:f:': { S: '["",2]' }, 'f:': { S: '["",3]' } });
});

test('attributes of others are kept as they are, and counted', () => {
  const others = { user: { S: 'ann' }, tags: { SS: ['a', 'bc'] }, on: { BOOL: true }, none: { NULL: true }, é: { N: '12' } };
  const size = 'user'.length + 3 + 'tags'.length + 3 + 'on'.length + 1 + 'none'.length + 1 + 2 + 2;
  const record = readItem(item(others), KEY)!;
  expect(record).toEqual({ ...PLAIN, dat: new Map([['name', '"Ann"']]), otherAttributes: others });
  expect(toItem(KEY, record)).toEqual(item(others));
  expect(recordSize(KEY, record) - recordSize(KEY, { ...record, otherAttributes: {} })).toBe(size);
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
  fc.string({ unit: 'grapheme' }),
  fc.tuple(fc.integer({ min: 0, max: 3 }), bytes(1)).map(([flags, rest]) => Uint8Array.of(flags, ...rest)),
);
const keys = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('constructor', 'dat', 'é')).filter((key) => key !== '__proto__');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const records: fc.Arbitrary<SessionRecord> = fc
  .record({
    iat: fc.nat(2_000_000_000),
    toIss: fc.nat(1_000_000),
    toExp: fc.nat(1_000_000),
    toAbs: maybe(fc.nat(1_000_000)),
    ver: fc.integer({ min: 1, max: 999_999_999_999_999 }),
    idl: maybe(fc.integer({ min: 1, max: 34_560_000 })),
    upd: maybe(fc.array(bytes(6), { maxLength: 8 })),
    frz: maybe(bytes(6)),
    csr: maybe(bytes(1)),
    usr: maybe(bytes(1)),
    flash: fc.array(fc.tuple(fc.string(), stored)).map((entries) => new Map(entries)),
    dat: fc.array(fc.tuple(keys, stored)).map((entries) => new Map(entries)),
    otherAttributes: fc.dictionary(fc.constantFrom('user', 'é', 'Data'), fc.constantFrom<AttributeValue>({ S: 'ann' }, { N: '12' }, { M: { a: { L: [] } } })),
  })
  .map(({ iat, toIss, toExp, toAbs, ...rest }) => {
    const exp = iat + toIss + toExp;
    return { ...rest, iat, iss: iat + toIss, exp, abs: toAbs === undefined ? undefined : exp + toAbs };
  });

/** A record as it is read: what is not there has no name. */
function withoutGaps(record: SessionRecord): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(records, (record) => {
      expect(readItem(toItem(KEY, record), KEY)).toEqual(withoutGaps(record));
    }),
  );
});

test('the size of a record is the sum of the attributes of its item', () => {
  fc.assert(
    fc.property(records, (record) => {
      const attributes = Object.entries(toItem(KEY, record));
      expect(recordSize(KEY, record)).toBe(attributes.reduce((size, [name, value]) => size + attributeSize(name, value), 0));
    }),
  );
});

/** Every attribute, each with a value that no other record has. */
const FULL: Required<SessionRecord> = {
  ...{ exp: NOW + 900, iat: NOW - 900, iss: NOW - 300, ver: 9, abs: NOW + 90_000, idl: 60 },
  ...{ upd: [KEY.subarray(26)], frz: Uint8Array.of(1), csr: Uint8Array.of(2), usr: Uint8Array.of(3) },
  dat: new Map([['old', '1']]),
  flash: new Map([['old', '["",1]']]),
  otherAttributes: { user: { S: 'ann' } },
};

describe('the record of a session under a new id', () => {
  const times = { exp: NOW + 1200, iat: NOW, iss: NOW };
  const made = (more: Partial<Parameters<typeof newRecord>[0]> = {}) =>
    newRecord({ times, image: FULL, dat: new Map([['new', '2']]), flash: new Map([['new', '["",2]']]), csr: undefined, ...more });

  test('takes along its tokens, its user, its idle timeout and what is not ours, and neither frz, csr nor ver', () => {
    expect(withoutGaps(made())).toEqual({
      ...{ ...times, ver: 1, idl: 60, upd: FULL.upd, usr: FULL.usr, otherAttributes: FULL.otherAttributes },
      ...{ dat: new Map([['new', '2']]), flash: new Map([['new', '["",2]']]) },
    });
  });

  test('has the times that it is given, also an idle timeout that is none any more', () => {
    expect(made({ times: { ...times, idl: undefined, abs: NOW + 5000 } })).toMatchObject({ idl: undefined, abs: NOW + 5000 });
    expect(made({ times: { ...times, idl: 70 } }).idl).toBe(70);
  });

  test('has the secret and the user that it is given', () => {
    expect(made({ csr: Uint8Array.of(7), usr: Uint8Array.of(8) })).toMatchObject({ csr: Uint8Array.of(7), usr: Uint8Array.of(8) });
  });

  test('of a session that begins has only what it is given', () => {
    const begun = newRecord({ times, dat: NO_VALUES, flash: NO_VALUES, csr: undefined });
    expect(withoutGaps(begun)).toEqual({ ...times, ver: 1, dat: NO_VALUES, flash: NO_VALUES, otherAttributes: {} });
  });
});

test('changes set and remove values, and leave what they were made from as it was', () => {
  const before = new Map([['a', '1'], ['b', '1']]);
  expect(withChanges(before, new Map())).toBe(before);
  expect(withChanges(before, new Map([['a', '2'], ['b', undefined], ['c', '3'], ['d', undefined]]))).toEqual(new Map([['a', '2'], ['c', '3']]));
  expect(before).toEqual(new Map([['a', '1'], ['b', '1']]));
});

test('tokens are read of an item in any state, and none of one that is out of order', () => {
  const upd = { L: [{ B: KEY }] };
  expect([readTokens({ upd }), readTokens(item({ upd, frz: { B: KEY } }))]).toEqual([[KEY], [KEY]]);
  for (const none of [undefined, null, [], {}, { upd: { S: 'a' } }, { upd: { L: [{ S: 'a' }] } }, Object.create({ upd })]) {
    expect(readTokens(none)).toEqual([]);
  }
});

const types = fc.constantFrom('S', 'N', 'B', 'L', 'M', 'SS', 'NS', 'BS', 'BOOL', 'NULL', '$unknown');
const attributes = fc.oneof(
  fc.anything(),
  fc.dictionary(types, fc.oneof(fc.anything(), fc.string(), fc.nat().map(String), fc.uint8Array()), { maxKeys: 2 }),
);
const names = fc.oneof(fc.constantFrom('sid', 'exp', 'iat', 'iss', 'ver', 'abs', 'idl', 'upd', 'frz', 'csr', 'usr', 'dat', 'fmt', 'f:1'), fc.string());

test('no item whatever makes reading throw, and what is read from it is in order', () => {
  fc.assert(
    fc.property(fc.dictionary(names, attributes), fc.boolean(), (map, onGood) => {
      const record = readItem(onGood ? item(map) : map, KEY);
      if (record === undefined) return;
      expect(record.iat <= record.iss && record.iss <= record.exp).toBe(true);
      if (record.frz === undefined) expect(record.exp).toBeLessThanOrEqual(record.abs ?? record.exp);
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
  const overhead = recordSize(KEY, { ...PLAIN, dat }) - Buffer.byteLength(JSON.stringify(data));
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
  const others = { é: value, name: { S: '' } };
  expect(recordSize(KEY, { ...PLAIN, otherAttributes: others }) - recordSize(KEY, PLAIN)).toBe(2 + size + 4);
});

test('sets, BOOL and NULL are counted like what they hold', () => {
  const of = (value: unknown) => attributeSize('', value as AttributeValue);
  expect([of({ BOOL: false }), of({ NULL: true }), of({ SS: ['a', 'é'] }), of({ BS: [KEY, KEY] }), of({})]).toEqual([1, 1, 3, 64, 1]);
});

test('an item is at most 400 KiB', () => {
  const size = (value: string) => recordSize(KEY, { ...PLAIN, dat: new Map([['a', value]]) });
  expect(size('€'.repeat(100)) - size('')).toBe(300);
  expect(LARGEST_ITEM).toBe(400 * 1024);
});
