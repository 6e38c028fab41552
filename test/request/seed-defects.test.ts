/** What the library that this one takes up does wrong, each by the number that it has in the requirements. */
import { AttributeValue, SessionClient, lambdaHandler, sessionFactory } from '../../src/runtime';
import { keyOf } from '../../src/runtime/table/key';
import { eventOf } from '../support/events';
import { Scene } from '../support/scene';

const scene = Scene.on();

const NUMBERS_OF_PYTHON = ['', 'abc', 'NaN', 'sNaN', '0x10', 'Infinity', '1e999999999', '1_0', '٣', ' 1 ', '-1', '1.0'];

describe('0.1: what the client says of versions', () => {
  test.each(NUMBERS_OF_PYTHON)('%j after a slash in the id cookie neither fails nor costs a read', async (text) => {
    const visitor = await scene.signedIn();
    visitor.jar.set('session_id', `${visitor.id}/${text}`);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
    expect(scene.table.takeCalls()).toEqual([]);
  });

  // Spaces around a cookie's value are not part of it.
  test.each(NUMBERS_OF_PYTHON.filter((text) => text === text.trim()))('%j as the recent-write cookie neither fails nor makes a read strong', async (text) => {
    const visitor = await scene.signedIn();
    visitor.jar.set('session_id_w', text);
    expect(await visitor.visit((session) => session.isNew)).toBe(false);
    expect(scene.table.takeCalls()).toEqual(['GetItem']);
  });
});

describe('0.2: a touch of what is not there', () => {
  test('makes no item, where TTL deleted the session between the read and the answer', async () => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(200);
    const { request } = await visitor.open();
    await scene.remove(visitor);
    await request.commit();
    expect(scene.table.takeCalls()).toEqual(['GetItem', 'UpdateItem']);
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });

  test('left items without data behind, which are no session here, and nobody is locked out', async () => {
    const visitor = await scene.signedIn();
    const now = Math.floor(scene.clock.now() / 1000);
    const poison = { sid: { B: keyOf(visitor.id) }, iss: { N: String(now) }, exp: { N: String(now + 1200) } };
    await scene.table.put(poison);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
    expect(await scene.table.item(visitor.id)).toEqual(poison);
    await visitor.visit((session) => session.set('name', 'Bea'));
    expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
  });
});

describe('0.3: sign-out and sign-in', () => {
  test('invalidate deletes the item and takes the cookie away', async () => {
    const visitor = await scene.signedIn();
    const { id } = visitor;
    await visitor.visit((session) => session.invalidate());
    expect(await scene.table.item(id)).toBeUndefined();
    expect(visitor.id).toBe('');
  });

  test('regenerate gives another id, under which alone the session lives', async () => {
    const visitor = await scene.signedIn();
    const known = scene.copyOf(visitor);
    await visitor.visit((session) => session.regenerate());
    expect(visitor.id).not.toBe(known.id);
    expect(await scene.seen(known)).toEqual({});
  });
});

describe('0.4: a stale read', () => {
  /** A client whose eventually consistent reads see the table as it was. */
  async function staleClient(id: string): Promise<SessionClient> {
    const { client } = scene;
    const Item = await scene.table.item(id);
    return { ...client, getItem: (input, options) => (input.ConsistentRead === true ? client.getItem(input, options) : Promise.resolve({ Item })) };
  }

  test('never accepts a session that this browser just signed out', async () => {
    const visitor = await scene.signedIn();
    const stale = await staleClient(visitor.id);
    await visitor.visit((session) => session.invalidate());
    const later = scene.visitor({ client: stale });
    later.jar.store(visitor.jar.cookies());
    expect(await later.visit((session) => session.isNew)).toBe(true);
  });

  test('never shows a browser less than it wrote', async () => {
    const visitor = await scene.signedIn();
    const later = scene.visitor({ client: await staleClient(visitor.id) });
    await visitor.visit((session) => session.set('count', 1));
    later.jar.store(visitor.jar.cookies());
    expect(await scene.seen(later)).toEqual({ name: 'Ada', count: 1 });
  });

  test('of a session that was ended elsewhere may be shown, and can write nothing', async () => {
    const visitor = await scene.signedIn();
    const late = scene.copyOf(visitor, { client: await staleClient(visitor.id) });
    await scene.signOut(visitor);
    const { request, session } = await late.open();
    session.set('count', 1);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });

  test('that misses a session does not take its cookie away by a new one', async () => {
    const visitor = await scene.signedIn();
    const getItem: SessionClient['getItem'] = async (input, options) => (input.ConsistentRead === true ? scene.client.getItem(input, options) : {});
    const client = { ...scene.client, getItem };
    const { request, session } = await scene.copyOf(visitor, { client }).open();
    session.set('count', 1);
    await expect(request.commit()).rejects.toThrow('could not be read yet');
    expect((await request.discard()).setCookie).toEqual([]);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });
});

