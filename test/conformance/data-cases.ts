import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case';
import { Visitor, Visitors } from './visitors';

/** Keys that expressions would stumble over, were they not named by placeholders. */
const AWKWARD_KEYS = ['name', 'size', 'data', '#0', ':0', 'a.b', 'a[0]', ' ', 'é', '購物車', '🛒', 'constructor', 'toString', 'x'.repeat(255)];

/** What is stored: every kind of value and key, messages, tokens, sealed and compressed values, and the limit of size. */
export function dataCases(visitors: Visitors): ConformanceCase[] {
  const cases: Readonly<Record<string, () => Promise<void>>> = {
    'every kind of value comes back as it was': async () => {
      const values = [null, true, false, 0, -1.5, 1e300, '', 'é🛒\u0000\n', [], [[null]], {}, { a: { b: [1, 'two'] } }];
      const visitor = await visitors.signedIn();
      await visitor.visit((session) => session.set('values', values));
      assert.deepEqual((await visitor.seen()).values, values);
    },
    'every key comes back as it was, and goes when it is deleted': async () => {
      const visitor = visitors.begin();
      await visitor.visit((session) => AWKWARD_KEYS.forEach((key, i) => session.set(key, i)));
      assert.deepEqual(await visitor.seen(), Object.fromEntries(AWKWARD_KEYS.map((key, i) => [key, i])));
      await visitor.visit((session) => AWKWARD_KEYS.forEach((key) => session.set(key, `${key}!`)));
      await visitor.visit((session) => AWKWARD_KEYS.slice(1).forEach((key) => session.delete(key)));
      assert.deepEqual(await visitor.seen(), { name: 'name!' });
    },
    'a hundred changed keys are one change, and so are more': async () => {
      const visitor = await visitors.signedIn();
      for (const [name, count] of [['a', 100], ['b', 250]] as const) {
        await visitor.visit((session) => {
          for (let i = 0; i < count; i++) session.set(`${name.repeat(250)}${i}`, i);
        });
      }
      assert.equal(Object.keys(await visitor.seen()).length, 351);
    },
    'messages come once, in their order and by their queues': async () => {
      const visitor = await visitors.signedIn();
      await visitor.visit((session) => {
        for (const message of ['one', 'two', 'two']) session.flash(message);
        session.flash({ bad: true }, 'errors');
        session.flash('two', '', { allowDuplicate: false });
      });
      assert.deepEqual(await visitor.visit((session) => session.peekFlash()), ['one', 'two', 'two']);
      assert.deepEqual(await visitor.visit((session) => [session.popFlash('errors'), session.popFlash()]), [[{ bad: true }], ['one', 'two', 'two']]);
      assert.deepEqual(await visitor.visit((session) => session.popFlash()), []);
    },
    'messages that requests add at once are all there': async () => {
      const visitor = await visitors.signedIn();
      const requests = await Promise.all(Array.from({ length: 5 }, () => visitor.open()));
      for (const [i, { session }] of requests.entries()) session.flash(i);
      await Promise.all(requests.map(({ request }) => visitor.commit(request)));
      assert.deepEqual((await visitor.visit((session) => session.popFlash())).sort(), [0, 1, 2, 3, 4]);
    },
    'a token of a form verifies until there is a newer one or a new id': async () => {
      const visitor = await visitors.signedIn();
      const verify = (token: string): Promise<boolean> => visitor.visit((session) => session.verifyCsrf({ method: 'POST', headers: {}, token }));
      const first = await visitor.visit((session) => session.csrfToken());
      assert.equal(await verify(first), true);
      const second = await visitor.visit((session) => session.newCsrfToken());
      assert.deepEqual([await verify(first), await verify(second)], [false, true]);
      await visitor.visit((session) => session.regenerate());
      assert.equal(await verify(second), false);
    },
    'a token that was handed out before the session was stored, or got its new id, verifies afterwards': async () => {
      const visitor = visitors.begin();
      const verify = (token: string): Promise<boolean> => visitor.visit((session) => session.verifyCsrf({ method: 'POST', headers: {}, token }));
      const created = await visitor.visit((session) => {
        session.set('name', 'Ada');
        return session.csrfToken();
      });
      assert.equal(await verify(created), true);
      const renewed = await visitor.visit((session) => {
        session.regenerate();
        return session.csrfToken();
      });
      assert.deepEqual([await verify(created), await verify(renewed)], [false, true]);
    },
    'sealed values come back, also under a new id': async () => {
      const visitor = await visitors.signedIn({ sealed: true });
      await visitor.visit((session) => session.set('large', 'ab'.repeat(5000)));
      await visitor.visit((session) => session.regenerate());
      assert.deepEqual(await visitor.seen(), { name: 'Ada', large: 'ab'.repeat(5000) });
    },
    'bytes come back as they were: values that compress, and values that do not': async () => {
      const visitor = await visitors.signedIn();
      const noise = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x20 + ((i * i * 7919) % 0xd7df))).join('');
      await visitor.visit((session) => {
        session.set('even', 'even'.repeat(50_000));
        session.set('noise', noise);
      });
      assert.deepEqual(await visitor.seen(), { name: 'Ada', even: 'even'.repeat(50_000), noise });
    },
    'a session of 400 KB is created, and one byte more is refused': async () => {
      const { visitor, room } = await fill(visitors);
      await assert.rejects(visitor.visit((session) => session.set('large', 'a'.repeat(room + 1))), { name: 'SessionTooLargeError', bytes: 409_592 });
      await visitor.visit((session) => session.set('large', 'a'.repeat(room)));
      assert.equal(String((await visitor.seen()).large).length, room);
    },
    'a session that a change would make too large is left as it is': async () => {
      const { visitor, room } = await fill(visitors);
      // Engines count an update of a counter differently, by a few bytes.
      await visitor.visit((session) => session.set('large', 'a'.repeat(room - 100)));
      await assert.rejects(visitor.visit((session) => session.set('large', 'b'.repeat(room + 1))), { name: 'SessionTooLargeError', bytes: 409_592 });
      await visitor.visit((session) => session.set('large', 'c'.repeat(room - 100)));
      assert.equal((await visitor.seen()).large, 'c'.repeat(room - 100));
    },
  };
  return Object.entries(cases).map(([title, run]) => ({ title, run }));
}

/** A visitor without a session, and the length of the value that fills one: found by asking for too much. */
async function fill(visitors: Visitors): Promise<{ readonly visitor: Visitor; readonly room: number }> {
  const visitor = visitors.begin({ compress: false });
  const { session } = await visitor.open();
  session.set('large', 'a'.repeat(409_600));
  const refused = await session.save().catch((error: unknown) => error as { readonly bytes: number });
  return { visitor, room: 819_191 - (refused?.bytes ?? 0) };
}
