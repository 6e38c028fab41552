import { SessionEndedError } from '../../src/runtime';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopSession } from '../support/visitor';

describe.each(embeddedEngines())('races on $name', (engine) => {
  const scene = Scene.on(engine);

  describe('two requests', () => {
    test('that set different keys both keep theirs, with one write each', async () => {
      const visitor = await scene.signedIn();
      const [one, other] = [await visitor.open(), await visitor.open()];
      one.session.set('count', 1);
      other.session.set('cart', ['tea']);
      scene.table.takeCalls();
      await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
      expect(scene.table.takeCalls()).toEqual(['UpdateItem', 'UpdateItem']);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, cart: ['tea'] });
    });

    test('that set the same key: the last commit wins, for that key alone', async () => {
      const visitor = await scene.signedIn();
      const [one, other] = [await visitor.open(), await visitor.open()];
      one.session.set('count', 1);
      one.session.set('cart', ['tea']);
      other.session.set('count', 2);
      await visitor.commit(other.request);
      await visitor.commit(one.request);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, cart: ['tea'] });
    });

    test('of which one clears the session leave what the other added meanwhile', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      await visitor.visit((other) => other.set('cart', ['tea']));
      session.clear();
      await visitor.commit(request);
      expect(await scene.seen(visitor)).toEqual({ cart: ['tea'] });
    });

    test('that replace more than a hundred keys at once lose nothing of each other', async () => {
      const visitor = await scene.signedIn();
      const [one, other] = [await visitor.open(), await visitor.open()];
      for (let i = 0; i < 120; i++) {
        one.session.set(`a${i}` as 'note', i);
        other.session.set(`b${i}` as 'note', i);
      }
      await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
      expect(await visitor.visit((session) => session.size)).toBe(241);
    });
  });

  describe('sign-out', () => {
    test('wins against a write that was under way: nothing comes back, no cookie goes out, an event tells', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      session.set('count', 1);
      const gate = scene.client.hold('updateItem');
      const committed = request.commit();
      await gate.reached;
      await scene.signOut(visitor);
      gate.open();
      expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.item(visitor.id)).toBeUndefined();
      expect(scene.events).toEqual(['invalidated', 'ended']);
    });

    test('wins against a touch that was under way', async () => {
      const visitor = await scene.signedIn({ cookie: { maxAge: 3600 } });
      scene.clock.advanceSeconds(200);
      const { request } = await visitor.open();
      const gate = scene.client.hold('updateItem');
      const committed = request.commit();
      await gate.reached;
      await scene.signOut(visitor);
      gate.open();
      expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.item(visitor.id)).toBeUndefined();
    });

    test.each([
      ['save', (session: ShopSession) => session.save()],
      ['update', (session: ShopSession) => session.update('count', () => 2)],
    ])('makes an explicit %s reject', async (_, write) => {
      const visitor = await scene.signedIn();
      const { session } = await visitor.open();
      session.set('count', 1);
      await scene.signOut(visitor);
      await expect(write(session)).rejects.toThrow(SessionEndedError);
      await expect(write(session)).rejects.toThrow(SessionEndedError);
      expect(await scene.table.item(visitor.id)).toBeUndefined();
    });

    test('wins against a regenerate that has not frozen the session yet: nothing is stored and no cookie goes out', async () => {
      const visitor = await scene.signedIn();
      const before = (await scene.table.items()).length;
      const { request, session } = await visitor.open();
      session.regenerate();
      const gate = scene.client.hold('updateItem');
      const committed = request.commit();
      await gate.reached;
      await scene.signOut(visitor);
      gate.open();
      expect(await committed).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.items()).toHaveLength(before - 1);
    });
  });

  describe('TTL', () => {
    test.each([
      ['a change', (session: ShopSession) => session.set('count', 1)],
      ['a new id', (session: ShopSession) => session.regenerate()],
      ['a longer time', (session: ShopSession) => session.remember(9000)],
      ['a message', (session: ShopSession) => session.flash('hello')],
      ['a new token', (session: ShopSession) => session.newCsrfToken()],
      ['more than a hundred changes', (session: ShopSession) => {
        for (let i = 0; i < 101; i++) session.set(`key${i}` as 'note', i);
      }],
    ])('that deletes a session under way has the last word against %s', async (_, change) => {
      const visitor = await scene.signedIn();
      const before = (await scene.table.items()).length;
      const { request, session } = await visitor.open();
      change(session);
      await scene.remove(visitor);
      expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.items()).toHaveLength(before - 1);
      expect(scene.events).toEqual(['ended']);
    });
  });

  describe('regenerate', () => {
    test('leaves no grace: a request that opened before has its change dropped, and cannot overwrite the new cookie', async () => {
      const visitor = await scene.signedIn();
      const slow = await visitor.open();
      slow.session.set('count', 9);
      await visitor.visit((session) => session.regenerate());
      expect(await slow.request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
      expect(scene.events).toEqual(['regenerated', 'ended']);
    });

    test('makes a request that opens afterwards with the old id a new visitor, whose cookie counts if it writes', async () => {
      const visitor = await scene.signedIn();
      const late = scene.copyOf(visitor);
      await visitor.visit((session) => session.regenerate());
      expect(await late.visit((session) => [session.isNew, session.get('name')])).toEqual([true, undefined]);
      await late.visit((session) => session.set('count', 1));
      expect(await scene.seen(late)).toEqual({ count: 1 });
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    });

    test('of one id by two requests gives each a session with the final data, and neither loses what it set', async () => {
      const visitor = await scene.signedIn();
      const second = scene.copyOf(visitor);
      const [one, other] = [await visitor.open(), await second.open()];
      await visitor.visit((session) => session.set('cart', ['tea']));
      one.session.regenerate();
      one.session.set('count', 1);
      other.session.regenerate();
      other.session.set('count', 2);
      await visitor.commit(one.request);
      await second.commit(other.request);
      expect(visitor.id).not.toBe(second.id);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', cart: ['tea'], count: 1 });
      expect(await scene.seen(second)).toEqual({ name: 'Ada', cart: ['tea'], count: 2 });
    });

    test('takes a change that was acknowledged before its freeze into the new item', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      session.regenerate();
      const gate = scene.client.hold('updateItem');
      const committed = visitor.commit(request);
      await gate.reached;
      await visitor.visit((other) => other.set('cart', ['tea']));
      gate.open();
      await committed;
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', cart: ['tea'] });
    });

    test('whose answer was lost recognises its own write', async () => {
      const visitor = await scene.signedIn();
      const old = scene.copyOf(visitor);
      scene.client.loseAnswer('updateItem');
      await visitor.visit((session) => session.regenerate());
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
      expect(await old.visit((session) => session.isNew)).toBe(true);
    });
  });

  describe('a first visit', () => {
    test('of two requests at once makes a session for each, and the cookie that comes last counts', async () => {
      const visitor = scene.visitor();
      const [one, other] = [await visitor.open(), await visitor.open()];
      one.session.set('count', 1);
      other.session.set('count', 2);
      await Promise.all([one.request.commit(), visitor.commit(other.request)]);
      expect(await scene.seen(visitor)).toEqual({ count: 2 });
    });

    test('of which one signs in leaves the login standing, when the other only read', async () => {
      const visitor = scene.visitor();
      const slow = await visitor.open();
      await visitor.visit((session) => {
        session.regenerate();
        session.set('name', 'Ada');
      });
      expect(await visitor.commit(slow.request)).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    });
  });

  describe('a late answer', () => {
    test('of a request that found nothing, or was refused, never carries a cookie that could overwrite a login', async () => {
      const visitor = await scene.signedIn();
      const [reader, writer, toucher] = [await visitor.open(), await visitor.open(), await visitor.open()];
      writer.session.set('count', 1);
      await scene.signOut(visitor);
      const missed = await visitor.open();
      await visitor.visit((session) => session.set('name', 'Bea'));
      scene.clock.advanceSeconds(200);
      for (const { request } of [reader, writer, toucher, missed]) await visitor.commit(request);
      expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
    });
  });

  describe('touch', () => {
    test('by two requests at once is done once, and by neither again', async () => {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(200);
      const requests = [await visitor.open(), await visitor.open()];
      await Promise.all(requests.map(({ request }) => visitor.commit(request)));
      expect(scene.events).toEqual(['touched']);
    });

    test('of a session that TTL deleted meanwhile brings nothing back', async () => {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(200);
      const { request } = await visitor.open();
      await scene.remove(visitor);
      expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.item(visitor.id)).toBeUndefined();
      expect(await visitor.visit((session) => session.isNew)).toBe(true);
    });

    test('beside an update commutes, and never passes the absolute deadline', async () => {
      const visitor = await scene.signedIn({ absoluteTimeout: 1500, timeout: 1200 });
      const start = scene.clock.now();
      scene.clock.advanceSeconds(1000);
      const [reader, writer] = [await visitor.open(), await visitor.open()];
      writer.session.set('count', 1);
      await Promise.all([visitor.commit(reader.request), visitor.commit(writer.request)]);
      expect(await visitor.visit((session) => session.expiresAt)).toEqual(new Date(start + 1_500_000));
      scene.clock.advanceSeconds(500);
      expect(await visitor.visit((session) => session.isNew)).toBe(true);
    });

    test('does not shorten a session that was remembered meanwhile, nor does a change', async () => {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(200);
      const [reader, writer] = [await visitor.open(), await visitor.open()];
      await visitor.visit((session) => session.remember(86_400));
      writer.session.set('count', 1);
      await visitor.commit(reader.request);
      await visitor.commit(writer.request);
      scene.clock.advanceSeconds(80_000);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
    });
  });

  describe('a flash message', () => {
    test('that two requests pop may be shown twice, and none is lost that others add', async () => {
      const visitor = await scene.signedIn();
      await visitor.visit((session) => session.flash('one'));
      const [one, other] = [await visitor.open(), await visitor.open()];
      expect([one.session.popFlash(), other.session.popFlash()]).toEqual([['one'], ['one']]);
      await visitor.visit((session) => session.flash('two'));
      await Promise.all([visitor.commit(one.request), visitor.commit(other.request)]);
      expect(await visitor.visit((session) => session.popFlash())).toEqual(['two']);
    });
  });

  describe('a session that is past its time and not yet deleted', () => {
    test('is dead for read, write and touch', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      const quiet = await visitor.open();
      scene.clock.advanceSeconds(1200);
      session.set('count', 1);
      const before = await scene.table.item(visitor.id);
      expect(await request.commit()).toMatchObject({ setCookie: [] });
      expect(await quiet.request.commit()).toMatchObject({ setCookie: [] });
      expect(await visitor.visit((later) => later.isNew)).toBe(true);
      expect(await scene.table.item(visitor.id)).toEqual(before);
    });
  });
});
