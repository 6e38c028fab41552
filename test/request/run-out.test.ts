/** A sign-in whose anonymous session ran out while the password was checked. */
import { SessionEndedError } from '../../src/runtime';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

describe.each(embeddedEngines())('a session that runs out during a sign-in on $name', (engine) => {
  const scene = Scene.on(engine);

  /** A sign-in that takes longer than the session lives, and whether TTL has deleted the item by then. */
  async function slowSignIn(isDeleted: boolean, keepDeadline = false): Promise<{ visitor: Visitor; request: Awaited<ReturnType<Visitor['open']>>['request']; session: ShopSession }> {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate({ keepDeadline });
    session.set('count', 1);
    scene.clock.advanceSeconds(1200);
    if (isDeleted) await scene.remove(visitor);
    return { visitor, request, session };
  }

  test.each([false, true])('becomes a new session of what this request set (deleted by TTL: %j)', async (isDeleted) => {
    const { visitor, request, session } = await slowSignIn(isDeleted);
    const { id } = visitor;
    const token = session.csrfToken();
    session.flash('welcome');
    session.remember(86_400);
    const { setCookie } = await visitor.commit(request);
    expect(setCookie[0]).toContain('Max-Age=86400');
    expect(visitor.id).not.toBe(id);
    expect(await visitor.visit((later) => [later.toObject(), later.popFlash()])).toEqual([{ count: 1 }, ['welcome']]);
    expect(await visitor.visit((later) => later.verifyCsrf({ method: 'POST', headers: {}, token }))).toBe(true);
    expect(scene.events.slice(0, 2)).toEqual(['expired', 'created']);
    const stranger = scene.visitor();
    stranger.jar.set('session_id', id);
    expect(await scene.seen(stranger)).toEqual({});
  });

  test.each([false, true])('becomes one by update() too, which is applied once (deleted by TTL: %j)', async (isDeleted) => {
    const { visitor, request, session } = await slowSignIn(isDeleted);
    await session.update('count', (count = 0) => count + 1);
    await visitor.commit(request);
    expect(await scene.seen(visitor)).toEqual({ count: 2 });
  });

  test.each([false, true])('has ended where it keeps its deadline (deleted by TTL: %j)', async (isDeleted) => {
    const { request, session } = await slowSignIn(isDeleted, true);
    await expect(session.save()).rejects.toThrow(SessionEndedError);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(scene.events).toEqual(['ended']);
  });

  test('sends no cookie where the request set nothing, and takes its own out of the response', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.remember(600);
    await session.save();
    session.regenerate();
    scene.clock.advanceSeconds(600);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
  });

  test('lives on where another request has extended it', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    scene.clock.advanceSeconds(1000);
    await scene.seen(visitor);
    scene.clock.advanceSeconds(1000);
    await visitor.commit(request);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('that was deleted before its time was signed out, and stays so', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    session.set('count', 1);
    scene.clock.advanceSeconds(1199);
    await scene.remove(visitor);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(scene.events).toEqual(['ended']);
  });
});
