import { createServer, request as send } from 'node:http';
import { AddressInfo } from 'node:net';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import connectDynamo from 'connect-dynamodb';
import session from 'express-session';
import { SessionFactory, SessionUnavailableError, sessionFactory } from '../../src/runtime';
import { ConnectDynamoDbOptions, connectDynamoDb } from '../../src/runtime/connect-dynamodb';
import { CookieJar } from '../../src/testing';
import { Scene } from '../support/scene';

const shop = Scene.on();
const secret = 'keyboard cat';

interface OldData {
  user: string;
  cart: { sku: string }[];
  [key: string]: unknown;
}

/** A visit of the real express-session with the real connect-dynamodb; gives the cookie that it sets, undecoded. */
async function visitOld(data: Record<string, unknown>, options: object = {}): Promise<string> {
  const Store = connectDynamo(session);
  const store = new Store({ table: 'old', client: shop.table.client });
  const middleware = session({ store, secret, resave: false, saveUninitialized: false, ...options });
  const server = createServer((request, response) =>
    middleware(request as never, response as never, () => {
      Object.assign((request as unknown as { session: object }).session, data);
      response.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await new Promise<string[]>((resolve) =>
    send({ port: (server.address() as AddressInfo).port, path: '/shop' }, (response) => resolve(response.resume().headers['set-cookie'] ?? [])).end(),
  );
  server.close();
  return answer[0]?.split(';')[0] ?? '';
}

/** A browser that came with what the old shop set. */
class Newcomer {
  public readonly jar = new CookieJar(() => shop.clock.now());
  public readonly sessions: SessionFactory<OldData>;

  public constructor(cookie: string, options: Partial<ConnectDynamoDbOptions> = {}, access: 'read' | 'readWrite' = 'readWrite') {
    const environment = { SESSION_TABLE_OPTIONS: JSON.stringify({ access }) };
    const before = process.env;
    process.env = { ...before, ...environment };
    const migrateFrom = connectDynamoDb({ tableName: 'old', secret, ...options });
    this.sessions = sessionFactory<OldData>({
      tableName: shop.table.name, client: shop.client, clock: shop.clock, migrateFrom, onEvent: ({ type }) => shop.events.push(type),
    });
    process.env = before;
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    this.jar.set(name, value);
  }

  public request(init: object = {}) {
    return this.sessions.forRequest({ cookies: this.jar.header(), https: true, ...init });
  }

  /** Opens the session and ends the request; gives what it held. */
  public async visit(): Promise<object> {
    const request = this.request();
    const data = (await request.session()).toObject();
    this.jar.store((await request.commit()).setCookie);
    return data;
  }
}

const idOf = (cookie: string) => /s%3A(.*?)\./.exec(cookie)?.[1] ?? '';
const rowOf = async (cookie: string) =>
  (await shop.table.client.send(new GetItemCommand({ TableName: 'old', Key: { id: { S: `sess:${idOf(cookie)}` } }, ConsistentRead: true }))).Item;
const calls = () => shop.table.takeCalls();

// The rows of the old shop end by the clock of the machine.
beforeEach(() => shop.clock.advance(Date.now() - shop.clock.now()));

describe('A visitor of connect-dynamodb 3', () => {
  test('keeps the data in a new session; the row is gone after that, and the old cookie is cleared', async () => {
    const cookie = await visitOld({ user: 'ada', cart: [{ sku: 'a b' }] });
    const newcomer = new Newcomer(cookie);
    calls();
    const request = newcomer.request();
    expect((await request.session()).toObject()).toEqual({ user: 'ada', cart: [{ sku: 'a b' }] });
    expect(await rowOf(cookie)).toBeDefined();
    calls();
    const { setCookie } = await request.commit();
    expect(calls()).toEqual(['PutItem', 'DeleteItem']);
    expect(setCookie.map((text) => text.split('=')[0])).toEqual(['session_id', 'session_id_w', 'connect.sid']);
    expect(setCookie[2]).toBe('connect.sid=; Path=/; Max-Age=0; HttpOnly');
    expect(await rowOf(cookie)).toBeUndefined();
    newcomer.jar.store(setCookie);
    expect(newcomer.jar.cookies()).toHaveLength(2);
    calls();
    expect(await newcomer.visit()).toEqual({ user: 'ada', cart: [{ sku: 'a b' }] });
    expect(calls()).toEqual(['GetItem(strong)']);
  });

  test('costs one strong read of the old table, and none without a session', async () => {
    const newcomer = new Newcomer(await visitOld({ user: 'ada' }));
    calls();
    await newcomer.request().commit();
    expect(calls()).toEqual([]);
    await newcomer.request().session();
    expect(calls()).toEqual(['GetItem(strong)']);
  });

  test('may come with a rotated secret, other names, and a cookie that lasts', async () => {
    const cookie = await visitOld({ user: 'ada' }, { name: 'shop.sid', secret: 'older', cookie: { maxAge: 60_500, path: '/shop' } });
    const newcomer = new Newcomer(cookie, { cookieName: 'shop.sid', secret: ['newest', 'older'], path: '/shop', domain: 'shop.example' });
    const request = newcomer.request();
    expect((await request.session()).get('user')).toBe('ada');
    expect((await request.commit()).setCookie[2]).toBe('shop.sid=; Path=/shop; Domain=shop.example; Max-Age=0; HttpOnly');
  });

  test('keeps the row where the handler fails, and comes again', async () => {
    const newcomer = new Newcomer(await visitOld({ user: 'ada' }));
    const failed = newcomer.request();
    await failed.session();
    expect((await failed.finish({ error: new Error('no') })).headers.setCookie).toEqual([]);
    expect(await newcomer.visit()).toEqual({ user: 'ada' });
  });

  test('is anonymous in a second request that finds no row, and its cookie is cleared', async () => {
    const cookie = await visitOld({ user: 'ada' });
    await new Newcomer(cookie).visit();
    const second = new Newcomer(cookie);
    const request = second.request();
    expect((await request.session()).toObject()).toEqual({});
    expect((await request.commit()).setCookie).toEqual(['connect.sid=; Path=/; Max-Age=0; HttpOnly']);
  });

  test('that comes twice at once has a session in either request, and the row is gone', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const both = [new Newcomer(cookie), new Newcomer(cookie)];
    expect(await Promise.all(both.map((one) => one.visit()))).toEqual([{ user: 'ada' }, { user: 'ada' }]);
    expect(await rowOf(cookie)).toBeUndefined();
    expect(await Promise.all(both.map((one) => one.visit()))).toEqual([{ user: 'ada' }, { user: 'ada' }]);
  });

  test('may get a new id, or save, in the request that moves the session in', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const newcomer = new Newcomer(cookie);
    const request = newcomer.request();
    const opened = await request.session();
    opened.regenerate();
    opened.set('cart', []);
    await opened.save();
    expect(await rowOf(cookie)).toBeUndefined();
    newcomer.jar.store((await request.commit()).setCookie);
    expect(await newcomer.visit()).toEqual({ user: 'ada', cart: [] });
  });

  test('leaves out what a session cannot keep, and an event tells', async () => {
    const cookie = await visitOld({ user: 'ada', ['x'.repeat(256)]: 1 });
    expect(await new Newcomer(cookie).visit()).toEqual({ user: 'ada' });
    expect(shop.events).toEqual(['item-invalid', 'created']);
  });
});

describe('Signing out', () => {
  test('without opening the session deletes the row too, or it would come back', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const newcomer = new Newcomer(cookie);
    calls();
    const request = newcomer.request();
    await request.endSession();
    expect(calls()).toEqual(['DeleteItem']);
    expect((await request.commit()).setCookie).toEqual(['connect.sid=; Path=/; Max-Age=0; HttpOnly']);
    expect(await rowOf(cookie)).toBeUndefined();
    expect((await request.session()).toObject()).toEqual({});
  });

  test('of a session that has moved in, while the old cookie is still there, ends both', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const newcomer = new Newcomer(cookie);
    const moving = newcomer.request();
    await moving.session();
    newcomer.jar.store((await moving.commit()).setCookie);
    newcomer.jar.set('connect.sid', cookie.split('=')[1] ?? '');
    await shop.table.client.send(new PutItemCommand({ TableName: 'old', Item: { id: { S: `sess:${idOf(cookie)}` }, sess: { S: '{"user":"ada"}' } } }));
    const leaving = newcomer.request();
    await leaving.endSession();
    newcomer.jar.store((await leaving.commit()).setCookie);
    expect(await rowOf(cookie)).toBeUndefined();
    expect(await newcomer.visit()).toEqual({});
  });

  test('of an opened session that is not stored yet deletes the row', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const newcomer = new Newcomer(cookie);
    const request = newcomer.request();
    await (await request.session()).invalidate();
    await request.commit();
    expect(await rowOf(cookie)).toBeUndefined();
  });

  test('in a function without anything to end makes no call', async () => {
    const newcomer = new Newcomer('other=1', {}, 'read');
    calls();
    await newcomer.request().endSession();
    expect(calls()).toEqual([]);
  });
});

