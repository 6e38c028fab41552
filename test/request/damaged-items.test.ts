/** Items that are damaged or hostile, by their numbers in the requirements: a new session, an event, and the item stays as it is. */
import { AttributeValue } from '../../src/runtime';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const scene = Scene.on();

type Attributes = Readonly<Record<string, unknown>>;
type PutItem = Parameters<typeof scene.table.put>[0];

const NOW = Date.UTC(2026, 0, 1) / 1000;
const n = (value: number | string) => ({ N: String(value) });

/** Puts a visitor's item with other attributes; `undefined` takes one away. */
async function damage(visitor: Visitor, more: Attributes): Promise<PutItem> {
  const item = Object.fromEntries(Object.entries({ ...(await scene.table.item(visitor.id)), ...more }).filter(([, value]) => value !== undefined));
  await scene.table.put(item as PutItem);
  return item as PutItem;
}

const UNUSABLE: readonly (readonly [number, string, Attributes])[] = [
  [31, 'nothing but its key', { exp: undefined, iat: undefined, iss: undefined, ver: undefined, dat: undefined }],
  ...['0', '-1', '1.5', '99999999999999999999999999999999999999'].map((text): [number, string, Attributes] => [32, `ver ${text}`, { ver: n(text) }]),
  [32, 'ver as a text', { ver: { S: '1' } }],
  [32, 'ver as NULL', { ver: { NULL: true } }],
  [34, 'exp as a text', { exp: { S: String(NOW + 1200) } }],
  [34, 'exp in milliseconds', { exp: n((NOW + 1200) * 1000) }],
  [34, 'exp in the year 9999', { exp: n(253_370_764_800) }],
  [34, 'exp after abs', { exp: n(NOW + 1200), abs: n(NOW + 1199) }],
  [37, 'iat after iss', { iat: n(NOW + 1), iss: n(NOW) }],
  [37, 'iss after exp', { iss: n(NOW + 1300) }],
  ...[{ NULL: true }, { B: new Uint8Array(1) }, { L: [] }, { S: '' }, { N: '1' }].map((dat): [number, string, Attributes] =>
    [38, `dat as ${Object.keys(dat)[0]}`, { dat }]),
  ...[{ N: '1' }, { BOOL: true }, { NULL: true }, { L: [] }, { M: {} }].map((value): [number, string, Attributes] =>
    [39, `a value as ${Object.keys(value)[0]}`, { dat: { M: { name: value } } }]),
  [44, 'a newer format', { fmt: n(2) }],
  [44, 'a format that is no number', { fmt: { S: 'new' } }],
  [49, 'a value of no bytes', { dat: { M: { name: { B: new Uint8Array(0) } } } }],
  [49, 'a value of flags alone', { dat: { M: { name: { B: Uint8Array.of(0) } } } }],
  [49, 'tokens that are no bytes', { upd: { L: [{ S: 'x' }] } }],
  [49, 'a nonce that is no bytes', { csr: { S: 'x' } }],
  [49, 'a message that is a number', { 'f:1': n(1) }],
  [49, 'an idle timeout of 0', { idl: n(0) }],
];

test.each(UNUSABLE)('%i: an item with %s is no session', async (_, __, more) => {
  const visitor = await scene.signedIn();
  const item = await damage(visitor, more);
  expect(await visitor.visit((session) => [session.isNew, session.size])).toEqual([true, 0]);
  expect(scene.events).toEqual(['item-invalid']);
  await scene.copyOf(visitor).visit((session) => session.set('count', 1));
  expect(await scene.table.item(visitor.id)).toEqual(item);
});

const DEAD: readonly (readonly [number, string, Attributes])[] = [
  [35, 'that ends now', { exp: n(NOW) }],
  [36, 'created more than five minutes from now', { iat: n(NOW + 301), iss: n(NOW + 301) }],
];

test.each(DEAD)('%i: an item %s is dead', async (_, __, more) => {
  const visitor = await scene.signedIn();
  const item = await damage(visitor, more);
  expect(await visitor.visit((session) => session.isNew)).toBe(true);
  expect(scene.events).toEqual(['expired']);
  expect(await scene.table.item(visitor.id)).toEqual(item);
});

test('36: an item created up to five minutes from now is of a clock that is ahead', async () => {
  const visitor = await scene.signedIn();
  await damage(visitor, { iat: n(NOW + 300), iss: n(NOW + 300) });
  expect(await visitor.visit((session) => session.isNew)).toBe(false);
});

