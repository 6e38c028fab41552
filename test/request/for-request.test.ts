import { SessionEvent, SessionFactoryOptions, SessionRequestInit, SessionUnavailableError, sessionFactory } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ScriptedClient, awsError } from '../support/scripted-client';
import { ShopData, Visitor } from '../support/visitor';

const CLEARED = /^session_id=; Path=\/; Max-Age=0; Secure/;
const down = { error: awsError('AccessDeniedException') };

const scene = Scene.on();
let visitor: Visitor;
let events: SessionEvent[];
beforeEach(async () => {
  visitor = await scene.signedIn();
  scene.clock.advanceSeconds(60);
  events = [];
});

function begin(init: Partial<SessionRequestInit> = {}, options: SessionFactoryOptions = {}) {
  const onEvent = (event: SessionEvent) => events.push(event);
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.table.client, clock: scene.clock, onEvent, ...options });
  return sessions.forRequest({ cookies: visitor.jar.header(), https: true, ...init });
}

describe('session()', () => {
  test('asked for many times at once is one read and one object', async () => {
    const request = begin();
    const sessions = await Promise.all([request.session(), request.session(), request.session()]);
    expect(new Set([...sessions, await request.session()]).size).toBe(1);
    expect(scene.table.takeCalls()).toEqual(['GetItem']);
  });

  test('that failed can be asked for again', async () => {
    const client = new ScriptedClient([down, { answer: {} }]);
    const request = begin({}, { client });
    await expect(request.session()).rejects.toThrow(SessionUnavailableError);
    expect((await request.session()).isNew).toBe(true);
    expect(client.inputs).toHaveLength(2);
  });

  test('that failed leaves no cookie and nothing to commit', async () => {
    const request = begin({}, { client: new ScriptedClient([down, down]) });
    await expect(request.session()).rejects.toThrow(SessionUnavailableError);
    expect(await request.commit()).toEqual({ setCookie: [] });
  });

  test.each([undefined, null, 7, {}, [], [null, 7], ''])('without a cookie header (%j) is a new session and no call', async (cookies) => {
    expect((await begin({ cookies }).session()).isNew).toBe(true);
    expect(scene.table.takeCalls()).toEqual([]);
  });

  test('reads the cookie from any of several headers', async () => {
    expect((await begin({ cookies: ['theme=dark', `a=b; session_id=${visitor.id}`] }).session()).get('name')).toBe('Ada');
  });

  test.each([
    ['strong', {}, 'GetItem(strong)'],
    ['eventual', { cookies: 'mark' }, 'GetItem'],
    ['session', { singleSetCookie: true }, 'GetItem(strong)'],
    ['session', { cookies: 'mark' }, 'GetItem(strong)'],
  ] as const)('with the consistency %s and %j reads as that says', async (consistency, init, call) => {
    const cookies = `session_id=${visitor.id}${'cookies' in init ? '; session_id_w=1' : ''}`;
    await begin({ ...init, cookies }, { consistency }).session();
    expect(scene.table.takeCalls()).toEqual([call]);
  });
});

describe('commit()', () => {
  test.each([
    ['session', {}, 2],
    ['session', { singleSetCookie: true }, 1],
    ['strong', {}, 1],
    ['eventual', {}, 1],
  ] as const)('with the consistency %s and %j sends %d cookies for a new session', async (consistency, init, count) => {
    const request = begin({ ...init, cookies: undefined }, { consistency });
    (await request.session()).set('name', 'Bob');
    expect((await request.commit()).setCookie).toHaveLength(count);
    expect(events.map(({ type }) => type)).toEqual(['created']);
  });

  test('twice writes once and says the same again', async () => {
    const request = begin();
    (await request.session()).set('count', 1);
    scene.table.takeCalls();
    const headers = await request.commit();
    expect(await request.commit()).toEqual(headers);
    expect(headers).toEqual({ setCookie: [expect.stringMatching(/^session_id_w=1; /)], cacheControl: 'no-store', vary: 'Cookie' });
    expect(scene.table.takeCalls()).toEqual(['UpdateItem']);
  });

  test('is the end: what would change the session after it throws', async () => {
    const request = begin();
    const session = await request.session();
    await request.commit();
    expect(session.get('name')).toBe('Ada');
    expect(() => session.set('count', 1)).toThrow('committed');
    expect(() => session.delete('name')).toThrow('committed');
    expect(() => session.clear()).toThrow('committed');
    expect(() => session.regenerate()).toThrow('committed');
    await expect(async () => session.save()).rejects.toThrow('committed');
  });

  test('that cannot write rejects, and no cookie goes out', async () => {
    const request = begin({ cookies: undefined }, { client: new ScriptedClient([down]) });
    (await request.session()).set('name', 'Bob');
    await expect(request.commit()).rejects.toThrow(SessionUnavailableError);
    expect(await request.discard()).toEqual({ setCookie: [], vary: 'Cookie' });
  });
});