describe('An old cookie', () => {
  test.each<[string, (cookie: string) => string]>([
    ['signed with another secret', (cookie) => cookie],
    ['without a signature', (cookie) => cookie.replace(/\..*/, '')],
    ['with a signature that was altered', (cookie) => `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`],
    ['of another id under the same signature', (cookie) => cookie.replace('s%3A', 's%3Ax')],
    ['that does not decode', () => 'connect.sid=s%3A%E0%A4%A'],
    ['of another form', () => 'connect.sid=j%3A%7B%7D'],
    ['that is empty', () => 'connect.sid='],
  ])('%s is nothing, and no call is made', async (what, change) => {
    const cookie = await visitOld({ user: 'eve' });
    const newcomer = new Newcomer(change(cookie), what === 'signed with another secret' ? { secret: 'wrong' } : {});
    calls();
    const request = newcomer.request();
    expect((await request.session()).toObject()).toEqual({});
    expect((await request.commit()).setCookie).toEqual([]);
    expect(calls()).toEqual([]);
  });

  test('is not asked where our cookie is there, dead or alive', async () => {
    const newcomer = new Newcomer(await visitOld({ user: 'ada' }));
    newcomer.jar.set('session_id', 'x'.repeat(43));
    calls();
    expect(await newcomer.visit()).toEqual({});
    expect(calls()).toEqual(['GetItem']);
  });

  test('is not asked by a function that may only read', async () => {
    const newcomer = new Newcomer(await visitOld({ user: 'ada' }), {}, 'read');
    calls();
    expect(await newcomer.visit()).toEqual({});
    expect(calls()).toEqual([]);
  });

  test('past its time is nothing, and is cleared', async () => {
    const newcomer = new Newcomer(await visitOld({ user: 'ada' }, { cookie: { maxAge: 10_000 } }));
    shop.clock.advanceSeconds(11);
    const request = newcomer.request();
    expect((await request.session()).toObject()).toEqual({});
    expect((await request.commit()).setCookie).toEqual(['connect.sid=; Path=/; Max-Age=0; HttpOnly']);
  });

  test.each(['{', '[]', 'null', '7'])('of a damaged row is nothing, stays, and an event tells: %p', async (sess) => {
    const cookie = await visitOld({ user: 'ada' });
    const Item = { id: { S: `sess:${idOf(cookie)}` }, sess: { S: sess } };
    await shop.table.client.send(new PutItemCommand({ TableName: 'old', Item }));
    const newcomer = new Newcomer(cookie);
    expect(await newcomer.visit()).toEqual({});
    expect(shop.events).toEqual(['item-invalid']);
    expect(await rowOf(cookie)).toEqual(Item);
  });

  test('of a row with a key of its own called __proto__ changes no prototype', async () => {
    const cookie = await visitOld({ user: 'ada' });
    const Item = { id: { S: `sess:${idOf(cookie)}` }, sess: { S: '{"cookie":{},"__proto__":{"admin":true},"user":"ada"}' } };
    await shop.table.client.send(new PutItemCommand({ TableName: 'old', Item }));
    const data = await new Newcomer(cookie).visit();
    expect(data).toEqual({ user: 'ada' });
    expect((data as { admin?: unknown }).admin).toBeUndefined();
  });
});

