import { ENV, DEFAULT_ENV_PREFIX } from '../../src/contract';
import { sessionFactory } from '../../src/runtime';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const shop = Scene.on();

/** The same browser, as another app of the table sees it. */
function asSeenBy(visitor: Visitor, namespace: string | undefined): Visitor {
  const copy = shop.visitor(namespace === undefined ? {} : { namespace });
  copy.jar.set('session_id', visitor.id);
  return copy;
}

describe('A cookie of one namespace', () => {
  test.each<[string | undefined, string | undefined]>([['shop', 'preview'], ['shop', undefined], [undefined, 'shop'], ['a', 'aa']])(
    '(%s) is nothing to another (%s): no session, and none that it could end', async (own, other) => {
      const visitor = await shop.signedIn(own === undefined ? {} : { namespace: own });
      const stranger = asSeenBy(visitor, other);
      expect(await shop.seen(stranger)).toEqual({});
      await shop.signOut(stranger);
      expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
    });

  test('names the session of its own namespace through its whole life', async () => {
    const visitor = await shop.signedIn({ namespace: 'shop', sealed: true });
    await visitor.visit((session) => session.update('count', (count = 0) => count + 1));
    await visitor.visit((session) => session.regenerate());
    expect(await shop.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
    await shop.signOut(visitor);
    expect(await shop.seen(visitor)).toEqual({});
  });

  test('may be used in two apps at once, each with a session of its own', async () => {
    const visitor = await shop.signedIn({ namespace: 'shop' });
    const other = asSeenBy(visitor, 'preview');
    await other.visit((session) => session.set('name', 'Eve'));
    expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
    expect(await shop.seen(other)).toEqual({ name: 'Eve' });
  });
});

test('A user of one namespace has no sessions in another', async () => {
  const options = { absoluteTimeout: 86_400 };
  const visitor = await shop.signedIn({ ...options, namespace: 'shop' });
  await visitor.visit((session) => session.signIn('ada'));
  const factoryOf = (namespace?: string) =>
    sessionFactory({ ...options, ...(namespace !== undefined && { namespace }), tableName: shop.table.name, client: shop.client, clock: shop.clock });
  expect(await factoryOf('shop').user('ada').list()).toHaveLength(1);
  for (const other of [undefined, 'preview']) {
    expect(await factoryOf(other).user('ada').list()).toEqual([]);
    expect(await factoryOf(other).user('ada').endAll()).toBe(0);
  }
  expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
});

test('Sessions by id are apart too', async () => {
  const of = (namespace: string) => sessionFactory({ namespace, tableName: shop.table.name, client: shop.client, clock: shop.clock }).byId;
  await of('shop').begin('job').write({ step: 1 });
  expect(await of('preview').read('job')).toBeUndefined();
  await of('preview').delete('job');
  expect((await of('shop').read('job'))?.data()).toEqual({ step: 1 });
});

test('The construct writes it into the environment, and the factory takes it from there', async () => {
  const visitor = await shop.signedIn({ namespace: 'shop' });
  const before = process.env;
  process.env = { ...before, [DEFAULT_ENV_PREFIX + ENV.options]: '{"namespace":"shop"}' };
  const copy = asSeenBy(visitor, undefined);
  process.env = before;
  expect(await shop.seen(copy)).toEqual({ name: 'Ada' });
});

test.each(['', 'a b', 'a/b', 'a\0', 'é', 'a'.repeat(65), 7])('%p is no namespace', (namespace) => {
  expect(() => sessionFactory({ tableName: 'Sessions', namespace: namespace as string })).toThrow(/^sessionFactory: namespace is/);
});
