import { values } from './some-values';
import { Codec } from '../../src/runtime/session/codec';

const NO_KEYS: [string, string][] = [
  ['', 'this has 0 bytes'],
  ['__proto__', 'and not "__proto__".'],
  ['k'.repeat(256), 'this has 256 bytes'],
  ['é'.repeat(128), 'this has 256 bytes'],
  ['\ud800', 'this has a surrogate without its pair'],
  ['a\udc00', 'this has a surrogate without its pair'],
  ['\ude00\ud83d', 'this has a surrogate without its pair'],
];

test.each(NO_KEYS)('the key %j is refused by set and by update: %s', (key, message) => {
  const session = values();
  expect(() => session.set(key, 1)).toThrow(TypeError);
  expect(() => session.set(key, 1)).toThrow(message);
  expect(() => session.beginUpdate(key)).toThrow(message);
  session.delete(key);
  expect([session.get(key), session.has(key), session.changes().size]).toEqual([undefined, false, 0]);
});

test.each([[undefined], [null], [5], [Symbol('k')]])('a key that is no text (%p) is refused', (key) => {
  expect(() => values().set(key as unknown as string, 1)).toThrow(/^A session key is a text of 1 to 255 bytes/);
});

test('keys of 255 bytes and names of members of every object are keys', () => {
  const session = values();
  for (const key of ['k'.repeat(255), 'constructor', 'toString', ' ', '\0', '\u{1f6d2}']) session.set(key, 1);
  expect(session.changes().size).toBe(6);
});

test('a value that JSON does not keep is refused with its key and path, and the old value stays', () => {
  const session = values({ cart: '[1]' });
  expect(() => session.set('cart', [{ at: new Date(0) }])).toThrow('The session cannot keep the value of "cart": [0].at is an instance of Date');
  expect(session.get('cart')).toEqual([1]);
});

test('a value that was changed into one that JSON does not keep is refused when changes are asked for', () => {
  const session = values({ cart: '[1]' });
  (session.get('cart') as unknown[]).push(undefined);
  expect(() => session.changes()).toThrow('The session cannot keep the value of "cart": [1] is undefined');
});

const refusing: Codec = {
  parse: JSON.parse,
  stringify: () => {
    throw 'no';
  },
};

test('what a codec throws is the cause of the refusal', () => {
  const session = values({}, refusing);
  const message = expect.stringContaining('the codec refused it') as string;
  expect(() => session.set('a', 1)).toThrow(expect.objectContaining({ message, cause: 'no' }));
});
