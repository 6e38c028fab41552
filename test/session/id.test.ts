import { createHash, randomBytes } from 'node:crypto';
import { isSessionId, newSessionId } from '../../src/runtime/session/id';
import { keyOf, refOf } from '../../src/runtime/table/key';

const ID = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';

test('the bytes 0 to 31 make the id that base64url says', () => {
  expect(newSessionId((size) => Uint8Array.from({ length: size }, (_, i) => i))).toBe(ID);
});

test('an id is made of one call for 32 random bytes', () => {
  const random = jest.fn((size: number) => randomBytes(size));
  newSessionId(random);
  expect(random.mock.calls).toEqual([[32]]);
});

test('ten thousand ids are all different, and all of the form', () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => newSessionId(randomBytes)));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(isSessionId(id)).toBe(true);
});

const NO_IDS = [
  '',
  ID.slice(1),
  `${ID}A`,
  ...['+', '/', '=', '.', '~', '%', ' ', '"', '\0', '\n', 'é', 'Ａ', '\u0660'].map((character) => ID.slice(1) + character),
  `${ID}\n`,
  `\n${ID}`,
  ` ${ID}`,
  `${ID}=`,
  `${ID}\n${ID}`,
];

test.each(NO_IDS)('the text %j is no id', (text) => {
  expect(isSessionId(text)).toBe(false);
});

test('letters of both cases, digits, "-" and "_" make an id', () => {
  expect(isSessionId(`-_${ID.slice(2)}`)).toBe(true);
  expect(['a', 'Z', '0', '-', '_'].every((character) => isSessionId(character.repeat(43)))).toBe(true);
});

test('the key is the SHA-256 of the 43 characters, not of the bytes that they stand for', () => {
  const characters = Uint8Array.from(ID, (character) => character.charCodeAt(0));
  const key = keyOf(ID);
  expect(Buffer.from(key)).toEqual(createHash('sha256').update(characters).digest());
  expect(Buffer.from(key).toString('hex')).toBe('ea866a757e4c38babfa8127cbe9a409d3e1f93a00ff1488ff735fcf917afffd0');
  expect(key).toHaveLength(32);
});

test('another spelling of the same bytes is another key', () => {
  const other = `${ID.slice(0, -1)}9`;
  expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(ID, 'base64url'));
  expect(Buffer.from(keyOf(other))).not.toEqual(Buffer.from(keyOf(ID)));
});

test('with a namespace the key is the SHA-256 of namespace, NUL and id', () => {
  expect(Buffer.from(keyOf(ID, 'shop'))).toEqual(createHash('sha256').update(`shop\0${ID}`).digest());
  const keys = [keyOf(ID), keyOf(ID, ''), keyOf(ID, 'shop'), keyOf(ID, 'blog'), keyOf(`shop\0${ID}`, '')];
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(5);
});

test('what stands for a session in logs is short, always the same, and neither id nor key', () => {
  const key = keyOf(ID);
  const ref = refOf(key);
  expect(ref).toMatch(/^[0-9a-f]{16}$/);
  expect(refOf(Uint8Array.from(key))).toBe(ref);
  expect(Buffer.from(key).toString('hex')).not.toContain(ref);
  expect(refOf(keyOf(ID.toLowerCase()))).not.toBe(ref);
});
