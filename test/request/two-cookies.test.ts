/** Several ids in one request: after `domain` or `path` was changed, or because a sibling host planted one. */
import { SessionUnavailableError } from '../../src/runtime';
import { newSessionId } from '../../src/runtime/session/id';
import { Scene } from '../support/scene';
import { ShopRequest, Visitor } from '../support/visitor';

const scene = Scene.on();
const dead = (n: number) => newSessionId(() => Buffer.alloc(32, n));
const STRONG = 'GetItem(strong)';

/** The browser of a visitor that sends these ids beside its own, in this order; nothing stands for its own. */
function browser(visitor: Visitor, ...ids: (string | undefined)[]): Visitor {
  const all = scene.visitor();
  const own = visitor.id;
  all.jar.cookies = () => ids.map((id) => `session_id=${id ?? own}`);
  return all;
}

describe('of the ids of a request', () => {
  test.each([
    ['one dead and the live one', [dead(1), undefined]],
    ['the live one and one dead', [undefined, dead(1)]],
    ['two dead and the live one', [dead(1), dead(2), undefined]],
    ['the live one twice and one dead', [undefined, dead(1), undefined]],
  ])('%s are the session, with a strong read for each', async (_, ids) => {
    const visitor = await scene.signedIn();
    const both = browser(visitor, ...ids);
    expect(await both.visit((session) => session.get('name'))).toBe('Ada');
    expect(scene.table.takeCalls()).toEqual(Array(new Set(ids).size).fill(STRONG));
  });

  test('all dead are a new session, which is created without another read', async () => {
    const both = browser(scene.visitor(), dead(1), dead(2), dead(3));
    await both.visit((session) => session.set('name', 'Bea'));
    expect(scene.table.takeCalls()).toEqual([STRONG, STRONG, STRONG, 'PutItem']);
  });

  test('two alive are no session, and an event tells', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    expect(await browser(visitor, undefined, planted.id).visit((session) => [session.isNew, session.size])).toEqual([true, 0]);
    expect(scene.events).toEqual(['cookie-rejected']);
  });

  test('one that was replaced and the one in its place are the session', async () => {
    const visitor = await scene.signedIn();
    const old = visitor.id;
    await visitor.visit((session) => session.regenerate());
    expect(await browser(visitor, old, undefined).visit((session) => session.get('name'))).toBe('Ada');
  });

  test('four are no session, and are not read', async () => {
    const visitor = await scene.signedIn();
    const many = browser(visitor, undefined, dead(1), dead(2), dead(3));
    expect(await many.visit((session) => session.isNew)).toBe(true);
    expect(scene.table.takeCalls()).toEqual([]);
    expect(scene.events).toEqual(['cookie-rejected']);
  });

  test('one that cannot be read makes session() reject, and no cookie goes out', async () => {
    const visitor = await scene.signedIn();
    const request = browser(visitor, dead(1), undefined).request();
    scene.client.deny('getItem');
    await expect(request.session()).rejects.toThrow(SessionUnavailableError);
    expect((await request.discard()).setCookie).toEqual([]);
    expect((await request.session()).get('name')).toBe('Ada');
  });
});

