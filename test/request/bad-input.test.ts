import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SessionEvent, SessionFactoryOptions, sessionFactory } from '../../src/runtime';
import { sessionStore } from '../../src/runtime/adapters/express-session';
import { newSessionId } from '../../src/runtime/session/id';
import { keyOf } from '../../src/runtime/table/key';
import { Scene } from '../support/scene';
import { ShopData, Visitor } from '../support/visitor';

const scene = Scene.on();
let visitor: Visitor;
let events: SessionEvent[];
beforeEach(async () => {
  visitor = await scene.signedIn();
  scene.clock.advanceSeconds(60);
  events = [];
});

/** A whole request with a Cookie header: what its session holds, and what came of it. */
async function visit(cookies: unknown, options: SessionFactoryOptions = {}) {
  const onEvent = (event: SessionEvent) => events.push(event);
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.table.client, clock: scene.clock, onEvent, ...options });
  const request = sessions.forRequest({ cookies, https: true });
  const session = await request.session();
  return { entries: session.entries(), isNew: session.isNew, headers: await request.commit(), calls: scene.table.takeCalls() };
}

const NOTHING = { entries: [], isNew: true, headers: { setCookie: [], vary: 'Cookie' } };

/** The id with the other spelling of its last character: the same 32 bytes, and another text. */
function respelled(id: string): string {
  const other = Buffer.from(id, 'base64url');
  const ends = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  return ends.map((end) => id.slice(0, 42) + end).find((text) => text !== id && Buffer.from(text, 'base64url').equals(other)) ?? '';
}

describe('a cookie that is no session id', () => {
  const CASES: [string, string][] = [
    ['short', 'a'.repeat(42)],
    ['long', 'a'.repeat(44)],
    ['of the wrong alphabet', `${'a'.repeat(42)}+`],
    ['as the seed wrote it', `${'a'.repeat(43)}/1`],
    ['as Express writes it', `s:${'a'.repeat(43)}.sig`],
    ['quoted', `"${'a'.repeat(43)}"`],
    ['empty', ''],
  ];
  test.each(CASES)('because it is %s costs no call and gets no cookie, and an event tells', async (_, value) => {
    expect(await visit(`session_id=${value}`)).toEqual({ ...NOTHING, calls: [] });
    expect(events).toEqual([{ type: 'cookie-rejected' }]);
  });

  test('beside a good one does not matter', async () => {
    expect(await visit(`session_id=junk; session_id=${visitor.id}`)).toMatchObject({ entries: [['name', 'Ada']], calls: ['GetItem'] });
    expect(events).toEqual([]);
  });

  test('but a second id that was never issued costs one more read, and does not matter', async () => {
    const calls = ['GetItem(strong)', 'GetItem(strong)'];
    expect(await visit(`session_id=${newSessionId(Buffer.alloc)}; session_id=${visitor.id}`)).toMatchObject({ entries: [['name', 'Ada']], calls });
    expect(events).toEqual([{ type: 'unknown-id', ref: expect.stringMatching(/^[0-9a-f]{16}$/), milliseconds: 0 }]);
  });
});

describe('a session id', () => {
  test('that was never issued is one read, no cookie and no item', async () => {
    const before = await scene.table.items();
    expect(await visit(`session_id=${'a'.repeat(43)}`)).toEqual({ ...NOTHING, calls: ['GetItem'] });
    expect(events).toEqual([{ type: 'unknown-id', ref: expect.stringMatching(/^[0-9a-f]{16}$/), milliseconds: 0 }]);
    expect(await scene.table.items()).toEqual(before);
  });

  test('that was never issued never becomes one: what is stored has another', async () => {
    const attacker = 'a'.repeat(43);
    visitor.jar.set('session_id', attacker);
    await visitor.visit((session) => session.set('name', 'Bob'));
    expect(visitor.id).not.toBe(attacker);
    expect(await scene.table.item(attacker)).toBeUndefined();
  });

  test('in another spelling of the same bytes is another one', async () => {
    const variant = respelled(visitor.id);
    expect(Buffer.from(variant, 'base64url')).toEqual(Buffer.from(visitor.id, 'base64url'));
    expect(await visit(`session_id=${variant}`)).toEqual({ ...NOTHING, calls: ['GetItem'] });
  });

  test('of a session that was deleted is one that was never issued', async () => {
    await visitor.request().endSession();
    scene.table.takeCalls();
    expect(await visit(visitor.jar.header())).toEqual({ ...NOTHING, calls: ['GetItem'] });
    expect(events.map(({ type }) => type)).toEqual(['unknown-id']);
  });

  test('of a session past its time is none, and an event tells that it was', async () => {
    const before = await scene.table.item(visitor.id);
    scene.clock.advanceSeconds(1139);
    expect(await visit(visitor.jar.header())).toMatchObject({ isNew: false });
    await scene.table.put(before ?? {});
    scene.clock.advanceSeconds(1);
    expect(await visit(visitor.jar.header())).toEqual({ ...NOTHING, calls: ['GetItem'] });
    expect(events.at(-1)).toMatchObject({ type: 'expired' });
    expect(await scene.table.item(visitor.id)).toEqual(before);
  });

  test('of a session from before notBefore is none', async () => {
    const created = scene.clock.now() / 1000 - 60;
    expect(await visit(visitor.jar.header(), { notBefore: created })).toMatchObject({ isNew: false });
    expect(await visit(visitor.jar.header(), { notBefore: created + 1 })).toEqual({ ...NOTHING, calls: ['GetItem'] });
  });

  test('of a session from before absoluteTimeout was set ends with it', async () => {
    const options = { absoluteTimeout: 3600, timeout: 3600 };
    await scene.table.put({ ...(await scene.table.item(visitor.id)), exp: { N: '9999999999' } });
    scene.clock.advanceSeconds(3539);
    expect(await visit(visitor.jar.header(), { ...options, reissueTime: 3599 })).toMatchObject({ isNew: false });
    scene.clock.advanceSeconds(1);
    expect(await visit(visitor.jar.header(), options)).toEqual({ ...NOTHING, calls: ['GetItem'] });
  });

  test.each([[300, false], [301, true]])('of a session that was created %d seconds from now: new is %j', async (seconds, isNew) => {
    const time = { N: String(scene.clock.now() / 1000 + seconds) };
    await scene.table.put({ ...(await scene.table.item(visitor.id)), iat: time, iss: time, exp: { N: '9999999999' } });
    expect(await visit(visitor.jar.header())).toMatchObject({ isNew });
  });
});

