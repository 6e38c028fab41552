import { CLIENTS, ClientName, FaultClient } from './fault-clients';
import { FaultyTable } from './faulty-table';
import { FakeClock } from '../../src/testing';
import { embeddedEngines } from '../support/engines';
import { LateCall } from '../support/fault-proxy';
import { ShopRequest, ShopSession, Visitor } from '../support/visitor';

/** The clients that make single attempts, so that the store gives a call up and repeats it. */
const SINGLE: readonly ClientName[] = ['own SDK client', 'lean client'];
const targets = embeddedEngines().flatMap((engine) => SINGLE.map((client) => ({ engine, client, name: `${client} on ${engine.name}` })));

describe.each(targets)('a call that was given up and arrives late, by the $name,', ({ engine, client }) => {
  const faulty = FaultyTable.on(engine);
  let clock: FakeClock;
  let fault: FaultClient;
  beforeEach(() => {
    clock = new FakeClock();
    fault = CLIENTS[client](faulty.proxy.endpoint, { tableName: faulty.table.name, clock });
  });
  afterEach(() => {
    fault.destroy();
  });

  /** Holds the next call back; its client gives it up and repeats it. */
  function holdNext(operation: string): LateCall {
    return faulty.proxy.holdBack(operation, { patience: fault.patience, advance: (milliseconds) => clock.advance(milliseconds) });
  }

  /** A request of a visitor through the proxy. */
  async function send(visitor: Visitor, act: (session: ShopSession, request: ShopRequest) => unknown): Promise<void> {
    const request = fault.sessions.forRequest({ cookies: visitor.jar.header(), https: true });
    await act(await request.session(), request);
    visitor.jar.store((await request.commit()).setCookie);
  }

  function withId(id: string): Visitor {
    const visitor = new Visitor(faulty.table, clock);
    visitor.jar.set('session_id', id);
    return visitor;
  }

  const seen = (visitor: Visitor) => visitor.visit((session) => Object.fromEntries(session.entries()));

  test('creates nothing that a cookie names, not even after a sign-out', async () => {
    const visitor = new Visitor(faulty.table, clock);
    const late = holdNext('PutItem');
    await send(visitor, (session) => session.set('name', 'Ada'));
    await late.heldBack;
    const { id } = visitor;
    await visitor.request().endSession();
    expect((await late.deliver()).status).toBe(200);
    expect(await faulty.table.item(id)).toBeUndefined();
    expect(await seen(withId(id))).toEqual({});
  });

  test('writes nothing to a session that was signed out since', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const { id } = visitor;
    const late = holdNext('UpdateItem');
    await send(visitor, (session) => session.set('count', 1));
    await late.heldBack;
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 1 });
    await visitor.request().endSession();
    expect((await late.deliver()).status).toBe(400);
    expect(await faulty.table.item(id)).toBeUndefined();
  });

  test('applies an exact update once, together with its repetition', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const late = holdNext('UpdateItem');
    await send(visitor, (session) => session.update('count', (count = 0) => count + 1));
    await late.heldBack;
    expect((await late.deliver()).status).toBe(400);
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });

  test('freezes nothing that another freeze has replaced, and takes nothing from the new session', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const { id } = visitor;
    const late = holdNext('UpdateItem');
    await send(visitor, (session) => {
      session.regenerate();
      session.set('count', 2);
    });
    await late.heldBack;
    expect((await late.deliver()).status).toBe(400);
    expect(visitor.id).not.toBe(id);
    expect(await seen(visitor)).toEqual({ name: 'Ada', count: 2 });
    expect(await seen(withId(id))).toEqual({});
  });

  test('copies a session under an id that nobody has, and the visitor keeps the one that was given', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const before = (await faulty.table.items()).length;
    const late = holdNext('PutItem');
    await send(visitor, (session) => session.regenerate());
    await late.heldBack;
    const { id } = visitor;
    expect((await late.deliver()).status).toBe(200);
    expect(await faulty.table.items()).toHaveLength(before + 2);
    await visitor.request().endSession();
    expect(await seen(withId(id))).toEqual({});
  });

  test('signs the visitor out and lets nobody in where it is a freeze whose request has failed', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const { id } = visitor;
    // No attempt comes through; the request has no time for another.
    const lates = Array.from({ length: fault.attempts }, () => holdNext('UpdateItem'));
    const request = fault.sessions.forRequest({ cookies: visitor.jar.header(), https: true });
    const session = await request.session();
    session.regenerate();
    session.set('note', 'signed in');
    await expect(request.commit()).rejects.toMatchObject({ name: 'SessionUnavailableError' });
    expect((await request.discard()).setCookie).toEqual([]);
    const [late] = lates;
    expect((await (late as LateCall).deliver()).status).toBe(200);
    expect(await seen(withId(id))).toEqual({});
    expect(JSON.stringify(await faulty.table.item(id))).not.toContain('signed in');
  });

  test('extends nothing that has ended', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const { id } = visitor;
    clock.advanceSeconds(600);
    const late = holdNext('UpdateItem');
    await send(visitor, () => undefined);
    await late.heldBack;
    await visitor.request().endSession();
    expect((await late.deliver()).status).toBe(400);
    expect(await faulty.table.item(id)).toBeUndefined();
  });

  test('ends no other session than the one that was signed out', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const late = holdNext('DeleteItem');
    const request = fault.sessions.forRequest({ cookies: visitor.jar.header(), https: true });
    await request.endSession();
    await late.heldBack;
    (await request.session()).set('name', 'Grace');
    visitor.jar.store((await request.commit()).setCookie);
    expect((await late.deliver()).status).toBe(200);
    expect(await seen(visitor)).toEqual({ name: 'Grace' });
  });
});
