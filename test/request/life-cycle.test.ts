import { SessionEndedError } from '../../src/runtime';
import { Scene } from '../support/scene';

const scene = Scene.on();

describe('regenerate', () => {
  test('gives the session a new id with the same data, and the old id is dead at once', async () => {
    const visitor = await scene.signedIn();
    const old = visitor.id;
    await visitor.visit((session) => {
      session.regenerate();
      session.set('count', 1);
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem', 'PutItem']);
    expect(visitor.id).not.toBe(old);
    expect(await visitor.visit((session) => session.entries())).toEqual([['name', 'Ada'], ['count', 1]]);
    visitor.jar.set('session_id', old);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
    expect((await scene.table.item(old))?.frz?.B).toHaveLength(6);
  });

  test('keeps the change that another request made meanwhile', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    await visitor.visit((other) => other.set('cart', ['tea']));
    session.set('count', 2);
    await visitor.commit(request);
    expect(await visitor.visit((after) => after.toObject())).toEqual({ name: 'Ada', count: 2, cart: ['tea'] });
    // The other one is the frozen image.
    const withCart = (await scene.table.items()).filter(({ dat }) => dat?.M?.cart !== undefined);
    expect(withCart.map(({ frz }) => frz === undefined).sort()).toEqual([false, true]);
  });

  test('begins a new absolute deadline, unless the deadline is kept', async () => {
    const visitor = await scene.signedIn({ absoluteTimeout: 3600 });
    const created = await visitor.visit((session) => session.createdAt);
    scene.clock.advanceSeconds(600);
    await visitor.visit((session) => session.regenerate({ keepDeadline: true }));
    expect(await visitor.visit((session) => session.createdAt)).toEqual(created);
    await visitor.visit((session) => session.regenerate());
    expect(await visitor.visit((session) => session.createdAt)).toEqual(new Date(scene.clock.now()));
  });
});

describe('ended sessions', () => {
  test('a slow writer never brings back a session that was signed out', async () => {
    const visitor = await scene.signedIn();
    const slow = await visitor.open();
    slow.session.set('count', 1);
    const quick = visitor.request();
    await quick.endSession();
    await quick.commit();
    expect(await slow.request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });

  test('save rejects where the session was signed out meanwhile', async () => {
    const visitor = await scene.signedIn();
    const { session } = await visitor.open();
    await visitor.request().endSession();
    session.set('count', 1);
    await expect(session.save()).rejects.toThrow(SessionEndedError);
  });
});

describe('update', () => {
  test('applies each of twenty updates at once exactly once', async () => {
    const patient = await scene.signedIn({ deadline: 900_000, timeout: 86_400 });
    await Promise.all(Array.from({ length: 20 }, () => patient.visit((session) => session.update('count', (count = 0) => count + 1))));
    expect(await patient.visit((session) => session.get('count'))).toBe(20);
  });

  test('costs one read and one write where nobody else writes', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.update('count', (count = 0) => count + 1));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
  });
});

describe('remember', () => {
  test('gives the session its own idle timeout and a cookie that outlives the browser', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.remember(86_400);
    const { setCookie } = await visitor.commit(request);
    expect(setCookie[0]).toContain('; Max-Age=86400');
    scene.clock.advanceSeconds(80_000);
    expect(await visitor.visit((later) => later.get('name'))).toBe('Ada');
    scene.clock.advanceSeconds(80_000);
    expect(await visitor.visit((later) => later.get('name'))).toBe('Ada');
  });
});

describe('stored form', () => {
  test.each([{ sealed: true }, { sealed: false }])('a large value comes back as it was, with %j', async (options) => {
    const visitor = await scene.signedIn(options);
    const cart = Array.from({ length: 500 }, (_, i) => `article number ${i}`);
    await visitor.visit((session) => session.set('cart', cart));
    await visitor.visit((session) => session.regenerate());
    expect(await visitor.visit((session) => session.get('cart'))).toEqual(cart);
    const item = await scene.table.item(visitor.id);
    expect(item?.dat?.M?.cart?.B).toBeInstanceOf(Uint8Array);
    expect(JSON.stringify(item).includes('Ada')).toBe(!options.sealed);
  });
});

describe('many changes', () => {
  test('more than a hundred changed keys are one write', async () => {
    const visitor = await scene.signedIn();
    const keys = Array.from({ length: 150 }, (_, i) => `key${i}`);
    await visitor.visit((session) => {
      for (const key of keys) session.set(key as 'note', key);
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
    expect(await visitor.visit((session) => session.size)).toBe(151);
  });
});

describe('flash', () => {
  test('messages come back in order, once', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash('one');
      session.flash('two');
      session.flash('three', 'errors');
    });
    expect(await visitor.visit((session) => [session.peekFlash(), session.popFlash(), session.popFlash('errors')])).toEqual([
      ['one', 'two'], ['one', 'two'], ['three'],
    ]);
    expect(await visitor.visit((session) => session.popFlash())).toEqual([]);
  });
});