describe('an item that is damaged', () => {
  const whole = { iat: { N: '1' }, iss: { N: '1' }, exp: { N: '9999999999' }, ver: { N: '1' }, dat: { M: {} } };
  const DAMAGED: [string, Record<string, AttributeValue>][] = [
    ['only has its key', {}],
    ['has no end', { iat: { N: '1' }, iss: { N: '1' }, ver: { N: '1' }, dat: { M: {} } }],
    ['has data of another type', { ...whole, dat: { S: '{}' } }],
    ['has a newer format', { ...whole, fmt: { N: '2' } }],
    ['has a value with an unknown flag', { ...whole, dat: { M: { a: { B: Buffer.from([128, 1]) } } } }],
  ];
  test('is not one that has all that a session needs', async () => {
    await scene.table.put({ sid: { B: keyOf(visitor.id) }, ...whole });
    expect(await visit(visitor.jar.header())).toMatchObject({ isNew: false });
  });

  test.each(DAMAGED)('because it %s is no session, and an event tells', async (_, attributes) => {
    const item = { sid: { B: keyOf(visitor.id) }, ...attributes };
    await scene.table.put(item);
    expect(await visit(visitor.jar.header())).toEqual({ ...NOTHING, calls: ['GetItem'] });
    expect(events).toEqual([{ type: 'item-invalid', ref: expect.stringMatching(/^[0-9a-f]{16}$/), milliseconds: 0 }]);
  });

  test.each(DAMAGED)('because it %s is left as it is, also by who writes: the visitor gets another session', async (_, attributes) => {
    await scene.table.put({ sid: { B: keyOf(visitor.id) }, ...attributes });
    const [old, before] = [visitor.id, await scene.table.item(visitor.id)];
    await visitor.visit((session) => session.set('name', 'Bob'));
    expect(visitor.id).not.toBe(old);
    expect(await visitor.visit((session) => session.get('name'))).toBe('Bob');
    expect(await scene.table.item(old)).toEqual(before);
  });

  test('is deleted by endSession like any other', async () => {
    await scene.table.put({ sid: { B: keyOf(visitor.id) } });
    await visitor.request().endSession();
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });

  test('in one value alone is a session without that value, which stays until it is set', async () => {
    const item = await scene.table.item(visitor.id);
    const broken = { S: '{"a":' };
    await scene.table.put({ ...item, dat: { M: { ...item?.dat?.M, cart: broken, note: { S: '{"__proto__":{"admin":true}}' } } } });
    expect(await visit(visitor.jar.header())).toMatchObject({ entries: [['name', 'Ada']], isNew: false });
    expect(events.map(({ type }) => type)).toEqual(['item-invalid', 'item-invalid']);
    await visitor.visit((session) => session.set('count', 1));
    expect((await scene.table.item(visitor.id))?.dat?.M?.cart).toEqual(broken);
    await visitor.visit((session) => session.set('cart', ['tea']));
    expect((await scene.table.item(visitor.id))?.dat?.M?.cart).toEqual({ S: '["tea"]' });
    expect(Object.prototype).not.toHaveProperty('admin');
  });
});

test.each(['x'.repeat(1025), 'é'.repeat(513), '\0', ''])('an id of any form, which koa-session takes from an unsigned cookie, is no session to its store, and no error (%#)', async (id) => {
  const sessions = sessionFactory({ tableName: scene.table.name, client: scene.table.client, clock: scene.clock });
  await expect(sessionStore(sessions).get(id, 86_400_000, {})).resolves.toBeUndefined();
});
