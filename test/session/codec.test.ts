import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { jsonCodec } from '../../src/runtime/session/codec';

fc.configureGlobal({ seed: 8259, numRuns: 2000 });

function roundTrip(value: unknown): unknown {
  return jsonCodec.parse(jsonCodec.stringify(value));
}

/** What comes back of a value that is kept: `-0` is `0`, and a property that is `undefined` is not there. */
function expected(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(expected);
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, expected(member)]));
}

/** A value in so many arrays. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

test('every JSON value comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      expect(isDeepStrictEqual(roundTrip(value), expected(value))).toBe(true);
    }),
  );
});

test('any value comes back equal, or is refused with a TypeError', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withObjectString: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      let text: string;
      try {
        text = jsonCodec.stringify(value);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        return;
      }
      expect(isDeepStrictEqual(jsonCodec.parse(text), expected(value))).toBe(true);
    }),
  );
});

test('minus zero becomes zero, and properties that are undefined are left out', () => {
  expect(Object.is(roundTrip(-0), 0)).toBe(true);
  expect(roundTrip({ a: undefined, b: [{ c: undefined, d: -0 }] })).toStrictEqual({ b: [{ d: 0 }] });
});

class List extends Array<number> {}

class Money {
  public constructor(public readonly cents: number) {}
}

const cyclic: Record<string, unknown> = {};
cyclic.self = { again: cyclic };
const ring: unknown[] = [];
ring.push(ring);

const sparse: unknown[] = [1];
sparse[2] = 3;

const REFUSED: [string, unknown, string][] = [
  ['undefined', undefined, 'the value is undefined'],
  ['not a number', { a: NaN }, '.a is NaN'],
  ['infinite', [-Infinity], '[0] is -Infinity'],
  ['infinite and deep', { cart: [1, 2, { price: Infinity }] }, '.cart[2].price is Infinity'],
  ['a BigInt', { n: 1n }, '.n is a bigint'],
  ['a function', { f: () => 1 }, '.f is a function'],
  ['a symbol', [Symbol('s')], '[0] is a symbol'],
  ['undefined in an array', { list: [1, undefined] }, '.list[1] is undefined'],
  ['a hole in an array', sparse, '[1] is undefined'],
  ['a Date', { at: new Date(0) }, '.at is an instance of Date'],
  ['a Map', new Map([[1, 2]]), 'the value is an instance of Map'],
  ['a Set', [[new Set([1])]], '[0][0] is an instance of Set'],
  ['bytes', { b: Buffer.from('a') }, '.b is an instance of Buffer'],
  ['a regular expression', { r: /a/ }, '.r is an instance of RegExp'],
  ['an error', new Error('no'), 'the value is an instance of Error'],
  ['a text as an object', { s: Object('a') as unknown }, '.s is an instance of String'],
  ['an instance of a class', { cost: new Money(5) }, '.cost is an instance of Money'],
  ['an instance of a class of arrays', { list: List.of(1, 2) }, '.list is an instance of List'],
  ['an array with a symbol as a key', [Object.assign([1], { [Symbol('k')]: 1 })], '[0] is an object with a symbol as a key'],
  ['an instance of a class without a name', { a: new (class {})() }, '.a is an instance of a class'],
  ['an object below another', Object.create({ a: 1 }), 'the value is an instance of Object'],
  ['a cycle of objects', { cyclic }, '.cyclic.self.again is a cycle'],
  ['a cycle of arrays', ring, '[0] is a cycle'],
  ['an array with a name', Object.assign([1], { name: 'a' }), 'the value is an array with named properties'],
  ['an own __proto__', JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'), '.a is an object with a __proto__ of its own'],
  ['a symbol as a key', { a: { [Symbol('k')]: 1 } }, '.a is an object with a symbol as a key'],
  ['65 arrays', nested(65), `${'[0]'.repeat(64)} is nested deeper than 64`],
];

test.each(REFUSED)('what is %s is refused, with the place where it is', (_, value, message) => {
  expect(() => jsonCodec.stringify(value)).toThrow(new TypeError(`${message}, which JSON does not keep`));
});

test('64 objects in each other are kept', () => {
  expect(roundTrip(nested(64))).toStrictEqual(nested(64));
});

test('a value that is in two places is kept in both', () => {
  const shared = { a: 1 };
  expect(roundTrip([shared, { shared }])).toStrictEqual([{ a: 1 }, { shared: { a: 1 } }]);
});

test('objects without a prototype and of another realm are kept', () => {
  expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 });
  expect(roundTrip(runInNewContext('({ a: [1, { b: 2 }] })'))).toStrictEqual({ a: [1, { b: 2 }] });
  expect(roundTrip(Object.setPrototypeOf([1], null))).toStrictEqual([1]);
});

test('a method toJSON is refused like every other function, also where it is hidden', () => {
  expect(() => jsonCodec.stringify({ a: { toJSON: () => 5 } })).toThrow('.a.toJSON is a function');
  const hidden = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other', enumerable: false });
  expect(() => jsonCodec.stringify({ hidden })).toThrow(TypeError);
  expect(() => jsonCodec.stringify([Object.defineProperty([1], 'toJSON', { value: () => 'other' })])).toThrow(TypeError);
});

test('a getter that throws makes the call throw and nothing else', () => {
  const trap = Object.defineProperty({}, 'a', { enumerable: true, get: () => { throw new RangeError('trap'); } });
  expect(() => jsonCodec.stringify(trap)).toThrow('trap');
});

const HOSTILE: [string, string][] = [
  ['nothing', ''],
  ['half an object', '{"a":1'],
  ['an object and more', '{"a":1}x'],
  ['a byte order mark', '\ufeff{}'],
  ['the word NaN', '{"a":NaN}'],
  ['the word undefined', 'undefined'],
  ['single quotes', "{'a':1}"],
  ['a number that is too large', '{"a":1e999}'],
  ['a prototype', '{"__proto__":{"isAdmin":true}}'],
  ['a prototype in an array', '[{"a":[{"__proto__":null}]}]'],
  ['a prototype in escapes', '{"\\u005f_proto__":1}'],
  ['65 arrays', `${'['.repeat(65)}${']'.repeat(65)}`],
  ['a hundred thousand arrays', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['a hundred thousand open objects', '{"a":'.repeat(100_000)],
];

test.each(HOSTILE)('a stored text that is %s is refused', (_, text) => {
  expect(() => jsonCodec.parse(text)).toThrow(Error);
});

test('of two members of one name in a stored text the last one counts', () => {
  expect(jsonCodec.parse('{"a":1,"a":2}')).toStrictEqual({ a: 2 });
});

test('names of members of every object are names like any other', () => {
  const value = { constructor: { prototype: { isAdmin: true } }, toString: 1, hasOwnProperty: [2] };
  expect(roundTrip(value)).toEqual(value);
});

test('whatever is read, the prototype of all objects stays as it is', () => {
  const before = Reflect.ownKeys(Object.prototype);
  const poison = fc.jsonValue().map((value) => `{"__proto__":${JSON.stringify(value)},"constructor":{"prototype":{"x":1}}}`);
  fc.assert(
    fc.property(fc.oneof(poison, fc.string(), fc.json()), (text) => {
      try {
        jsonCodec.parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    }),
  );
});

test('halves of surrogates come back as they were', () => {
  expect(roundTrip(['\ud800', '\udc00a', '\0', '\u2028'])).toStrictEqual(['\ud800', '\udc00a', '\0', '\u2028']);
});