describe('a sign-in', () => {
  test('with the id of a session that runs and a dead one goes on with the one that runs', async () => {
    const visitor = await scene.signedIn();
    const both = browser(visitor, dead(1), undefined);
    const { request, session } = await both.open();
    session.regenerate();
    const { setCookie } = await request.commit();
    both.jar.cookies = () => [String(/^[^;]*/.exec(setCookie[0] ?? '')?.[0])];
    expect(await scene.seen(both)).toEqual({ name: 'Ada' });
  });

  test('with two live ids deletes both, and stores what it set under a third', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const { request, session } = await browser(visitor, undefined, planted.id).open();
    session.regenerate();
    session.set('count', 1);
    scene.table.takeCalls();
    const { setCookie } = await request.commit();
    expect(scene.table.takeCalls()).toEqual(['DeleteItem', 'DeleteItem', 'PutItem']);
    expect([await scene.table.item(visitor.id), await scene.table.item(planted.id)]).toEqual([undefined, undefined]);
    const signedIn = scene.visitor();
    signedIn.jar.store(setCookie);
    expect(await scene.seen(signedIn)).toEqual({ count: 1 });
    expect(scene.events).toEqual(['cookie-rejected', 'invalidated', 'invalidated', 'created']);
  });

  test('with two live ids by update() deletes them before it writes', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const { session } = await browser(visitor, undefined, planted.id).open();
    session.regenerate();
    scene.table.takeCalls();
    await session.update('note', () => 'x');
    expect(scene.table.takeCalls()).toEqual(['DeleteItem', 'DeleteItem', 'PutItem']);
  });

  test('that cannot delete a planted id stores nothing, and can be tried again', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const { request, session } = await browser(visitor, undefined, planted.id).open();
    session.regenerate();
    session.set('count', 1);
    scene.client.deny('deleteItem');
    await expect(session.save()).rejects.toThrow(SessionUnavailableError);
    expect(request.idCookie()).toBeUndefined();
    await session.save();
    expect(request.idCookie()).toContain('session_id=');
  });

  test('without a new id leaves both alone', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const { request, session } = await browser(visitor, undefined, planted.id).open();
    session.set('count', 1);
    await request.commit();
    expect([await scene.seen(visitor), await scene.seen(planted)]).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
  });
});

describe('endSession()', () => {
  async function endWith(visitor: Visitor, ...ids: (string | undefined)[]): Promise<ShopRequest> {
    const request = browser(visitor, ...ids).request();
    await request.endSession();
    return request;
  }

  test.each([1, 2, 3, 4])('with %d ids deletes each, without a read, and clears the cookie once', async (count) => {
    const visitors = await Promise.all(Array.from({ length: count }, () => scene.signedIn()));
    const [first, ...more] = visitors as [Visitor, ...Visitor[]];
    scene.table.takeCalls();
    const request = await endWith(first, undefined, ...more.map(({ id }) => id));
    expect(scene.table.takeCalls()).toEqual(Array(count).fill('DeleteItem'));
    for (const { id } of visitors) expect(await scene.table.item(id)).toBeUndefined();
    expect((await request.commit()).setCookie).toEqual([expect.stringMatching(/^session_id=; Path=\/; Max-Age=0/)]);
  });

  test('with nine ids deletes the first eight: a request of a stranger must not cost any number of writes', async () => {
    const visitor = await scene.signedIn();
    const request = await endWith(visitor, undefined, ...[1, 2, 3, 4, 5, 6, 7, 8].map(dead));
    expect(scene.table.takeCalls()).toEqual(Array(8).fill('DeleteItem'));
    expect(await scene.table.item(visitor.id)).toBeUndefined();
    expect((await request.commit()).setCookie).toHaveLength(1);
  });

  test('after session() deletes each too, also where two lived and none was taken', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const request = browser(visitor, undefined, planted.id).request();
    await request.session();
    await request.endSession();
    expect([await scene.table.item(visitor.id), await scene.table.item(planted.id)]).toEqual([undefined, undefined]);
    expect((await request.commit()).setCookie).toEqual([expect.stringContaining('Max-Age=0')]);
  });

  test('deletes the session that this request itself made as well', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    await session.save();
    const before = (await scene.table.items()).length;
    await request.endSession();
    expect(await scene.table.items()).toHaveLength(before - 2);
    await visitor.commit(request);
    expect(visitor.id).toBe('');
  });

  test('that fails at the second id changes no cookie, and goes on there when it is called again', async () => {
    const [visitor, planted] = [await scene.signedIn(), await scene.signedIn()];
    const request = browser(visitor, undefined, planted.id).request();
    scene.client.hold('deleteItem').open();
    const second = scene.client.hold('deleteItem');
    const ended = request.endSession();
    await second.reached;
    scene.client.deny('deleteItem');
    second.open();
    await expect(ended).rejects.toThrow(SessionUnavailableError);
    expect(request.idCookie()).toBeUndefined();
    scene.table.takeCalls();
    await request.endSession();
    expect(scene.table.takeCalls()).toEqual(['DeleteItem']);
    expect(await scene.table.item(planted.id)).toBeUndefined();
  });
});