const BAD_TEXTS: readonly (readonly [number, string, string])[] = [
  [40, 'that is cut', '{"a":[1,'],
  [40, 'with a byte order mark', '\ufeff{}'],
  [40, 'with something after it', '{} x'],
  [40, 'with NaN', 'NaN'],
  [40, 'of nothing', ''],
  [41, 'with a __proto__', '{"__proto__":{"isAdmin":true}}'],
  [41, 'with a __proto__ further down', '{"a":[{"__proto__":{"isAdmin":true}}]}'],
  [42, 'that is nested 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000)],
  [42, 'that is nested 65 deep', '['.repeat(65) + ']'.repeat(65)],
];

test.each(BAD_TEXTS)('%i: a value %s is absent, with an event, and the others are there', async (_, __, text) => {
  const visitor = await scene.signedIn();
  const item = await damage(visitor, { dat: { M: { name: { S: '"Ada"' }, note: { S: text } } } });
  expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  expect(scene.events).toEqual(['item-invalid']);
  expect(await scene.table.item(visitor.id)).toEqual(item);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});

test('41: a key __proto__ or a constructor in a value reaches no prototype', async () => {
  const visitor = await scene.signedIn();
  const data = JSON.parse('{"__proto__":{"S":"{\\"isAdmin\\":true}"},"constructor":{"S":"{\\"prototype\\":{\\"isAdmin\\":true}}"}}') as object;
  const Item = { ...(await scene.table.item(visitor.id)), dat: { M: data } };
  const polluted = scene.visitor({ client: { ...scene.client, getItem: async () => ({ Item }) } });
  polluted.jar.store(visitor.jar.cookies());
  const note = await polluted.visit((session) => session.get('constructor' as 'note'));
  expect(note).toEqual({ prototype: { isAdmin: true } });
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});

test('43: a session of 399 KB is read, changed and checked again', async () => {
  const visitor = await scene.signedIn({ compress: false });
  await damage(visitor, { dat: { M: { note: { S: JSON.stringify('a'.repeat(399 * 1024)) } } } });
  await visitor.visit((session) => session.set('count', 1));
  expect(await visitor.visit((session) => [String(session.get('note')).length, session.get('count')])).toEqual([399 * 1024, 1]);
  await expect(visitor.visit((session) => session.set('cart', ['a'.repeat(2000)]))).rejects.toThrow('409591');
});

test('46: attributes of another program stay, also through a change of all keys, and count for the size', async () => {
  const visitor = await scene.signedIn();
  await damage(visitor, { other: { S: 'kept' }, list: { SS: ['a', 'b'] } });
  await visitor.visit((session) => {
    for (let i = 0; i < 101; i++) session.set(`key${i}` as 'note', i);
  });
  expect(await scene.table.item(visitor.id)).toMatchObject({ other: { S: 'kept' }, list: { SS: ['a', 'b'] } });
  await damage(visitor, { other: { S: 'a'.repeat(390_000) } });
  await expect(visitor.visit((session) => session.set('note', [...'abcdefghij'].map((letter, i) => letter.repeat(i + 3000))))).resolves.toBeUndefined();
  const noise = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i * 31) % 20_000))).join('');
  await expect(visitor.visit((session) => session.set('cart', [noise]))).rejects.toMatchObject({ name: 'SessionTooLargeError' });
});

test('47: the item of another session is no session, whoever mixed them up', async () => {
  const [visitor, other] = [await scene.signedIn(), await scene.signedIn()];
  const Item = await scene.table.item(other.id);
  const mixed = scene.visitor({ client: { ...scene.client, getItem: async () => ({ Item }) } });
  mixed.jar.store(visitor.jar.cookies());
  expect(await mixed.visit((session) => [session.isNew, session.size])).toEqual([true, 0]);
});

test('48: a lone surrogate comes back as it was stored', async () => {
  const visitor = await scene.signedIn();
  await visitor.visit((session) => session.set('note', 'a\ud800b'));
  expect(await visitor.visit((session) => session.get('note'))).toBe('a\ud800b');
});

/** What no engine stores, and an answer may hold all the same. */
const IMPOSSIBLE: readonly unknown[] = [null, 7, 'text', [], {}, { sid: null }, new Map(), { dat: { M: null } }];

test.each(IMPOSSIBLE.map((item) => [JSON.stringify(item), item]))('49: an answer with %s as its item is no session', async (_, Item) => {
  const visitor = await scene.signedIn();
  const getItem = async (): Promise<{ Item: unknown }> => ({ Item });
  const mixed = scene.visitor({ client: { ...scene.client, getItem } });
  mixed.jar.store(visitor.jar.cookies());
  expect(await mixed.visit((session) => session.isNew)).toBe(true);
  expect(scene.events).toEqual(['item-invalid']);
});

test.each<[string, (exp: AttributeValue) => unknown]>([
  ['two types', (exp) => ({ ...exp, S: '1' })],
  ['none', () => ({})],
  ['an unknown type', () => ({ $unknown: ['X', 1] })],
  ['an empty number', () => ({ N: '' })],
  ['an infinite number', () => ({ N: '1e999' })],
])('49: an answer whose exp has %s is no session', async (_, change) => {
  const visitor = await scene.signedIn();
  const item = (await scene.table.item(visitor.id)) as Record<string, AttributeValue>;
  const getItem = async (): Promise<{ Item: unknown }> => ({ Item: { ...item, exp: change(item.exp as AttributeValue) } });
  const mixed = scene.visitor({ client: { ...scene.client, getItem } });
  mixed.jar.store(visitor.jar.cookies());
  expect(await mixed.visit((session) => session.isNew)).toBe(true);
});
