import { SessionFactoryOptions } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

/** The Max-Age of the id cookie that a request sends: none where it lasts until the browser is closed, nothing where it sends no cookie. */
async function ageAfter(visitor: Visitor, body: (session: ShopSession) => Promise<void> | void): Promise<string | undefined> {
  const { request, session } = await visitor.open();
  await body(session);
  const { setCookie } = await visitor.commit(request);
  const own = setCookie.find((cookie) => cookie.startsWith('session_id='));
  return own && (/Max-Age=(\d+)/.exec(own)?.[1] ?? 'none');
}

const read = (session: ShopSession) => void session.get('name');
const write = (session: ShopSession) => session.set('count', scene.clock.now());

function started(options: SessionFactoryOptions = {}): Promise<Visitor> {
  return scene.signedIn(options);
}

describe('without maxAge the id cookie', () => {
  test('lasts until the browser is closed, and is sent once', async () => {
    const visitor = scene.visitor();
    expect(await ageAfter(visitor, write)).toBe('none');
    scene.clock.advanceSeconds(200);
    expect(await ageAfter(visitor, read)).toBeUndefined();
    scene.clock.advanceSeconds(200);
    expect(await ageAfter(visitor, write)).toBeUndefined();
    expect(await ageAfter(visitor, (session) => session.regenerate())).toBe('none');
  });
});

describe('with maxAge the id cookie', () => {
  const options = { cookie: { maxAge: 3600 } };

  test('is sent anew when the session is extended, and not before', async () => {
    const visitor = new Visitor(scene.table, scene.clock, options);
    expect(await ageAfter(visitor, write)).toBe('3600');
    scene.clock.advanceSeconds(120);
    expect([await ageAfter(visitor, read), await ageAfter(visitor, write)]).toEqual([undefined, undefined]);
    scene.clock.advanceSeconds(1);
    expect(await ageAfter(visitor, read)).toBe('3600');
    expect(await ageAfter(visitor, read)).toBeUndefined();
    scene.clock.advanceSeconds(121);
    expect(await ageAfter(visitor, write)).toBe('3600');
    expect(await ageAfter(visitor, (session) => session.regenerate())).toBe('3600');
  });

  test('does not outlive the absolute timeout', async () => {
    const visitor = await started({ ...options, absoluteTimeout: 3600, timeout: 1800, reissueTime: 0 });
    scene.clock.advanceSeconds(1700);
    expect(await ageAfter(visitor, read)).toBe('1900');
    scene.clock.advanceSeconds(1700);
    expect(await ageAfter(visitor, read)).toBe('200');
  });
});

describe('remember()', () => {
  test('of a new session sends one cookie that lasts, with the first data', async () => {
    const visitor = scene.visitor();
    expect(await ageAfter(visitor, (session) => session.remember(86_400))).toBeUndefined();
    const age = await ageAfter(visitor, (session) => {
      session.remember(86_400);
      write(session);
    });
    expect(age).toBe('86400');
    expect((await scene.table.item(visitor.id))?.idl).toEqual({ N: '86400' });
  });

  test('goes with the session through regenerate and touches, and counts before maxAge', async () => {
    const visitor = await started({ cookie: { maxAge: 3600 } });
    expect(await ageAfter(visitor, (session) => session.remember(86_400))).toBe('86400');
    expect(await ageAfter(visitor, (session) => session.regenerate())).toBe('86400');
    scene.clock.advanceSeconds(80_000);
    expect(await ageAfter(visitor, read)).toBe('86400');
    scene.clock.advanceSeconds(80_000);
    expect(await ageAfter(visitor, write)).toBe('86400');
  });

  test('can be said anew, for shorter too, and the last word counts', async () => {
    const visitor = await started();
    const start = scene.clock.now() / 1000;
    expect(await ageAfter(visitor, (session) => session.remember(86_400))).toBe('86400');
    const age = await ageAfter(visitor, (session) => {
      session.remember(7200);
      session.remember(60);
    });
    expect(age).toBe('60');
    expect(await scene.table.item(visitor.id)).toMatchObject({ idl: { N: '60' }, exp: { N: String(start + 60) } });
  });

  test.each([0, -1, 1.5, NaN, 34_560_001, '60', undefined])('does not take %j', async (seconds) => {
    const { session } = await (await started()).open();
    expect(() => session.remember(seconds as number)).toThrow(/remember: seconds is .*from 1 to 34560000/);
  });
});
