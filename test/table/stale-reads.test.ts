import { SessionEvent, SessionFactoryOptions, SessionUnavailableError } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { LaggingClient } from '../support/lagging-client';
import { TestTable } from '../support/table';
import { ShopSession, Visitor } from '../support/visitor';

let table: TestTable;
let clock: FakeClock;
let client: LaggingClient;
let events: SessionEvent['type'][];
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(() => {
  clock = new FakeClock();
  client = new LaggingClient(table.client);
  events = [];
});
afterAll(() => table.stop());

/** A visitor with a session that the replicas know, whose recent-write cookie is gone. */
async function settled(options: SessionFactoryOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.withSession(table, clock, { client, onEvent: ({ type }) => events.push(type), ...options });
  client.catchUp();
  await visitor.visit((session) => session.get('name'));
  client.fallBehind();
  clock.advanceSeconds(21);
  events.length = 0;
  table.takeCalls();
  return visitor;
}

const WRITES: [string, (session: ShopSession) => Promise<void> | void][] = [
  ['a change', (session) => session.set('name', 'Bob')],
  ['a new key', (session) => session.set('cart', ['tea'])],
  ['a removal', (session) => session.delete('name')],
  ['an exact update', (session) => session.update('count', () => 1)],
  ['save()', async (session) => {
    session.set('count', 1);
    await session.save();
  }],
  ['regenerate()', (session) => session.regenerate()],
  ['a flash message', (session) => session.flash('hello')],
  ['remember()', (session) => session.remember(86_400)],
  ['a CSRF token', (session) => void session.newCsrfToken()],
];

describe('where eventual reads are stale', () => {
  test('an eventual read of another browser is stale, or the tests of this file prove nothing', async () => {
    const visitor = await settled();
    const other = new Visitor(table, clock, { client });
    other.jar.set('session_id', visitor.id);
    await visitor.visit((session) => session.set('count', 1));
    expect(await other.visit((session) => session.get('count'))).toBeUndefined();
  });

  test.each(WRITES)('the request after %s reads the newest state in the same browser', async (_, write) => {
    const visitor = await settled();
    await visitor.visit(write);
    const version = (await table.item(visitor.id))?.ver;
    table.takeCalls();
    const seen = await visitor.visit((session) => ({ data: session.entries(), flash: session.peekFlash(), expiresAt: session.expiresAt }));
    expect(table.takeCalls()).toEqual(['GetItem(strong)']);
    client.catchUp();
    const newest = await visitor.visit((session) => ({ data: session.entries(), flash: session.peekFlash(), expiresAt: session.expiresAt }));
    expect(seen).toEqual(newest);
    expect((await table.item(visitor.id))?.ver).toEqual(version);
  });

  test('the first request after the creation finds the session', async () => {
    const visitor = new Visitor(table, clock, { client });
    await visitor.visit((session) => session.set('name', 'Ada'));
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
  });

  test('answers that overtake each other still leave the mark that makes the next read strong', async () => {
    const visitor = await settled();
    const reader = await visitor.open();
    await visitor.visit((session) => session.set('count', 1));
    await visitor.commit(reader.request);
    expect(await visitor.visit((session) => session.get('count'))).toBe(1);
  });

  test('a touch leaves no mark, and a second one from a stale read goes nowhere', async () => {
    const visitor = await settled();
    clock.advanceSeconds(200);
    await visitor.visit((session) => session.get('name'));
    const touched = await table.item(visitor.id);
    clock.advanceSeconds(1);
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    expect(table.takeCalls()).toEqual(['GetItem', 'UpdateItem', 'GetItem', 'UpdateItem']);
    expect(await table.item(visitor.id)).toEqual(touched);
    expect(events).toEqual(['touched']);
  });

  test('a change on top of a stale read changes its own keys and no others', async () => {
    const visitor = await settled();
    const other = new Visitor(table, clock, { client });
    other.jar.set('session_id', visitor.id);
    await visitor.visit((session) => session.set('cart', ['tea']));
    await other.visit((session) => session.set('count', 2));
    expect(await other.visit((session) => session.entries())).toEqual(expect.arrayContaining([['name', 'Ada'], ['cart', ['tea']], ['count', 2]]));
  });
});

