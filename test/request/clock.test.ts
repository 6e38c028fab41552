import { Scene } from '../support/scene';
import { ShopSession } from '../support/visitor';

const MINUTE = 60;

const scene = Scene.on();

const USES: [string, (session: ShopSession) => Promise<void> | void][] = [
  ['a change', (session) => session.set('count', 1)],
  ['a read', (session) => void session.get('name')],
  ['remember()', (session) => session.remember(3600)],
  ['regenerate()', (session) => session.regenerate()],
  ['regenerate() with the old deadline', (session) => session.regenerate({ keepDeadline: true })],
  ['an exact update', (session) => session.update('count', () => 1)],
];

describe('a clock that is behind that of who created the session', () => {
  test.each(USES)('does no harm to a session at %s', async (_, use) => {
    for (const behind of [1, 5 * MINUTE]) {
      const visitor = await scene.signedIn({ reissueTime: 0, absoluteTimeout: 3600 });
      scene.clock.advanceSeconds(-behind);
      await visitor.visit(use);
      expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
      scene.clock.advanceSeconds(behind);
      expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    }
  });

  test.each(USES)('that falls back between opening and %s does none either', async (_, use) => {
    const visitor = await scene.signedIn({ reissueTime: 0, absoluteTimeout: 3600 });
    const { request, session } = await visitor.open();
    scene.clock.advanceSeconds(-5 * MINUTE);
    await use(session);
    await visitor.commit(request);
    scene.clock.advanceSeconds(5 * MINUTE);
    expect(await visitor.visit((later) => later.get('name'))).toBe('Ada');
  });

  test('and the end of the session never lies before where it was, nor after the absolute deadline', async () => {
    const visitor = await scene.signedIn({ reissueTime: 0, absoluteTimeout: 1500 });
    const start = scene.clock.now() / 1000;
    for (const step of [-300, 600, -300, 1000, 100, -400]) {
      const before = Number((await scene.table.item(visitor.id))?.exp?.N);
      scene.clock.advanceSeconds(step);
      await visitor.visit((session) => session.set('count', step));
      const after = Number((await scene.table.item(visitor.id))?.exp?.N);
      expect(after).toBeGreaterThanOrEqual(before);
      expect(after).toBeLessThanOrEqual(start + 1500);
    }
  });
});

describe('a clock that jumps while a request runs, as after a thaw', () => {
  test('by five minutes extends the session at the commit', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.set('count', 1);
    scene.clock.advanceSeconds(5 * MINUTE);
    await visitor.commit(request);
    expect((await scene.table.item(visitor.id))?.exp).toEqual({ N: String(scene.clock.now() / 1000 + 1200) });
  });

  test('by thirty days finds the session at its end: nothing is written, no cookie goes out', async () => {
    const visitor = await scene.signedIn();
    const before = await scene.table.item(visitor.id);
    const { request, session } = await visitor.open();
    session.set('count', 1);
    scene.clock.advanceSeconds(30 * 24 * 60 * MINUTE);
    expect(await visitor.commit(request)).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await scene.table.item(visitor.id)).toEqual(before);
  });

  test('by thirty days before a new session is created begins it then', async () => {
    const visitor = scene.visitor();
    const { request, session } = await visitor.open();
    session.set('name', 'Ada');
    scene.clock.advanceSeconds(30 * 24 * 60 * MINUTE);
    await visitor.commit(request);
    expect(session.createdAt).toEqual(new Date(scene.clock.now()));
    expect(await visitor.visit((later) => later.get('name'))).toBe('Ada');
  });
});
