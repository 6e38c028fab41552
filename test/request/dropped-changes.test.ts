/** No change is dropped without an error. */
import { Scene } from '../support/scene';
import { ShopSession } from '../support/visitor';

const scene = Scene.on();

describe('an object that was handed out', () => {
  /** Hands out a cart, and lets the session take in a newer one. */
  async function stale(takeIn: (session: ShopSession) => Promise<unknown>, isElsewhere = true) {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.set('cart', ['tea']));
    const { request, session } = await visitor.open();
    const cart = session.get('cart') as string[];
    if (isElsewhere) await visitor.visit((other) => other.set('cart', ['milk']));
    await takeIn(session);
    return { visitor, request, session, cart };
  }
  const append = (session: ShopSession) => session.update('cart', (all = []) => [...all, 'bread']);
  const WAYS: [string, (session: ShopSession) => Promise<unknown>, boolean, string[]][] = [
    ['update() of it', append, false, ['tea', 'bread']],
    ['update() of it beside another request', append, true, ['milk', 'bread']],
    ['update() of another key', (session) => session.update('count', () => 1), true, ['milk']],
    ['regenerate()', async (session) => {
      session.regenerate();
      await session.save();
    }, true, ['milk']],
  ];

  test.each(WAYS)('before %s took in newer data, and is changed after, makes the commit throw and names the key', async (_, takeIn, isElsewhere, stored) => {
    const { visitor, request, cart } = await stale(takeIn, isElsewhere);
    cart.push('lost');
    await expect(request.commit()).rejects.toMatchObject({ name: 'SessionError', code: 'misuse', message: expect.stringContaining('"cart"') });
    visitor.jar.store((await request.discard()).setCookie);
    expect(await visitor.visit((session) => session.get('cart'))).toEqual(stored);
  });

  test.each(WAYS)('before %s took in newer data, and is left alone, is no matter', async (_, takeIn, isElsewhere, stored) => {
    const { visitor, request, session, cart } = await stale(takeIn, isElsewhere);
    expect(cart).toEqual(['tea']);
    expect(session.get('cart')).toEqual(stored);
    await visitor.commit(request);
    expect(await visitor.visit((later) => later.get('cart'))).toEqual(stored);
  });

  test.each<[string, (session: ShopSession, cart: string[]) => void, unknown]>([
    ['it is set', (session, cart) => session.set('cart', cart), ['tea', 'more']],
    ['a copy of it is set', (session, cart) => session.set('cart', [...cart]), ['tea', 'more']],
    ['its key is deleted', (session) => session.delete('cart'), undefined],
    ['the session is cleared', (session) => session.clear(), undefined],
  ])('and was changed too late counts again once %s', async (_, decide, stored) => {
    const { visitor, request, session, cart } = await stale(append);
    cart.push('more');
    decide(session, cart);
    await visitor.commit(request);
    expect(await visitor.visit((later) => later.get('cart'))).toEqual(stored);
  });

  test('and was changed before update() is the base of it, and no error', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.set('cart', ['tea']));
    await visitor.visit(async (session) => {
      session.get('cart')?.push('milk');
      await append(session);
    });
    expect(await visitor.visit((session) => session.get('cart'))).toEqual(['tea', 'milk', 'bread']);
  });
});

describe('while an update is under way', () => {
  async function underWay(isNew = false) {
    const visitor = isNew ? scene.visitor() : await scene.signedIn();
    const { request, session } = await visitor.open();
    const gate = scene.client.hold(isNew ? 'putItem' : 'updateItem');
    const updated = session.update('count', (count = 0) => count + 1);
    await gate.reached;
    return { visitor, request, session, gate, updated };
  }

  test.each([[false, 'set', 9], [true, 'set', 9], [false, 'delete', undefined], [true, 'delete', undefined]] as const)(
    'of a session that is new: %j, a %s of its key counts over the result', async (isNew, how, stored) => {
      const { visitor, request, session, gate, updated } = await underWay(isNew);
      if (how === 'set') session.set('count', 9);
      else session.delete('count');
      gate.open();
      await updated;
      expect(session.get('count')).toBe(stored);
      await visitor.commit(request);
      expect(await visitor.visit((later) => later.get('count'))).toBe(stored);
    });

  test.each([false, true])('and fails, a set of its key stays (new: %j)', async (isNew) => {
    const { request, session, gate, updated } = await underWay(isNew);
    session.set('count', 9);
    scene.client.deny(isNew ? 'putItem' : 'updateItem');
    gate.open();
    await expect(updated).rejects.toMatchObject({ code: 'configuration' });
    expect(session.get('count')).toBe(9);
    await request.discard();
  });

  test('a set of another key is written by the commit', async () => {
    const { visitor, request, session, gate, updated } = await underWay();
    session.set('note', 'x');
    gate.open();
    await updated;
    await visitor.commit(request);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, note: 'x' });
  });

  test('a commit waits for it, and stores what is set until then', async () => {
    const { visitor, request, session, gate, updated } = await underWay();
    const committed = visitor.commit(request);
    session.set('note', 'x');
    gate.open();
    await Promise.all([updated, committed]);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, note: 'x' });
  });

  test('a discard waits for it too, and the mark of the write goes out', async () => {
    const { visitor, request, gate } = await underWay();
    const discarded = request.discard();
    gate.open();
    expect((await discarded).setCookie).toEqual([expect.stringMatching(/^session_id_w=1/)]);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });
});

