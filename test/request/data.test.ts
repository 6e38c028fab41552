/** Reading and changing the data: what the session's own methods give. */
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

async function shopper(): Promise<Visitor> {
  const visitor = await scene.signedIn();
  await visitor.visit((session) => session.set('cart', ['tea']));
  scene.table.takeCalls();
  return visitor;
}

describe('take()', () => {
  test('returns a value and deletes it, once', async () => {
    const visitor = await shopper();
    expect(await visitor.visit((session) => [session.take('cart'), session.take('cart'), session.has('cart')])).toEqual([['tea'], undefined, false]);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('of a key that is not there costs no write, also for a visitor without a session', async () => {
    const visitor = await shopper();
    expect(await visitor.visit((session) => session.take('note'))).toBeUndefined();
    expect(await scene.visitor().visit((session) => session.take('note'))).toBeUndefined();
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('of what was set in this request leaves nothing to store', async () => {
    const visitor = scene.visitor();
    expect(await visitor.visit((session) => {
      session.set('count', 1);
      return session.take('count');
    })).toBe(1);
    expect(scene.table.takeCalls()).toEqual([]);
  });
});

test('values, entries, iteration and toObject give the same, in the same order, without what was deleted', async () => {
  const visitor = await shopper();
  await visitor.visit((session) => {
    session.set('count', 0);
    session.set('note', null);
    session.delete('name');
    const entries = [['cart', ['tea']], ['count', 0], ['note', null]];
    expect(session.entries()).toEqual(entries);
    expect([...session]).toEqual(entries);
    expect(session.values()).toEqual([['tea'], 0, null]);
    expect(session.toObject()).toEqual({ cart: ['tea'], count: 0, note: null });
    expect([session.size, session.keys()]).toEqual([3, ['cart', 'count', 'note']]);
    expect(new Map(session as Iterable<[string, unknown]>).get('count')).toBe(0);
  });
});

test.each<[string, (session: ShopSession) => unknown]>([
  ['values', (session) => session.values()[1]],
  ['iteration', (session) => [...session][1]?.[1]],
  ['toObject', (session) => session.toObject().cart],
  ['take and set', (session) => {
    const cart = session.take('cart');
    session.set('cart', cart);
    return cart;
  }],
])('an object that came by %s is the one that get returns, and a change in it is stored', async (_, reach) => {
  const visitor = await shopper();
  await visitor.visit((session) => {
    const cart = reach(session) as string[];
    expect(session.get('cart')).toBe(cart);
    cart.push('milk');
  });
  expect(await visitor.visit((session) => session.get('cart'))).toEqual(['tea', 'milk']);
});

test('all of them leave nothing to write where nothing was changed', async () => {
  const visitor = await shopper();
  await visitor.visit((session) => [session.values(), session.entries(), [...session], session.toObject(), session.keys(), session.size]);
  expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
});

test('a key such as constructor or toString is a key like any other, and none that was not set is there', async () => {
  const visitor = scene.visitor();
  await visitor.visit((session) => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      expect([session.has(key as 'note'), session.get(key as 'note')]).toEqual([false, undefined]);
      session.set(key as 'note', key);
    }
  });
  expect(await scene.seen(visitor)).toEqual({ constructor: 'constructor', toString: 'toString', hasOwnProperty: 'hasOwnProperty' });
});
