import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Browser } from './browser';
import type { Difference, Reply, Routes, Served, Subject, View } from './subject';
import { Table, settled } from './table';

/** What the routes of one subject learn, for the tests to look at. */
interface Notes {
  late?: unknown;
  whenLate?: () => void;
}

function routes(notes: Notes): Routes {
  const set = async (session: () => Promise<View>, value: string): Promise<View> => {
    const opened = await session();
    opened.set('name', value);
    return opened;
  };
  const text = (body: unknown): Reply => ({ body: String(body) });
  return {
    '/plain': async () => text('hello'),
    '/read': async ({ session }) => text((await session()).get('name') ?? 'nobody'),
    '/set': async ({ session, query }) => text((await set(session, query.get('name') ?? 'Ada')).get('name')),
    '/count': async ({ session }) => {
      (await session()).set('count', 1);
      return text('counted');
    },
    '/both': async ({ session }) => {
      const opened = await session();
      return text(`${opened.get('name')} ${opened.get('count')}`);
    },
    '/twice': async ({ session }) => {
      const [one, other] = await Promise.all([session(), session()]);
      one.set('name', 'Ada');
      return text(other.get('name'));
    },
    '/own': async ({ session }) => {
      await set(session, 'Ada');
      return { body: 'own', headers: { 'Vary': 'Accept', 'Cache-Control': 'private', 'X-Own': '1' }, cookies: ['theme=dark; Path=/', 'lang=en; Path=/'] };
    },
    '/fail': async ({ session }) => {
      await set(session, 'Bob');
      return { status: 500, body: 'own page' };
    },
    '/throw': async ({ session }) => {
      await set(session, 'Bob');
      throw new Error('on purpose');
    },
    '/saved-then-throw': async ({ session }) => {
      const opened = await set(session, 'Eve');
      await opened.save();
      opened.set('name', 'Bob');
      throw new Error('on purpose');
    },
    '/large': async ({ session }) => {
      // Whatever compression makes of it, it is too large.
      const opened = await session();
      opened.set('name', 'Bob');
      opened.set('note', Array.from({ length: 80_000 }, () => Math.random().toString(36).slice(2)).join(''));
      return text('large');
    },
    '/saved-then-large': async ({ session }) => {
      const opened = await set(session, 'Eve');
      await opened.save();
      opened.set('note', Array.from({ length: 80_000 }, () => Math.random().toString(36).slice(2)).join(''));
      return text('large');
    },
    '/redirect': async ({ session }) => {
      await set(session, 'Ada');
      return { redirect: '/read' };
    },
    '/stream': async ({ session }) => {
      await set(session, 'Ada');
      return {
        stream: async function* stream() {
          for (let part = 0; part < 70; part++) yield 'x'.repeat(1000);
        },
      };
    },
    '/late': async ({ session }) => {
      const opened = await set(session, 'Ada');
      return {
        stream: async function* stream() {
          yield 'first';
          await settled();
          try {
            opened.set('name', 'too late');
          } catch (error) {
            notes.late = error;
          }
          yield 'last';
        },
      };
    },
    '/sign-out': async ({ endSession }) => {
      await endSession();
      return { redirect: '/read' };
    },
    '/regenerate': async ({ session }) => {
      const opened = await session();
      await opened.regenerate?.();
      opened.set('name', 'Eve');
      return text('regenerated');
    },
    '/caught': async ({ session }) => {
      const opened = await session().catch(() => undefined);
      return text(opened === undefined ? 'without a session' : 'with one');
    },
    // What is between the request and the routes answers these.
    '/early': async ({ session }) => {
      await set(session, 'Ada');
      return { status: 403, body: 'early' };
    },
  };
}

