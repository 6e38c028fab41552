/** Calls that were given up and arrive later, and writes of which nobody knows whether they were applied. */
import { SessionConflictError, SessionEndedError } from '../../src/runtime';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

describe.each(embeddedEngines())('a call that arrives late on $name', (engine) => {
  const scene = Scene.on(engine);
  const other = (visitor: Visitor): Visitor => scene.copyOf(visitor, { client: scene.table.client });

  test('that creates a session brings nothing back after sign-out: each attempt had an id of its own', async () => {
    const visitor = scene.visitor();
    const late = scene.client.delay('putItem');
    await visitor.visit((session) => session.set('name', 'Ada'));
    const { id } = visitor;
    await scene.signOut(visitor);
    expect(await late.deliver()).toBe(true);
    expect(await scene.table.item(id)).toBeUndefined();
    expect(await scene.seen(visitor)).toEqual({});
  });

  test('that copies a session brings nothing back after sign-out either', async () => {
    const visitor = await scene.signedIn();
    const old = other(visitor);
    const late = scene.client.delay('putItem');
    await visitor.visit((session) => session.regenerate());
    const { id } = visitor;
    await scene.signOut(visitor);
    expect(await late.deliver()).toBe(true);
    expect(await scene.table.item(id)).toBeUndefined();
    expect([await scene.seen(visitor), await scene.seen(old)]).toEqual([{}, {}]);
  });

  const ENDS: [string, (visitor: Visitor) => Promise<unknown>][] = [
    ['sign-out', (visitor) => scene.signOut(visitor)],
    ['TTL', (visitor) => scene.remove(visitor)],
    ['a new id', (visitor) => visitor.visit((session) => session.regenerate())],
  ];
  const WRITES: [string, (session: ShopSession) => unknown][] = [
    ['a change', (session) => session.set('count', 1)],
    ['an exact update', (session) => session.update('count', () => 1).catch(() => undefined)],
    ['a message', (session) => session.flash('hello')],
    ['a longer time', (session) => session.remember(86_400)],
    ['a hundred and one changes', (session) => {
      for (let i = 0; i < 101; i++) session.set(`key${i}` as 'note', i);
    }],
    ['a touch', () => undefined],
    ['a freeze', (session) => session.regenerate()],
  ];
  const CASES = ENDS.flatMap(([end, happen]) => WRITES.map(([write, change]) => [write, end, change, happen] as const));

  test.each(CASES)('and is %s changes nothing after %s', async (_, __, change, happen) => {
    const visitor = await scene.signedIn();
    const slow = scene.copyOf(visitor);
    scene.clock.advanceSeconds(200);
    const { request, session } = await slow.open();
    const late = Array.from({ length: 1000 }, () => scene.client.delay('updateItem'));
    await Promise.resolve(change(session));
    await request.commit().catch(() => undefined);
    await happen(other(visitor));
    const before = await scene.table.items();
    expect(await late[0]?.deliver()).toBe(false);
    expect(await scene.table.items()).toEqual(before);
  });

  // Its condition compares with the time at which it was sent, so it may be applied. What was remembered in time lives on.
  test.each(WRITES.filter(([write]) => write !== 'a longer time'))('and is %s brings no session back that has run out', async (_, change) => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(200);
    const { request, session } = await scene.copyOf(visitor).open();
    const late = Array.from({ length: 1000 }, () => scene.client.delay('updateItem'));
    await Promise.resolve(change(session));
    await request.commit().catch(() => undefined);
    scene.clock.advanceSeconds(1200);
    await late[0]?.deliver();
    expect(await other(visitor).visit((later) => [later.isNew, later.size])).toEqual([true, 0]);
  });

  test('and is an exact update that was repeated meanwhile is applied once', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    const late = scene.client.delay('updateItem');
    await session.update('count', (count = 0) => count + 1);
    expect(await late.deliver()).toBe(false);
    await visitor.commit(request);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });

  test('and is an exact update of which nobody knew is refused once another came between', async () => {
    const visitor = await scene.signedIn();
    const { session } = await visitor.open();
    const late = Array.from({ length: 5 }, () => scene.client.delay('updateItem'));
    await expect(session.update('count', (count = 0) => count + 1)).rejects.toThrow(SessionConflictError);
    await other(visitor).visit((another) => another.update('count', () => 7));
    expect(await late[0]?.deliver()).toBe(false);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 7 });
  });

  test('and is a touch does not shorten a session that was extended further meanwhile', async () => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(200);
    const { request } = await scene.copyOf(visitor).open();
    const late = Array.from({ length: 5 }, () => scene.client.delay('updateItem'));
    await request.commit();
    scene.clock.advanceSeconds(600);
    await scene.seen(other(visitor));
    const before = await scene.table.item(visitor.id);
    expect(await late[0]?.deliver()).toBe(false);
    expect(await scene.table.item(visitor.id)).toEqual(before);
  });

  /** A write that is applied, whose answer is lost, and before whose repetition something happens. */
  async function lostBefore(visitor: Visitor, write: (session: ShopSession) => Promise<unknown>, happen: () => Promise<unknown>): Promise<unknown> {
    const { session } = await visitor.open();
    scene.client.hold('updateItem').open();
    const repetition = scene.client.hold('updateItem');
    scene.client.loseAnswer('updateItem');
    const written = write(session).then(() => 'written', (error: unknown) => error);
    await repetition.reached;
    await happen();
    repetition.open();
    return written;
  }

  test('whose answer was lost before another request replaced the session says that save() may have been applied', async () => {
    const visitor = await scene.signedIn();
    const quick = other(visitor);
    const error = await lostBefore(visitor, async (session) => {
      session.set('count', 1);
      await session.save();
    }, () => quick.visit((session) => session.regenerate()));
    expect(error).toBeInstanceOf(SessionEndedError);
    expect(error).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('may stand in the session that took its place') });
    expect(await scene.seen(quick)).toEqual({ name: 'Ada', count: 1 });
  });

  test('whose answer was lost before another request replaced the session is found by update() in the frozen item', async () => {
    const visitor = await scene.signedIn();
    const quick = other(visitor);
    const outcome = await lostBefore(visitor, (session) => session.update('count', (count = 0) => count + 1), () => quick.visit((session) => session.regenerate()));
    expect(outcome).toBe('written');
    expect(await scene.seen(quick)).toEqual({ name: 'Ada', count: 1 });
  });

  test('whose answer was lost before a sign-out leaves update() unable to tell, and nothing comes back', async () => {
    const visitor = await scene.signedIn();
    const error = await lostBefore(visitor, (session) => session.update('count', () => 1), () => scene.signOut(other(visitor)));
    expect(error).toBeInstanceOf(SessionConflictError);
    expect(await scene.table.item(visitor.id)).toBeUndefined();
    expect(scene.events).toEqual(['ended', 'conflict']);
  });
});
