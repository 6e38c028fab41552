import { Codec, jsonCodec } from '../../src/runtime/session/codec';
import { Values } from '../../src/runtime/session/values';

function values(stored: Readonly<Record<string, string>> = {}, codec: Codec = jsonCodec): Values {
  return new Values(codec, { open: (_, text) => String(text) }, new Map(Object.entries(stored)), () => undefined);
}

test.each([[''], ['__proto__'], ['k'.repeat(256)], ['é'.repeat(128)]])('the key %j is refused', (key) => {
  expect(() => values().set(key, 1)).toThrow(TypeError);
});

test.each([[undefined], [null], [5], [Symbol('k')]])('a key that is no text (%p) is refused', (key) => {
  expect(() => values().set(key as unknown as string, 1)).toThrow(/^A session key is a text of 1 to 255 bytes/);
});

test('keys of 255 bytes and names of members of every object are keys', () => {
  const session = values();
  for (const key of ['k'.repeat(255), 'constructor', 'toString', ' ', '\0']) session.set(key, 1);
  expect(session.changes().size).toBe(5);
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