test.each([true, false])('a set right after update() was called counts over its result (stored: %j)', async (isStored) => {
  const visitor = isStored ? await scene.signedIn() : scene.visitor();
  await visitor.visit(async (session) => {
    const updated = session.update('count', (count = 0) => count + 1);
    session.set('count', 100);
    await updated;
  });
  expect(await scene.seen(visitor)).toMatchObject({ count: 100 });
});

describe('an update() that is refused', () => {
  test.each([['a promise', async () => 1], ['a promise of another kind', () => ({ then: () => undefined })]])(
    'because its function returns %s says so, writes nothing and leaves the session as it was', async (_, change) => {
      const visitors = [await scene.signedIn(), scene.visitor()];
      for (const visitor of visitors) {
        const { request, session } = await visitor.open();
        scene.table.takeCalls();
        await expect(session.update('note', change)).rejects.toThrow(/must be synchronous.*returned a promise/);
        expect(session.has('note')).toBe(false);
        await request.commit();
        expect(scene.table.takeCalls()).toEqual([]);
      }
    });

  test('because its asynchronous function fails does not end the process', async () => {
    const { session } = await (await scene.signedIn()).open();
    const fail = async () => {
      await Promise.resolve();
      throw new Error('the service is down');
    };
    await expect(session.update('note', fail)).rejects.toThrow('must be synchronous');
  });

  test('in a new session is not left to the commit', async () => {
    const { request, session } = await scene.visitor().open();
    scene.client.deny('putItem');
    await expect(session.update('count', () => 1)).rejects.toMatchObject({ code: 'configuration' });
    expect(session.has('count')).toBe(false);
    scene.table.takeCalls();
    await request.commit();
    expect(scene.table.takeCalls()).toEqual([]);
  });
});

describe('after the response', () => {
  const CHANGES: [string, (session: ShopSession) => unknown][] = [
    ['set', (session) => session.set('count', 1)],
    ['update', (session) => session.update('count', () => 1)],
    ['regenerate', (session) => session.regenerate()],
    ['save', (session) => session.save()],
    ['invalidate', (session) => session.invalidate()],
  ];
  test.each(CHANGES)('session() that is called for the first time can be read, and %s throws', async (_, change) => {
    const visitor = await scene.signedIn();
    const request = visitor.request();
    await request.commit();
    const session = await request.session();
    expect(session.get('name')).toBe('Ada');
    await expect(async () => change(session)).rejects.toMatchObject({ code: 'misuse' });
  });

  test.each(['commit', 'discard'] as const)('%s and session() at once give a session that throws on a change', async (end) => {
    for (const visitor of [await scene.signedIn(), scene.visitor()]) {
      const request = visitor.request();
      const [, session] = await Promise.all([request[end](), request.session()]);
      expect(() => session.set('count', 1)).toThrow(expect.objectContaining({ code: 'misuse' }));
    }
  });

  test('endSession() throws where there is something to end, and the session lives on', async () => {
    const visitor = await scene.signedIn();
    const request = visitor.request();
    await request.commit();
    await expect(request.endSession()).rejects.toMatchObject({ code: 'misuse' });
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('set() throws while the commit is under way, and again works after one that failed', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.set('count', 1);
    const gate = scene.client.hold('updateItem');
    scene.client.deny('updateItem');
    const committed = request.commit();
    await gate.reached;
    expect(() => session.set('count', 2)).toThrow(expect.objectContaining({ code: 'misuse' }));
    gate.open();
    await expect(committed).rejects.toMatchObject({ code: 'configuration' });
    session.set('count', 3);
    await visitor.commit(request);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 3 });
  });

  test('eight commits at once are one write, and say the same', async () => {
    const { request, session } = await (await scene.signedIn()).open();
    session.set('count', 1);
    scene.table.takeCalls();
    const all = await Promise.all(Array.from({ length: 8 }, () => request.commit()));
    expect(new Set(all.map((headers) => JSON.stringify(headers))).size).toBe(1);
    expect(scene.table.takeCalls()).toEqual(['UpdateItem']);
  });
});
