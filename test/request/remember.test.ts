/** A session's own idle timeout: `remember`, and `forget`, which undoes it. */
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

/** The Max-Age of the id cookie that a request sends: `none` until the browser is closed, nothing where none is sent. */
async function ageAfter(visitor: Visitor, body: (session: ShopSession) => unknown): Promise<string | undefined> {
  const { request, session } = await visitor.open();
  await body(session);
  const { setCookie } = await visitor.commit(request);
  const own = setCookie.find((cookie) => cookie.startsWith('session_id='));
  return own && (/Max-Age=(\d+)/.exec(own)?.[1] ?? 'none');
}

const read = (session: ShopSession) => session.get('name');

describe('remember()', () => {
  test('for less than the reissue time slides, for a visitor who only reads: a minute after a minute', async () => {
    const visitor = await scene.signedIn({ reissueTime: 120 });
    await visitor.visit((session) => session.remember(60));
    for (let i = 0; i < 20; i++) {
      scene.clock.advanceSeconds(50);
      expect(await visitor.visit((session) => session.isNew)).toBe(false);
    }
    scene.clock.advanceSeconds(60);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test.each([[60, 6, 7], [1000, 100, 101], [1200, 120, 121], [86_400, 120, 121]])('for %d seconds is extended after a tenth, or the reissue time: not at %d, at %d', async (seconds, early, due) => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.remember(seconds));
    scene.clock.advanceSeconds(early);
    expect(await ageAfter(visitor, read)).toBeUndefined();
    scene.clock.advanceSeconds(due - early);
    expect(await ageAfter(visitor, read)).toBe(String(seconds));
  });

  test('for a single second is extended by every later request', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.remember(1));
    expect(await visitor.visit((session) => session.isNew)).toBe(false);
    scene.clock.advanceSeconds(1);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('never promises more than the absolute timeout, at the start, later and after a new id that keeps the deadline', async () => {
    const visitor = await scene.signedIn({ absoluteTimeout: 3600 });
    expect(await ageAfter(visitor, (session) => session.remember(86_400))).toBe('3600');
    scene.clock.advanceSeconds(1000);
    expect(await ageAfter(visitor, read)).toBeUndefined();
    expect(await ageAfter(visitor, (session) => session.remember(86_400))).toBe('2600');
    expect(await ageAfter(visitor, (session) => session.regenerate({ keepDeadline: true }))).toBe('2600');
    expect(await ageAfter(visitor, (session) => session.regenerate())).toBe('3600');
  });

  test('of a session that began without an absolute timeout is bound by one that came later', async () => {
    const visitor = await scene.signedIn();
    const bound = scene.copyOf(visitor, { absoluteTimeout: 3600 });
    scene.clock.advanceSeconds(600);
    expect(await ageAfter(bound, (session) => session.remember(86_400))).toBe('3000');
  });
});

describe('forget()', () => {
  test('undoes remember: the factory’s timeout counts again, and the cookie ends with the browser', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.remember(86_400));
    expect(await ageAfter(visitor, (session) => session.forget())).toBe('none');
    const item = await scene.table.item(visitor.id);
    expect(item?.idl).toBeUndefined();
    expect(item?.exp).toEqual({ N: String(scene.clock.now() / 1000 + 1200) });
    scene.clock.advanceSeconds(1200);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('falls back to maxAge, where there is one', async () => {
    const visitor = await scene.signedIn({ cookie: { maxAge: 3600 } });
    await visitor.visit((session) => session.remember(86_400));
    expect(await ageAfter(visitor, (session) => session.forget())).toBe('3600');
  });

  test.each<[string, (session: ShopSession) => void, string | undefined]>([
    ['remember, then forget', (session) => {
      session.remember(86_400);
      session.forget();
    }, undefined],
    ['forget, then remember', (session) => {
      session.forget();
      session.remember(5000);
    }, '5000'],
    ['forget with a new id', (session) => {
      session.forget();
      session.regenerate();
    }, undefined],
  ])('and remember in one request: the last word counts (%s)', async (_, change, idl) => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.remember(86_400));
    await visitor.visit(change);
    expect((await scene.table.item(visitor.id))?.idl?.N).toBe(idl);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('of a visitor without a session creates none', async () => {
    await scene.visitor().visit((session) => session.forget());
    expect(scene.table.takeCalls()).toEqual([]);
  });

  test('beside a change of another request keeps both', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.remember(86_400));
    scene.clock.advanceSeconds(200);
    const [one, other] = [await visitor.open(), await visitor.open()];
    one.session.forget();
    other.session.set('count', 1);
    await visitor.commit(one.request);
    await visitor.commit(other.request);
    const item = await scene.table.item(visitor.id);
    expect([item?.idl, item?.exp?.N]).toEqual([undefined, String(Math.floor(scene.clock.now() / 1000) + 1200)]);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });
});
