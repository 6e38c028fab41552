import { SessionConflictError, SessionEndedError, SessionEvent, SessionFactoryOptions } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock } from '../../src/testing';
import { GatedClient } from '../support/gated-client';
import { TestTable } from '../support/table';
import { Visitor } from '../support/visitor';

let table: TestTable;
let clock: FakeClock;
let client: GatedClient;
let events: SessionEvent['type'][];

beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(() => {
  clock = new FakeClock();
  client = new GatedClient(sdkClient(table.client));
  events = [];
});
afterAll(() => table.stop());

async function signedIn(options: SessionFactoryOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.withSession(table, clock, { client, onEvent: ({ type }) => events.push(type), ...options });
  events.length = 0;
  return visitor;
}

/** The data that a new request of the visitor sees. */
function seen(visitor: Visitor): Promise<object> {
  return visitor.visit((session) => Object.fromEntries(session.entries()));
}

/** A copy of a visitor's browser that keeps the old cookie. */
function copyOf(visitor: Visitor, options: SessionFactoryOptions = {}): Visitor {
  const copy = new Visitor(table, clock, { client, ...options });
  copy.jar.set('session_id', visitor.id);
  return copy;
}

async function signOut(visitor: Visitor): Promise<void> {
  const request = visitor.request();
  await request.endSession();
  await request.commit();
}

describe('two requests', () => {
  test('that set different keys both keep theirs, with one write each', async () => {
    const visitor = await signedIn();
    const [one, other] = [await visitor.open(), await visitor.open()];
    one.session.set('count', 1);
    other.session.set('cart', ['tea']);
    table.takeCalls();
    await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
    expect(table.takeCalls()).toEqual(['UpdateItem', 'UpdateItem']);
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 1, cart: ['tea'] });
  });

  test('that set the same key: the last commit wins, for that key alone', async () => {
    const visitor = await signedIn();
    const [one, other] = [await visitor.open(), await visitor.open()];
    one.session.set('count', 1);
    one.session.set('cart', ['tea']);
    other.session.set('count', 2);
    await visitor.commit(other.request);
    await visitor.commit(one.request);
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 1, cart: ['tea'] });
  });

  test('of which one clears the session leave what the other added meanwhile', async () => {
    const visitor = await signedIn();
    const { request, session } = await visitor.open();
    await visitor.visit((other) => other.set('cart', ['tea']));
    session.clear();
    await visitor.commit(request);
    expect(await seen(visitor)).toEqual({ cart: ['tea'] });
  });

  test('that replace more than a hundred keys at once lose nothing of each other', async () => {
    const visitor = await signedIn();
    const [one, other] = [await visitor.open(), await visitor.open()];
    for (let i = 0; i < 120; i++) {
      one.session.set(`a${i}` as 'note', i);
      other.session.set(`b${i}` as 'note', i);
    }
    await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
    expect(await visitor.visit((session) => session.size)).toBe(241);
  });
});

describe('sign-out', () => {
  test('wins against a write that was under way: nothing comes back, no cookie goes out, an event tells', async () => {
    const visitor = await signedIn();
    const { request, session } = await visitor.open();
    session.set('count', 1);
    const gate = client.hold('updateItem');
    const committed = request.commit();
    await gate.reached;
    await signOut(visitor);
    gate.open();
    expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await table.item(visitor.id)).toBeUndefined();
    expect(events).toEqual(['invalidated', 'ended']);
  });

  test('wins against a touch that was under way', async () => {
    const visitor = await signedIn({ cookie: { maxAge: 3600 } });
    clock.advanceSeconds(200);
    const { request } = await visitor.open();
    const gate = client.hold('updateItem');
    const committed = request.commit();
    await gate.reached;
    await signOut(visitor);
    gate.open();
    expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await table.item(visitor.id)).toBeUndefined();
  });

  test.each([
    ['save', (session: Awaited<ReturnType<Visitor['open']>>['session']) => session.save()],
    ['update', (session: Awaited<ReturnType<Visitor['open']>>['session']) => session.update('count', () => 2)],
  ])('makes an explicit %s reject', async (_, write) => {
    const visitor = await signedIn();
    const { session } = await visitor.open();
    session.set('count', 1);
    await signOut(visitor);
    await expect(write(session)).rejects.toThrow(SessionEndedError);
    await expect(write(session)).rejects.toThrow(SessionEndedError);
    expect(await table.item(visitor.id)).toBeUndefined();
  });

  test('wins against regenerate: the new item is removed and no cookie goes out', async () => {
    const visitor = await signedIn();
    const before = (await table.items()).length;
    const { request, session } = await visitor.open();
    session.regenerate();
    const gate = client.hold('updateItem');
    const committed = request.commit();
    await gate.reached;
    await signOut(visitor);
    gate.open();
    expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await table.items()).toHaveLength(before - 1);
  });
});

