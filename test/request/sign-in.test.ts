/** A sign-in: nothing of it ever stands under the id that was known before. */
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

describe.each(embeddedEngines())('a sign-in on $name', (engine) => {
  const scene = Scene.on(engine);

  const ORDERS: [string, (session: ShopSession) => Promise<unknown>][] = [
    ['regenerate, then update', async (session) => {
      session.regenerate();
      await session.update('note', () => 'Ada’s');
    }],
    ['regenerate, then set and update of another key', async (session) => {
      session.regenerate();
      session.set('note', 'Ada’s');
      await session.update('count', (count = 0) => count + 1);
    }],
    ['regenerate, then eight updates at once', async (session) => {
      session.regenerate();
      session.set('note', 'Ada’s');
      await Promise.all(Array.from({ length: 8 }, () => session.update('count', (count = 0) => count + 1)));
    }],
    ['regenerate, then save and save', async (session) => {
      session.regenerate();
      session.set('note', 'Ada’s');
      await Promise.all([session.save(), session.save()]);
    }],
    ['an update that is not awaited, then regenerate and set', async (session) => {
      const updated = session.update('count', () => 1);
      session.regenerate();
      session.set('note', 'Ada’s');
      await updated;
    }],
    ['regenerate twice with a save between', async (session) => {
      session.regenerate();
      await session.save();
      session.set('note', 'Ada’s');
      session.regenerate();
      await session.save();
    }],
  ];

  /** A browser in which somebody planted the id of a live session, and that somebody. */
  async function planted(): Promise<{ visitor: Visitor; stranger: Visitor }> {
    const visitor = await scene.signedIn();
    return { visitor, stranger: scene.copyOf(visitor) };
  }

  test.each(ORDERS)('by %s writes nothing under the planted id, not for one call', async (_, signIn) => {
    const { visitor, stranger } = await planted();
    const seen: unknown[] = [];
    scene.client.afterEach = async () => void seen.push((await scene.table.item(stranger.id))?.dat);
    await visitor.visit(signIn);
    scene.client.afterEach = undefined;
    expect(seen.length).toBeGreaterThan(2);
    for (const dat of seen) expect(dat).toEqual({ M: { name: { S: '"Ada"' } } });
    expect(visitor.id).not.toBe(stranger.id);
    expect(await scene.seen(visitor)).toMatchObject({ name: 'Ada', note: 'Ada’s' });
    expect(await scene.seen(stranger)).toEqual({});
  });

  test('whose update fails leaves nothing of it under the planted id either', async () => {
    const { visitor, stranger } = await planted();
    const { request, session } = await visitor.open();
    session.regenerate();
    scene.client.hold('updateItem').open();
    scene.client.deny('putItem');
    await expect(session.update('note', () => 'Ada’s')).rejects.toThrow();
    await request.discard();
    expect((await scene.table.item(stranger.id))?.dat).toEqual({ M: { name: { S: '"Ada"' } } });
    expect(await scene.seen(stranger)).toEqual({});
  });

  const MODES = [false, true].flatMap((sealed) => [false, true].map((compress) => ({ sealed, compress })));
  test.each(MODES)('and a save keep large values that were not read: they are there for get, update and the next request, with %j', async (options) => {
    const visitor = await scene.signedIn(options);
    const cart = Array.from({ length: 200 }, (_, i) => `article number ${i}`);
    await visitor.visit((session) => session.set('cart', cart));
    await visitor.visit(async (session) => {
      session.regenerate();
      await session.save();
      expect(session.keys().sort()).toEqual(['cart', 'name']);
      await session.update('cart', (all = []) => [...all, 'one more']);
      expect(session.get('cart')).toEqual([...cart, 'one more']);
      expect(session.get('name')).toBe('Ada');
    });
    expect(await visitor.visit((session) => session.get('cart'))).toEqual([...cart, 'one more']);
    expect(scene.events).not.toContain('item-invalid');
  });

  test.each(MODES)('takes along messages and what was changed in place before and after a save, with %j', async (options) => {
    const visitor = await scene.signedIn(options);
    await visitor.visit((session) => {
      session.set('cart', ['tea']);
      session.flash('a long message. '.repeat(300));
    });
    await visitor.visit(async (session) => {
      session.regenerate();
      session.get('cart')?.push('milk');
      await session.save();
      session.get('cart')?.push('bread');
      expect(session.peekFlash()).toHaveLength(1);
    });
    expect(await visitor.visit((session) => [session.get('cart'), session.popFlash().length])).toEqual([['tea', 'milk', 'bread'], 1]);
  });

  test('in a namespace of its own finds nothing of another one', async () => {
    const visitor = await scene.signedIn({ namespace: 'one' });
    await visitor.visit((session) => session.regenerate());
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    expect(await scene.seen(scene.copyOf(visitor))).toEqual({});
    expect(await scene.seen(scene.copyOf(visitor, { namespace: 'two' }))).toEqual({});
  });
});