describe('discard()', () => {
  test('drops what was not saved, and keeps the cookies of what was', async () => {
    const request = begin({ cookies: undefined });
    const session = await request.session();
    session.set('name', 'Bob');
    await session.save();
    session.set('count', 1);
    const { setCookie } = await request.discard();
    expect(setCookie).toEqual([expect.stringMatching(/^session_id=[\w-]{43};/), expect.stringMatching(/^session_id_w=1;/)]);
    visitor.jar.store(setCookie);
    expect(Object.keys((await scene.table.item(visitor.id))?.dat?.M ?? {})).toEqual(['name']);
    expect(() => session.set('count', 2)).toThrow('committed');
  });
});

describe('endSession()', () => {
  test('twice is one call', async () => {
    const request = begin();
    await request.endSession();
    await request.endSession();
    expect(scene.table.takeCalls()).toEqual(['DeleteItem']);
    expect((await request.commit()).setCookie).toEqual([expect.stringMatching(CLEARED)]);
    expect(events).toEqual([{ type: 'invalidated', ref: expect.stringMatching(/^[0-9a-f]{16}$/), milliseconds: 0, writeUnits: 1 }]);
  });

  test.each([undefined, '', 'theme=dark', 'session_id=short'])('without a session id (%j) is no call and no cookie', async (cookies) => {
    const request = begin({ cookies });
    await request.endSession();
    expect(await request.commit()).toEqual({ setCookie: [] });
    expect(scene.table.takeCalls()).toEqual([]);
    expect(events).toEqual([]);
  });

  test('after session() empties the session that is open and deletes it', async () => {
    const request = begin();
    const session = await request.session();
    session.set('count', 1);
    await request.endSession();
    expect([session.isNew, session.size, session.ref]).toEqual([true, 0, undefined]);
    expect((await request.commit()).setCookie).toEqual([expect.stringMatching(CLEARED)]);
    expect(scene.table.takeCalls()).toEqual(['GetItem', 'DeleteItem']);
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });

  test('before session() gives a new, empty session that does not read the old one', async () => {
    const request = begin();
    await request.endSession();
    const session = await request.session();
    expect([session.isNew, session.size]).toEqual([true, 0]);
    expect(scene.table.takeCalls()).toEqual(['DeleteItem']);
  });

  test('and then new data is a new session under another id, with one cookie of each name', async () => {
    const old = visitor.id;
    const request = begin();
    await request.endSession();
    (await request.session()).set('name', 'Bob');
    const { setCookie } = await request.commit();
    expect(setCookie.map((cookie) => cookie.split('=')[0])).toEqual(['session_id', 'session_id_w']);
    visitor.jar.store(setCookie);
    expect(visitor.id).not.toBe(old);
    expect((await scene.table.item(visitor.id))?.dat).toEqual({ M: { name: { S: '"Bob"' } } });
    expect(scene.table.takeCalls()).toEqual(['DeleteItem', 'PutItem']);
  });

  test.each(['before', 'after'])('that fails %s session() rejects and changes no cookie', async (when) => {
    const client = new ScriptedClient(when === 'after' ? [{ answer: { Item: await scene.table.item(visitor.id) } }, down] : [down]);
    const request = begin({}, { client });
    const session = when === 'after' ? await request.session() : undefined;
    await expect(request.endSession()).rejects.toThrow(SessionUnavailableError);
    expect(session?.get('name')).toBe(when === 'after' ? 'Ada' : undefined);
    expect((await request.discard()).setCookie).toEqual([]);
  });

  test('that failed can be tried again', async () => {
    const request = begin({}, { client: new ScriptedClient([down, { answer: {} }]) });
    await expect(request.endSession()).rejects.toThrow(SessionUnavailableError);
    await request.endSession();
    expect((await request.commit()).setCookie).toEqual([expect.stringMatching(CLEARED)]);
  });

  test('works where session() could not read', async () => {
    const client = new ScriptedClient([down, { answer: {} }]);
    const request = begin({}, { client });
    await expect(request.session()).rejects.toThrow(SessionUnavailableError);
    await request.endSession();
    expect((await request.commit()).setCookie).toEqual([expect.stringMatching(CLEARED)]);
  });
});

test('a listener that throws does not disturb the request', async () => {
  const request = begin({}, { onEvent: () => { throw new Error('full'); } });
  await request.endSession();
  expect((await request.commit()).setCookie).toHaveLength(1);
});