describe('regenerate', () => {
  test('leaves no grace: a request that opened before has its change dropped, and cannot overwrite the new cookie', async () => {
    const visitor = await signedIn();
    const slow = await visitor.open();
    slow.session.set('count', 9);
    await visitor.visit((session) => session.regenerate());
    expect(await slow.request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await seen(visitor)).toEqual({ name: 'Ada' });
    expect(events).toEqual(['regenerated', 'ended']);
  });

  test('of one id by two requests is won by one; the other keeps what it read and sends no cookie', async () => {
    const visitor = await signedIn();
    const [one, other] = [await visitor.open(), await visitor.open()];
    one.session.regenerate();
    other.session.regenerate();
    await visitor.commit(one.request);
    expect(await other.request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(other.session.get('name')).toBe('Ada');
    expect(await seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('takes a change that was acknowledged between its two writes into the new item', async () => {
    const visitor = await signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    const gate = client.hold('updateItem');
    const committed = visitor.commit(request);
    await gate.reached;
    await visitor.visit((other) => other.set('cart', ['tea']));
    gate.open();
    await committed;
    expect(await seen(visitor)).toEqual({ name: 'Ada', cart: ['tea'] });
  });

  test('whose answer was lost recognises its own write', async () => {
    const visitor = await signedIn();
    const old = copyOf(visitor);
    client.loseAnswer('updateItem');
    await visitor.visit((session) => session.regenerate());
    expect(await seen(visitor)).toEqual({ name: 'Ada' });
    expect(await old.visit((session) => session.isNew)).toBe(true);
  });
});

describe('an exact update', () => {
  test('whose answer was lost is applied once', async () => {
    const visitor = await signedIn();
    client.loseAnswer('updateItem');
    await visitor.visit((session) => session.update('count', (count = 0) => count + 1));
    expect(await seen(visitor)).toMatchObject({ count: 1 });
  });

  /** Loses the answer of an update, and lets others come between it and its repetition. */
  async function lostAmong(visitor: Visitor, others: number): Promise<void> {
    const { session } = await visitor.open();
    client.hold('updateItem').open();
    const repetition = client.hold('updateItem');
    client.loseAnswer('updateItem');
    const lost = session.update('count', (count = 0) => count + 1);
    await repetition.reached;
    const ungated = copyOf(visitor, { client: table.client });
    for (let i = 0; i < others; i++) await ungated.visit((other) => other.update('count', (count = 0) => count + 1));
    repetition.open();
    return lost;
  }

  test('whose answer was lost is applied once, also when seven others come between', async () => {
    const visitor = await signedIn();
    await lostAmong(visitor, 7);
    expect(await seen(visitor)).toMatchObject({ count: 8 });
  });

  test('says that nobody can tell, when its answer was lost and eight others came between', async () => {
    const visitor = await signedIn();
    await expect(lostAmong(visitor, 8)).rejects.toThrow(SessionConflictError);
    expect(await seen(visitor)).toMatchObject({ count: 9 });
  });

  test('beside plain sets and touches of other requests keeps all of them', async () => {
    const visitor = await signedIn();
    clock.advanceSeconds(200);
    const requests = await Promise.all(Array.from({ length: 9 }, () => visitor.open()));
    await Promise.all(requests.map(async ({ request, session }, i) => {
      if (i % 3 === 0) await session.update('count', (count = 0) => count + 1);
      if (i % 3 === 1) session.set(`key${i}` as 'note', i);
      await visitor.commit(request);
    }));
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 3, key1: 1, key4: 4, key7: 7 });
  });
});

describe('touch', () => {
  test('beside an update commutes, and never passes the absolute deadline', async () => {
    const visitor = await signedIn({ absoluteTimeout: 1500, timeout: 1200 });
    const start = clock.now();
    clock.advanceSeconds(1000);
    const [reader, writer] = [await visitor.open(), await visitor.open()];
    writer.session.set('count', 1);
    await Promise.all([visitor.commit(reader.request), visitor.commit(writer.request)]);
    expect(await visitor.visit((session) => session.expiresAt)).toEqual(new Date(start + 1_500_000));
    clock.advanceSeconds(500);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('does not shorten a session that was remembered meanwhile, nor does a change', async () => {
    const visitor = await signedIn();
    clock.advanceSeconds(200);
    const [reader, writer] = [await visitor.open(), await visitor.open()];
    await visitor.visit((session) => session.remember(86_400));
    writer.session.set('count', 1);
    await visitor.commit(reader.request);
    await visitor.commit(writer.request);
    clock.advanceSeconds(80_000);
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });
});

describe('a flash message', () => {
  test('that two requests pop may be shown twice, and none is lost that others add', async () => {
    const visitor = await signedIn();
    await visitor.visit((session) => session.flash('one'));
    const [one, other] = [await visitor.open(), await visitor.open()];
    expect([one.session.popFlash(), other.session.popFlash()]).toEqual([['one'], ['one']]);
    await visitor.visit((session) => session.flash('two'));
    await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['two']);
  });
});

describe('a session that is past its time and not yet deleted', () => {
  test('is dead for read, write and touch', async () => {
    const visitor = await signedIn();
    const { request, session } = await visitor.open();
    const quiet = await visitor.open();
    clock.advanceSeconds(1200);
    session.set('count', 1);
    const before = await table.item(visitor.id);
    expect(await request.commit()).toMatchObject({ setCookie: [] });
    expect(await quiet.request.commit()).toMatchObject({ setCookie: [] });
    expect(await visitor.visit((later) => later.isNew)).toBe(true);
    expect(await table.item(visitor.id)).toEqual(before);
  });
});