describe('a session that an eventual read misses', () => {
  /** A browser whose session no replica has yet, and whose mark was lost. */
  async function missed(options: SessionFactoryOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.withSession(table, clock, { client, onEvent: ({ type }) => events.push(type), ...options });
    clock.advanceSeconds(21);
    events.length = 0;
    return visitor;
  }

  test('is new to who only reads, and no cookie goes out', async () => {
    const visitor = await missed();
    const { request, session } = await visitor.open();
    expect(session.isNew).toBe(true);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(events).toEqual(['unknown-id']);
    expect(table.takeCalls()).toEqual(['GetItem']);
  });

  test.each([
    ['a commit', (session: ShopSession) => session.set('name', 'Bob')],
    ['save()', async (session: ShopSession) => {
      session.set('name', 'Bob');
      await session.save();
    }],
    ['an exact update', (session: ShopSession) => session.update('name', () => 'Bob')],
    ['a flash message', (session: ShopSession) => session.flash('hello')],
  ])('is not replaced by %s: the store is unavailable, no cookie goes out, and nothing changes', async (_, write) => {
    const visitor = await missed();
    const before = await table.items();
    const { request, session } = await visitor.open();
    await expect((async () => {
      await write(session);
      await request.commit();
    })()).rejects.toThrow(SessionUnavailableError);
    expect((await request.discard()).setCookie).toEqual([]);
    expect(table.takeCalls().slice(0, 2)).toEqual(['GetItem', 'GetItem(strong)']);
    expect(await table.items()).toEqual(before);
    clock.advanceSeconds(1);
    client.catchUp();
    expect(await visitor.visit((later) => later.get('name'))).toBe('Ada');
  });

  test('is ended by invalidate() all the same', async () => {
    const visitor = await missed();
    await visitor.visit((session) => session.invalidate());
    expect(await table.item(visitor.id)).toBeUndefined();
    expect(visitor.id).toBe('');
  });

  test('that is really gone makes room for a new one after one strong read', async () => {
    const visitor = await missed();
    const old = visitor.id;
    const copy = new Visitor(table, clock, { client });
    copy.jar.set('session_id', old);
    await visitor.visit((session) => session.invalidate());
    table.takeCalls();
    await copy.visit((session) => session.set('name', 'Bob'));
    expect(table.takeCalls()).toEqual(['GetItem', 'GetItem(strong)', 'PutItem']);
    expect(copy.id).not.toBe(old);
    expect(await table.item(old)).toBeUndefined();
  });

  const SEEN = [['strong', {}], ['session', { session_id_w: '1' }]] as const;
  test.each(SEEN)('does not arise with %s reads and the cookies %j', async (consistency, more) => {
    const visitor = await missed({ consistency });
    for (const [name, value] of Object.entries(more)) visitor.jar.set(name, value);
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    expect(table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('and that a strong read missed too is not looked for again', async () => {
    const visitor = await missed({ consistency: 'strong' });
    await visitor.request().endSession();
    table.takeCalls();
    await visitor.visit((session) => session.set('name', 'Bob'));
    expect(table.takeCalls()).toEqual(['GetItem(strong)', 'PutItem']);
  });
});

test('a session that a stale read shows after its end is not written to, and nothing comes back', async () => {
  const visitor = await settled();
  const copy = new Visitor(table, clock, { client });
  copy.jar.set('session_id', visitor.id);
  await visitor.visit((session) => session.invalidate());
  const { request, session } = await copy.open();
  expect(session.get('name')).toBe('Ada');
  session.set('count', 1);
  expect(await copy.commit(request)).toEqual({ setCookie: [], vary: 'Cookie' });
  expect(await table.item(copy.id)).toBeUndefined();
});

describe('a session that a stale read shows after it got a new id elsewhere', () => {
  async function renewedElsewhere(): Promise<{ visitor: Visitor; copy: Visitor }> {
    const visitor = await settled();
    const copy = new Visitor(table, clock, { client, onEvent: ({ type }) => events.push(type) });
    copy.jar.set('session_id', visitor.id);
    await visitor.visit((session) => session.set('cart', ['tea']));
    await visitor.visit((session) => session.regenerate());
    events.length = 0;
    table.takeCalls();
    return { visitor, copy };
  }

  test('is not written to, and no cookie goes out', async () => {
    const { visitor, copy } = await renewedElsewhere();
    const { request, session } = await copy.open();
    expect(session.get('name')).toBe('Ada');
    session.set('count', 1);
    expect(await copy.commit(request)).toEqual({ setCookie: [], vary: 'Cookie' });
    expect([table.takeCalls(), events]).toEqual([['GetItem', 'UpdateItem'], ['ended']]);
    expect(await visitor.visit((later) => later.entries())).toEqual([['name', 'Ada'], ['cart', ['tea']]]);
  });

  test('goes on from its final image if it asks for a new id too', async () => {
    const { copy } = await renewedElsewhere();
    await copy.visit((session) => {
      session.set('count', 1);
      session.regenerate();
    });
    expect(table.takeCalls().filter((call) => call !== 'GetItem(strong)')).toEqual(['GetItem', 'UpdateItem', 'PutItem']);
    expect(events).toEqual(['regenerated']);
    expect(await copy.visit((session) => session.toObject())).toEqual({ name: 'Ada', cart: ['tea'], count: 1 });
  });

  test('is known as ended without a further read where an eventual read shows it frozen', async () => {
    const { copy } = await renewedElsewhere();
    client.catchUp();
    const opened = await copy.visit((session) => session.isNew);
    client.fallBehind();
    clock.advanceSeconds(30);
    table.takeCalls();
    events.length = 0;
    await copy.visit((session) => session.set('count', 1));
    expect([opened, table.takeCalls(), events]).toEqual([true, ['GetItem', 'PutItem'], ['expired', 'created']]);
  });
});
