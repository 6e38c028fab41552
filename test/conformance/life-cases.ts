import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case';
import { Visitors } from './visitors';

/** The life of a session: begun, read, changed by several at once, given a new id, ended. */
export function lifeCases(visitors: Visitors): ConformanceCase[] {
  const cases: Readonly<Record<string, () => Promise<void>>> = {
    'what a request stores, the next one reads': async () => {
      const visitor = await visitors.signedIn();
      await visitor.visit((session) => session.set('cart', ['tea', { n: 2 }]));
      assert.deepEqual(await visitor.seen(), { name: 'Ada', cart: ['tea', { n: 2 }] });
    },
    'a key that is deleted is gone, and a value that is changed in place is stored': async () => {
      const visitor = await visitors.signedIn();
      await visitor.visit((session) => session.set('cart', ['tea']));
      await visitor.visit((session) => {
        session.delete('name');
        (session.get('cart') as string[]).push('milk');
      });
      assert.deepEqual(await visitor.seen(), { cart: ['tea', 'milk'] });
    },
    'requests at once that change different keys lose nothing of each other': async () => {
      const visitor = await visitors.signedIn();
      const requests = await Promise.all(Array.from({ length: 5 }, () => visitor.open()));
      for (const [i, { session }] of requests.entries()) session.set(`key${i}`, i);
      await Promise.all(requests.map(({ request }) => visitor.commit(request)));
      assert.deepEqual(await visitor.seen(), { name: 'Ada', key0: 0, key1: 1, key2: 2, key3: 3, key4: 4 });
    },
    'exact updates at once are each applied once': async () => {
      const visitor = await visitors.signedIn();
      const requests = await Promise.all(Array.from({ length: 10 }, () => visitor.open()));
      await Promise.all(requests.map(({ session }) => session.update('count', (count) => Number(count ?? 0) + 1)));
      assert.equal((await visitor.seen()).count, 10);
    },
    'a sign-out ends the session for every request, and nothing brings it back': async () => {
      const visitor = await visitors.signedIn();
      const { request, session } = await visitor.open();
      session.set('late', true);
      await visitor.signOutElsewhere();
      assert.equal(await visitor.commit(request), 0);
      assert.deepEqual(await visitor.seen(), {});
    },
    'an explicit save of an ended session rejects': async () => {
      const visitor = await visitors.signedIn();
      const { session } = await visitor.open();
      session.set('late', true);
      await visitor.signOutElsewhere();
      await assert.rejects(session.save(), { name: 'SessionEndedError' });
    },
    'a new id keeps the data and what others stored meanwhile, and the old one is dead': async () => {
      const visitor = await visitors.signedIn();
      const { request, session } = await visitor.open();
      const old = visitor.jar.get('session_id') as string;
      session.regenerate();
      await visitor.visit((other) => other.set('cart', ['tea']));
      await visitor.commit(request);
      assert.deepEqual(await visitor.seen(), { name: 'Ada', cart: ['tea'] });
      visitor.jar.set('session_id', old);
      assert.deepEqual(await visitor.seen(), {});
    },
    'two requests at once that each ask for a new id both get one, and neither loses the data': async () => {
      const visitor = await visitors.signedIn();
      const [one, other] = [await visitor.open(), await visitor.open()];
      for (const [name, { session }] of Object.entries({ one, other })) {
        session.regenerate();
        session.set('by', name);
      }
      assert.equal(await visitor.commit(one.request), 2);
      assert.deepEqual(await visitor.seen(), { name: 'Ada', by: 'one' });
      assert.equal(await visitor.commit(other.request), 2);
      assert.deepEqual(await visitor.seen(), { name: 'Ada', by: 'other' });
    },
    'a change under the old id after the new one is refused, and nothing of it is seen': async () => {
      const visitor = await visitors.signedIn();
      const { session } = await visitor.open();
      session.set('late', true);
      await visitor.visit((other) => other.regenerate());
      await assert.rejects(session.save(), { name: 'SessionEndedError', outcome: 'not-applied' });
      assert.deepEqual(await visitor.seen(), { name: 'Ada' });
    },
    'an exact update after a new id was asked for is written under the new id alone': async () => {
      const visitor = await visitors.signedIn();
      const old = visitor.jar.get('session_id') as string;
      await visitor.visit(async (session) => {
        session.regenerate();
        await session.update('userId', () => 'ada');
      });
      assert.deepEqual(await visitor.seen(), { name: 'Ada', userId: 'ada' });
      visitor.jar.set('session_id', old);
      assert.deepEqual(await visitor.seen(), {});
    },
    'a session that is used lives on, and dies when it is left': async () => {
      const visitor = await visitors.signedIn({ timeout: 600, reissueTime: 60 });
      for (let i = 0; i < 4; i++) {
        visitor.clock.advanceSeconds(400);
        assert.deepEqual(await visitor.seen(), { name: 'Ada' });
      }
      visitor.clock.advanceSeconds(600);
      assert.deepEqual(await visitor.seen(), {});
    },
    'an absolute timeout ends a session that is used': async () => {
      const visitor = await visitors.signedIn({ timeout: 600, reissueTime: 60, absoluteTimeout: 1000 });
      visitor.clock.advanceSeconds(500);
      assert.deepEqual(await visitor.seen(), { name: 'Ada' });
      visitor.clock.advanceSeconds(500);
      assert.deepEqual(await visitor.seen(), {});
    },
    'a session that is remembered has an idle timeout of its own': async () => {
      const visitor = await visitors.signedIn({ timeout: 600 });
      await visitor.visit((session) => session.remember(6000));
      visitor.clock.advanceSeconds(5000);
      assert.deepEqual(await visitor.seen(), { name: 'Ada' });
      visitor.clock.advanceSeconds(5000);
      assert.deepEqual(await visitor.seen(), { name: 'Ada' });
    },
    'an id that was never given out makes no session': async () => {
      const visitor = visitors.begin();
      visitor.jar.set('session_id', 'A'.repeat(43));
      assert.equal(await visitor.visit((session) => session.isNew), true);
      assert.equal(visitor.jar.get('session_id'), 'A'.repeat(43));
    },
  };
  return Object.entries(cases).map(([title, run]) => ({ title, run }));
}