test('Where the old table cannot be reached the request fails; nobody is signed out', async () => {
  const newcomer = new Newcomer(await visitOld({ user: 'ada' }), { tableName: 'nowhere' });
  await expect(newcomer.request().session()).rejects.toThrow(SessionUnavailableError);
});

test('A response with room for one cookie gets ours', async () => {
  const newcomer = new Newcomer(await visitOld({ user: 'ada' }));
  const request = newcomer.request({ singleSetCookie: true });
  await request.session();
  expect((await request.commit()).setCookie.map((text) => text.split('=')[0])).toEqual(['session_id']);
});

test.each<[string, object]>([
  ['tableName', { tableName: '' }],
  ['secret', { secret: '' }],
  ['secret', { secret: [] }],
  ['secret', { secret: ['good', ''] }],
  ['cookieName', { cookieName: 'a b' }],
  ['prefix and hashKey', { hashKey: '' }],
  ['path and domain', { path: '/;' }],
])('%s that cannot be used is refused when the factory is made, without being shown', (name, options) => {
  expect(() => connectDynamoDb({ tableName: 'old', secret, ...options })).toThrow(new RegExp(`^connectDynamoDb: ${name}: (?!.*good)`));
});

test('options that are missing altogether are refused by the same words', () => {
  expect(() => (connectDynamoDb as () => unknown)()).toThrow(/^connectDynamoDb: tableName/);
});

test('a cookie of the name of ours cannot move in, which is refused when the factory is made', () => {
  const options = { tableName: 'Sessions', client: shop.client, cookie: { name: 'connect.sid' } };
  expect(() => sessionFactory({ ...options, migrateFrom: connectDynamoDb({ tableName: 'old', secret }) })).toThrow(/cookie\.name/);
  expect(() => sessionFactory({ ...options, migrateFrom: connectDynamoDb({ tableName: 'old', secret, cookieName: 'old.sid' }) })).not.toThrow();
});
