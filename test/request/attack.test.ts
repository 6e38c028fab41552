/** Everything at once, twice, in another order, at the largest and the oddest, and with everything switched on. */
import { SessionFactoryOptions } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

const EVERYTHING: SessionFactoryOptions = {
  sealed: true,
  compress: true,
  namespace: 'shop',
  absoluteTimeout: 86_400,
  reissueTime: 0,
  consistency: 'strong',
  cookie: { name: 'session_id', maxAge: 3600, sameSite: 'Lax', partitioned: true, priority: 'High', domain: 'shop.example' },
};

const STEPS: readonly (readonly [string, (session: ShopSession) => unknown])[] = [
  ['set', (session) => session.set('count', 1)],
  ['update', (session) => session.update('count', (count = 0) => count + 1)],
  ['save', (session) => session.save()],
  ['regenerate', (session) => session.regenerate()],
  ['invalidate', (session) => session.invalidate()],
  ['remember', (session) => session.remember(600)],
  ['forget', (session) => session.forget()],
  ['flash', (session) => session.flash('hello')],
  ['popFlash', (session) => session.popFlash()],
  ['newCsrfToken', (session) => session.newCsrfToken()],
];
const PAIRS = STEPS.flatMap(([one, first]) => STEPS.map(([other, second]) => [one, other, first, second] as const));

/** What a session holds and shows, after a request and from the hands of another one. */
async function agrees(visitor: Visitor, session: ShopSession): Promise<void> {
  const expected = [session.toObject(), session.peekFlash()];
  expect(await visitor.visit((later) => [later.toObject(), later.peekFlash()])).toEqual(expected);
}

async function shopper(options: SessionFactoryOptions): Promise<Visitor> {
  const visitor = scene.visitor(options);
  await visitor.visit((session) => {
    session.set('name', 'Ada');
    session.set('cart', ['tea'.repeat(1000)]);
    session.set('note', 'x');
    session.flash('old');
  });
  return visitor;
}

describe('with everything switched on', () => {
  const options = EVERYTHING;

  test.each(PAIRS)('%s and then %s, awaited or not, twice, with a save between or not, leave what the session shows', async (_, __, first, second) => {
    const visitor = await shopper(options);
    const { id } = visitor;
    await visitor.visit(async (session) => {
      await first(session);
      await second(session);
    });
    const { request, session } = await visitor.open();
    void Promise.resolve(second(session));
    void Promise.resolve(first(session));
    await Promise.all([session.save(), Promise.resolve(first(session)), session.save()]);
    await second(session);
    await visitor.commit(request);
    await agrees(visitor, session);
    if (visitor.id === id) return;
    const stranger = scene.visitor(options);
    stranger.jar.set('session_id', id);
    expect(await stranger.visit((later) => [later.isNew, later.size])).toEqual([true, 0]);
  });

  const FAILING = PAIRS.filter(([one]) => ['save', 'update', 'invalidate'].includes(one));
  test.each(FAILING)('%s that fails and then %s leave what the session shows', async (_, __, first, second) => {
    const visitor = await shopper(options);
    const { request, session } = await visitor.open();
    session.set('count', 5);
    for (const verb of ['updateItem', 'deleteItem'] as const) scene.client.deny(verb);
    await Promise.resolve(first(session)).catch(() => undefined);
    await Promise.resolve(second(session)).catch(() => undefined);
    await visitor.commit(request).catch(() => visitor.commit(request));
    await agrees(visitor, session);
  });
});

test.each([2, 8])('%d sign-ins with one id at once each get a session of their own, and the old id is dead', async (count) => {
  const visitor = await shopper(EVERYTHING);
  const browsers = Array.from({ length: count }, () => scene.copyOf(visitor, EVERYTHING));
  const opened = await Promise.all(browsers.map((browser) => browser.open()));
  await Promise.all(opened.map(async ({ request, session }, i) => {
    session.regenerate();
    session.set('count', i);
    await browsers[i]?.commit(request);
  }));
  expect(new Set(browsers.map(({ id }) => id)).size).toBe(count);
  for (const [i, browser] of browsers.entries()) {
    expect(await scene.seen(browser)).toEqual({ name: 'Ada', cart: ['tea'.repeat(1000)], note: 'x', count: i });
  }
  expect(await scene.seen(scene.copyOf(visitor, EVERYTHING))).toEqual({});
});

test.each([2, 8])('%d sign-outs at once end the session, and none fails', async (count) => {
  const visitor = await shopper({});
  await Promise.all(Array.from({ length: count }, () => scene.signOut(visitor)));
  expect(await scene.table.item(visitor.id)).toBeUndefined();
});

test('session() and endSession() at once, in either order, leave no session and no error', async () => {
  for (const isFirst of [true, false]) {
    const visitor = await shopper({});
    const request = visitor.request();
    const calls = [() => request.session(), () => request.endSession()];
    await Promise.all((isFirst ? calls : calls.reverse()).map((call) => call()));
    (await request.session()).set('count', 1);
    await visitor.commit(request);
    expect(await scene.table.item(visitor.id === '' ? 'A' : visitor.id)).toEqual(visitor.id === '' ? undefined : expect.anything());
    expect(await scene.seen(visitor)).not.toHaveProperty('name');
  }
});

test('the oddest keys and values come back as they were, sealed, compressed and under a new id', async () => {
  const values: Record<string, unknown> = Object.fromEntries([
    [' ', ''], ['\0', '\0'], ['#0', ':0'], ['f:x', null], ['dat', []], ['exp', 0], ['bom', '\ufeff'], ['tiny', -1.5e-300],
    ['😀'.repeat(63), { '': { '': [] } }], ['é'.repeat(127), '\ud800'], ['constructor', { hasOwnProperty: 1 }],
    ['then', 'x'], ['toJSON', false], ['large', 'ab'.repeat(100_000)],
  ]);
  const visitor = scene.visitor(EVERYTHING);
  await visitor.visit((session) => {
    for (const [key, value] of Object.entries(values)) session.set(key as 'note', value);
  });
  await visitor.visit((session) => session.regenerate());
  await visitor.visit((session) => session.update('dat' as 'note', (list) => [...(list as unknown[]), 1]));
  expect(await scene.seen(visitor)).toEqual({ ...values, dat: [1] });
});