/** The table of behaviours, which every adapter runs. */
export function behaviours(subject: Subject): void {
  const differs = (difference: Difference): boolean => subject.differs?.includes(difference) ?? false;
  /** Where the contract of the library is another one, the behaviour is not looked for. */
  const unless = (...differences: Difference[]): boolean => !differences.some(differs);
  const check = (title: string, applies: boolean, body: () => Promise<void>): void => void (applies && test(title, body));

  describe(subject.name, () => {
    let table: Table;
    let served: Served;
    let browser: Browser;
    let notes: Notes = {};
    const { error } = console;

    before(async () => {
      table = await Table.start();
      served = await subject.serve(table.sessions(), routes(new Proxy({}, { set: (_, key, value) => Reflect.set(notes, key, value) })));
    });
    beforeEach(() => {
      console.error = () => undefined;
      table.failure = undefined;
      notes = {};
      browser = new Browser(served, table);
      table.takeCalls();
      table.events.length = 0;
    });
    after(async () => {
      console.error = error;
      await served?.stop?.();
      await table?.stop();
    });

    /** A browser whose session is stored. */
    async function known(): Promise<Browser> {
      await browser.get('/set?name=Ada');
      assert.notDeepEqual(browser.cookies, [], 'a cookie came');
      table.takeCalls();
      return browser;
    }

    test('a page without a session makes no call and sets no cookie', async () => {
      const answer = await browser.get('/plain');
      assert.deepEqual([answer.status, answer.body, answer.setCookie, table.takeCalls()], [200, 'hello', [], []]);
    });

    check('a page without a session makes no call for a visitor who has one', unless('reads always'), async () => {
      await known();
      const answer = await browser.get('/plain');
      assert.deepEqual([answer.status, answer.setCookie, answer.headers.vary, table.takeCalls()], [200, [], undefined, []]);
    });

    test('a first visit that only reads makes no call and sets no cookie', async () => {
      const answer = await browser.get('/read');
      assert.deepEqual([answer.body, answer.setCookie, table.takeCalls()], ['nobody', [], []]);
    });

    test('what is set is read in the next request', async () => {
      assert.equal((await browser.get('/set?name=Ada')).status, 200);
      assert.equal((await browser.get('/read')).body, 'Ada');
      await browser.get('/set?name=Eve');
      assert.equal((await browser.get('/read')).body, 'Eve');
    });

    test('two openings in one request give one session', async () => {
      assert.equal((await browser.get('/twice')).body, 'Ada');
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('the cookie of an HTTPS request is Secure', unless('no scheme'), async () => {
      const { setCookie } = await browser.get('/set');
      assert.match(setCookie.join(), /; Secure/);
    });

    check('two parallel requests keep both keys', unless('copies'), async () => {
      await known();
      const other = browser.copy(table);
      const gate = table.hold('updateItem');
      const slow = browser.get('/count');
      await gate.reached;
      await other.get('/set?name=Eve');
      gate.open();
      await slow;
      assert.equal((await browser.get('/both')).body, 'Eve 1');
    });

    test('a sign-out holds against a slow writer', async () => {
      await known();
      const other = browser.copy(table);
      const gate = table.hold('updateItem');
      const slow = other.get('/count');
      await gate.reached;
      const answer = await browser.get('/sign-out');
      gate.open();
      const late = await slow;
      assert.ok(answer.status < 400);
      if (!differs('sets its cookie alone')) assert.deepEqual(late.setCookie.filter((cookie) => !/Max-Age=0|_w=/.test(cookie)), []);
      assert.equal((await other.get('/both')).body, 'undefined undefined');
    });

    check('a sign-out takes the cookie away, and the redirect with it', unless('sets its cookie alone'), async () => {
      await known();
      const answer = await browser.get('/sign-out');
      assert.equal(answer.headers.location, '/read');
      assert.match(answer.setCookie.join(), /^session_id=;.*Max-Age=0/);
      assert.deepEqual(browser.cookies.filter((cookie) => !cookie.startsWith('session_id_w=')), []);
    });

    test('a regenerated session has another id, and the former one is dead', async () => {
      await known();
      const former = browser.copy(table);
      await browser.get('/regenerate');
      assert.notDeepEqual(browser.cookies, former.cookies);
      assert.equal((await browser.get('/read')).body, 'Eve');
      assert.notEqual((await former.get('/read')).body, 'Eve');
    });

    check('a response of 500 stores nothing, sets no cookie and stays as it is', unless('saves failures'), async () => {
      const before = await table.items();
      const answer = await browser.get('/fail');
      assert.deepEqual([answer.status, answer.body, answer.setCookie], [500, 'own page', []]);
      assert.equal(await table.items(), before);
    });

    check('a route that throws stores nothing, sets no cookie and becomes a 500', unless('saves failures'), async () => {
      await known();
      const answer = await browser.get('/throw');
      assert.deepEqual([answer.status, answer.setCookie.filter((cookie) => !cookie.includes('_w='))], [500, []]);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('what was saved before a throw goes out with its cookie on the 500', unless('no save', 'saves failures'), async () => {
      const answer = await browser.get('/saved-then-throw');
      assert.equal(answer.status, 500);
      assert.match(answer.setCookie.join(), /^session_id=[\w-]{43};/);
      assert.equal((await browser.get('/read')).body, 'Eve');
    });

    check('what was saved before a commit that fails goes out with its cookie on the 500', unless('no save', 'saves failures'), async () => {
      const answer = await browser.get('/saved-then-large');
      assert.equal(answer.status, 500);
      assert.match(answer.setCookie.join(), /^session_id=[\w-]{43};/);
      assert.equal((await browser.get('/read')).body, 'Eve');
    });

    check('a session that is too large becomes a 500, and nothing of it is stored', unless('no status', 'saves failures'), async () => {
      await known();
      assert.equal((await browser.get('/large')).status, 500);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    test('a redirect carries the cookie, and finds the session stored', async () => {
      const answer = await browser.get('/redirect');
      assert.ok(answer.status >= 302 && answer.status <= 303);
      assert.equal(answer.headers.location, '/read');
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('a body that is streamed comes whole, and the cookie with its head', unless('no stream'), async () => {
      const answer = await browser.get('/stream');
      assert.equal(answer.body.length, 70_000);
      assert.notDeepEqual(answer.setCookie, []);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('a change after the head throws, and the body goes on', unless('no stream', 'changes late'), async () => {
      const answer = await browser.get('/late');
      assert.equal(answer.body, 'firstlast');
      assert.match(String(notes.late), /committed|commit/);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    test('HEAD sets the cookie as GET does, and has no body', async () => {
      const answer = await browser.get('/set', 'HEAD');
      assert.deepEqual([answer.status, answer.body], [200, '']);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('HEAD does not extend the session', unless('touches at HEAD'), async () => {
      await known();
      table.clock.advanceSeconds(300);
      await browser.get('/read', 'HEAD');
      assert.equal(table.takeCalls().some((call) => call !== 'getItem'), false);
    });

    check('a handler that answers early, before the routes, has its session stored', unless('no early answer'), async () => {
      const answer = await browser.get('/early');
      assert.deepEqual([answer.status, answer.body], [403, 'early']);
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('the application\'s own headers and cookies are kept, and Vary and Cache-Control merged', unless('sets its cookie alone'), async () => {
      const { headers, setCookie } = await browser.get('/own');
      assert.equal(headers['x-own'], '1');
      assert.match(headers.vary ?? '', /Accept.*Cookie/);
      assert.match(headers['cache-control'] ?? '', /private.*no-store/);
      const names = setCookie.map((cookie) => cookie.split('=')[0]).sort();
      assert.deepEqual(names.filter((name) => name !== 'session_id_w'), ['lang', 'session_id', 'theme']);
    });

    check('a page that only reads varies by the cookie', unless('sets its cookie alone'), async () => {
      assert.match((await browser.get('/read')).headers.vary ?? '', /Cookie/i);
    });

    check('a store out of reach becomes 503 with Retry-After, at a read and at a write', unless('no status'), async () => {
      await known();
      for (const path of ['/read', '/set?name=Bob']) {
        table.failure = 'ThrottlingException';
        const answer = await browser.get(path);
        assert.deepEqual([path, answer.status, answer.headers['retry-after'], answer.setCookie], [path, 503, '1', []]);
      }
      table.failure = undefined;
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('a store out of reach at the first write becomes 503 without a cookie', unless('no status', 'saves failures'), async () => {
      table.failure = 'ThrottlingException';
      const answer = await browser.get('/set');
      assert.deepEqual([answer.status, answer.headers['retry-after'], answer.setCookie], [503, '1', []]);
      assert.doesNotMatch(answer.body, /Ada/);
    });

    check('a redirect whose session cannot be stored is not sent', unless('no status', 'saves failures'), async () => {
      table.failure = 'ThrottlingException';
      const answer = await browser.get('/redirect');
      assert.deepEqual([answer.status, answer.headers.location], [503, undefined]);
    });

    check('a missing table becomes 500 without Retry-After', unless('no status'), async () => {
      await known();
      table.failure = 'ResourceNotFoundException';
      const answer = await browser.get('/read');
      assert.deepEqual([answer.status, answer.headers['retry-after']], [500, undefined]);
    });

    check('a sign-out that cannot be done becomes 503, and the cookie stays', unless('no status'), async () => {
      await known();
      table.failure = 'ThrottlingException';
      const answer = await browser.get('/sign-out');
      assert.deepEqual([answer.status, answer.setCookie], [503, []]);
      table.failure = undefined;
      assert.equal((await browser.get('/read')).body, 'Ada');
    });

    check('a route may catch that the store is out of reach, and answer without a session', unless('reads always'), async () => {
      await known();
      table.failure = 'ThrottlingException';
      const answer = await browser.get('/caught');
      assert.deepEqual([answer.status, answer.body], [200, 'without a session']);
    });
  });
}
