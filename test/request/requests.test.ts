import { SessionFactoryOptions, sessionFactory } from '../../src/runtime';
import { CookieJar, FakeClock } from '../../src/testing';
import { TestTable } from '../support/table';

interface Data {
  name: string;
  cart: string[];
  count: number;
}

let table: TestTable;
const clock = new FakeClock();

beforeAll(async () => {
  table = await TestTable.start();
});
afterAll(() => table.stop());

function shop(options: SessionFactoryOptions = {}) {
  return sessionFactory<Data>({ tableName: table.name, client: table.client, clock, ...options });
}

/** One request of a browser: opens what the body asks for, commits, and keeps the cookies. */
async function visit(jar: CookieJar, body: (request: ReturnType<ReturnType<typeof shop>['forRequest']>) => Promise<void> | void, options: SessionFactoryOptions = {}) {
  const request = shop(options).forRequest({ cookies: jar.header(), https: true });
  await body(request);
  const headers = await request.commit();
  jar.store(headers.setCookie);
  return { headers, calls: table.takeCalls() };
}

async function signedIn(options: SessionFactoryOptions = {}): Promise<CookieJar> {
  const jar = new CookieJar(() => clock.now());
  await visit(jar, async (request) => (await request.session()).set('name', 'Ada'), options);
  return jar;
}

/** The same browser, once the recent-write cookie is gone. */
function later(): void {
  clock.advanceSeconds(21);
}

describe('calls per request', () => {
  test('a request is used once its session is asked for, or ended, and not before', async () => {
    const begun = () => shop().forRequest({ cookies: undefined, https: true });
    const [unused, opened, ended] = [begun(), begun(), begun()];
    await opened.session();
    await ended.endSession();
    await unused.finish();
    expect([unused.isUsed, opened.isUsed, ended.isUsed]).toEqual([false, true, true]);
  });

  test('a request that does not use the session makes no call and gets no cookie', async () => {
    const { headers, calls } = await visit(await signedIn(), () => undefined);
    expect(calls).toEqual([]);
    expect(headers).toEqual({ setCookie: [] });
  });

  test('a visitor without a cookie who only reads makes no call and gets no cookie', async () => {
    const { headers, calls } = await visit(new CookieJar(), async (request) => {
      expect((await request.session()).get('name')).toBeUndefined();
    });
    expect(calls).toEqual([]);
    expect(headers).toEqual({ setCookie: [], vary: 'Cookie' });
  });

  test('the first data of a visitor is one PutItem, and both cookies go out', async () => {
    const jar = new CookieJar();
    const { headers, calls } = await visit(jar, async (request) => (await request.session()).set('name', 'Ada'));
    expect(calls).toEqual(['PutItem']);
    expect(headers).toEqual({
      setCookie: [
        expect.stringMatching(/^session_id=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/),
        'session_id_w=1; Path=/; Max-Age=20; Secure; HttpOnly; SameSite=Strict',
      ],
      cacheControl: 'no-store',
      vary: 'Cookie',
    });
  });

  test('a read is one eventually consistent GetItem', async () => {
    const jar = await signedIn();
    later();
    const { headers, calls } = await visit(jar, async (request) => {
      expect((await request.session()).get('name')).toBe('Ada');
    });
    expect(calls).toEqual(['GetItem']);
    expect(headers).toEqual({ setCookie: [], vary: 'Cookie' });
  });

  test('a read right after a write of the same browser is strong', async () => {
    const { calls } = await visit(await signedIn(), async (request) => void (await request.session()));
    expect(calls).toEqual(['GetItem(strong)']);
  });

  test('a change is one UpdateItem that carries the changed keys only', async () => {
    const jar = await signedIn();
    later();
    const request = shop().forRequest({ cookies: jar.header(), https: true });
    (await request.session()).set('count', 1);
    await request.commit();
    expect(table.calls.at(-1)?.input).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, dat.#0 = :0',
      ExpressionAttributeNames: { '#0': 'count' },
      ExpressionAttributeValues: { ':0': { S: '1' } },
    });
    expect(table.takeCalls()).toEqual(['GetItem', 'UpdateItem']);
  });

  test('a touch that is due is one UpdateItem', async () => {
    const jar = await signedIn();
    clock.advanceSeconds(121);
    const { calls, headers } = await visit(jar, async (request) => void (await request.session()));
    expect(calls).toEqual(['GetItem', 'UpdateItem']);
    expect(headers.setCookie).toEqual([]);
    clock.advanceSeconds(1199);
    const again = await visit(jar, async (request) => {
      expect((await request.session()).get('name')).toBe('Ada');
    });
    expect(again.calls).toEqual(['GetItem', 'UpdateItem']);
  });

  test('endSession is one DeleteItem without a read, and the cookie goes', async () => {
    const jar = await signedIn();
    const { calls, headers } = await visit(jar, (request) => request.endSession());
    expect(calls).toEqual(['DeleteItem']);
    expect(headers.setCookie).toEqual(['session_id=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict']);
    expect(jar.get('session_id')).toBeUndefined();
  });
});