test('0.5: requests that race do not fail after their work is done', async () => {
  const visitor = await scene.signedIn();
  const requests = await Promise.all(Array.from({ length: 10 }, () => visitor.open()));
  for (const [i, { session }] of requests.entries()) session.set(`key${i % 3}` as 'note', i);
  await Promise.all(requests.map(({ request }) => visitor.commit(request)));
  expect(await visitor.visit((session) => session.size)).toBe(4);
});

test.each(['http', 'https,http', undefined])('0.6: the cookie is Secure behind a front that ends TLS and says %j', async (proto) => {
  const sessions = sessionFactory<{ name: string }>({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
  const handler = lambdaHandler(sessions, async (_, context) => {
    (await context.session()).set('name', 'Ada');
    return { statusCode: 200 };
  });
  const headers: Record<string, string> = proto === undefined ? {} : { 'x-forwarded-proto': proto };
  const context = { getRemainingTimeInMillis: () => 30_000 };
  const response = await handler(eventOf('HTTP API', { headers }), context as Parameters<typeof handler>[1]);
  const { cookies } = response as { readonly cookies: readonly string[] };
  expect(cookies).toHaveLength(2);
  for (const cookie of cookies) expect(cookie).toContain('; Secure');
});

describe('0.7: what is damaged', () => {
  const good = { ver: { N: '1' }, iat: { N: '1' }, iss: { N: '1' }, exp: { N: '9999999998' }, dat: { M: { name: { S: '"Ada"' } } } };

  const damages: (readonly [string, Readonly<Record<string, AttributeValue | undefined>>])[] = [
    ...Object.keys(good).map((name) => [`no ${name}`, { [name]: undefined }] as const),
    ...Object.keys(good).map((name) => [`a text as ${name}`, { [name]: { S: 'x' } }] as const),
    ['data that is one text', { dat: { S: '{"name":"Ada"}' } }],
  ];
  test.each(damages)('an item with %s is a new session, an event, and stays as it is', async (_, more) => {
    const visitor = await scene.signedIn();
    const item = { sid: { B: keyOf(visitor.id) }, ...good, ...more };
    const left = Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Record<string, AttributeValue>;
    await scene.table.put(left);
    expect(await visitor.visit((session) => [session.isNew, session.size])).toEqual([true, 0]);
    expect(scene.events).toEqual(['item-invalid']);
    expect(await scene.table.item(visitor.id)).toEqual(left);
  });

  test('a value that is no JSON is absent, with an event, and the others are there', async () => {
    const visitor = await scene.signedIn();
    const item = await scene.table.item(visitor.id);
    await scene.table.put({ ...item, dat: { M: { name: { S: '"Ada"' }, count: { S: '{"a":' } } } });
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    expect(scene.events).toEqual(['item-invalid']);
  });

  test.each([null, NaN, '20', 0])('a timeout of %p is refused when the factory is made', (timeout) => {
    expect(() => sessionFactory({ tableName: 'Sessions', timeout: timeout as number })).toThrow('timeout');
  });
});

describe('0.8: lifetimes', () => {
  test('a session is dead in the second of its end', async () => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(1199);
    const { request } = await visitor.open();
    await request.discard();
    expect(await visitor.visit((session) => session.isNew)).toBe(false);
    const end = await visitor.visit((session) => session.expiresAt.getTime());
    scene.clock.advance(end - scene.clock.now());
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('an absolute timeout ends a session however much it is used', async () => {
    const visitor = await scene.signedIn({ absoluteTimeout: 7200 });
    for (let minutes = 0; minutes < 120; minutes += 10) {
      expect(await visitor.visit((session) => session.isNew)).toBe(false);
      scene.clock.advanceSeconds(600);
    }
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('a token that is asked for stores nothing, however many visitors ask', async () => {
    for (let i = 0; i < 1000; i++) expect(await scene.visitor().visit((session) => session.csrfToken())).toHaveLength(43);
    expect(scene.table.takeCalls()).toEqual([]);
  });
});
