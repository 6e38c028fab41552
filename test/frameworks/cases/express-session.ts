import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import express, { type Request } from 'express';
import expressSession, { type SessionOptions } from 'express-session';
import { sessionStore } from '../../../src/runtime/adapters/express-session';
import { Browser } from '../support/browser';
import { serveNode } from '../support/serve';
import { Table } from '../support/table';

type Loose = Record<string, unknown> & expressSession.Session;
type Store = ReturnType<typeof sessionStore>;

let table: Table;
before(async () => {
  table = await Table.start();
});
beforeEach(() => {
  table.failure = undefined;
});
after(() => table.stop());

function sessionIn(request: Request): Loose {
  return request.session as Loose;
}

/** An application as it would be with any other store. */
async function serve(options: Partial<SessionOptions> = {}, factory: Parameters<Table['sessions']>[0] = {}) {
  const store = sessionStore(expressSession, table.sessions(factory));
  const app = express();
  app.use(expressSession({ store, secret: 'secret', resave: false, saveUninitialized: false, ...options }));
  app.get('/set', (request, response) => {
    Object.assign(sessionIn(request), request.query);
    response.json(request.query);
  });
  app.get('/get', (request, response) => response.json({ ...sessionIn(request), cookie: undefined }));
  app.get('/maxAge', (request, response) => response.send(String(sessionIn(request).cookie.originalMaxAge)));
  app.get('/remember', (request, response) => {
    sessionIn(request).cookie.maxAge = 86_400_000;
    response.send('remembered');
  });
  app.get('/forget-user', (request, response) => {
    delete sessionIn(request).user;
    response.send('forgotten');
  });
  app.get('/touch', (request, response) => {
    sessionIn(request).touch();
    response.send('touched');
  });
  app.get('/reload', (request, response, next) => {
    sessionIn(request).user = 'unsaved';
    sessionIn(request).reload((error) => (error ? next(error) : response.json({ user: sessionIn(request).user })));
  });
  app.get('/save-twice', (request, response, next) => {
    sessionIn(request).user = 'one';
    sessionIn(request).save((error) => {
      if (error) return next(error);
      sessionIn(request).count = 2;
      response.send('saved');
    });
  });
  app.get('/null', (request, response) => {
    Object.assign(request, { session: null });
    response.send('null');
  });
  app.get('/odd', (request, response) => {
    Object.assign(sessionIn(request), { when: new Date(0), nothing: undefined, nested: { nothing: undefined, list: [1, undefined] }, NaN: NaN });
    response.send('odd');
  });
  const served = await serveNode(app);
  return { store, served, browser: new Browser(served, table) };
}

async function json(browser: Browser, path = '/get'): Promise<Record<string, unknown>> {
  return JSON.parse((await browser.get(path)).body) as Record<string, unknown>;
}

describe('what a request costs', () => {
  test('one strong read, one write of what changed, and nothing for a page that only reads', async () => {
    const { browser, served } = await serve();
    table.takeCalls();
    await browser.get('/set?user=ada');
    assert.deepEqual(table.takeCalls(), ['putItem']);
    await browser.get('/get');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)']);
    await browser.get('/set?cart=1');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)', 'updateItem']);
    await browser.get('/set?cart=1');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)']);
    await served.stop!();
  });

  test('a session is extended after the reissue time, and not before', async () => {
    const { browser, served } = await serve();
    await browser.get('/set?user=ada');
    table.takeCalls();
    table.clock.advanceSeconds(60);
    await browser.get('/get');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)']);
    table.clock.advanceSeconds(61);
    await browser.get('/get');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)', 'updateItem']);
    table.clock.advanceSeconds(1199);
    assert.deepEqual(await json(browser), { user: 'ada' });
    await served.stop!();
  });

  test('a rolling cookie is sent each time and rewrites nothing', async () => {
    const { browser, served } = await serve({ rolling: true, cookie: { maxAge: 600_000 } });
    await browser.get('/set?user=ada');
    table.takeCalls();
    const { setCookie } = await browser.get('/get');
    assert.match(setCookie.join(), /^connect\.sid=.*Expires=/);
    assert.deepEqual(table.takeCalls(), ['getItem(strong)']);
    await served.stop!();
  });
});

describe('what an application does with its session', () => {
  test('remember me lengthens the session, although express-session counts it as no change', async () => {
    const { browser, served } = await serve();
    await browser.get('/set?user=ada');
    await browser.get('/remember');
    table.clock.advanceSeconds(80_000);
    assert.deepEqual(await json(browser), { user: 'ada' });
    // express-session counts down by the clock of the machine.
    assert.match(String((await browser.get('/maxAge')).body), /^86(?:400000|399\d{3})$/);
    table.clock.advanceSeconds(86_401);
    assert.deepEqual(await json(browser), {});
    await served.stop!();
  });

  test('a cookie that lasts says how long the session does', async () => {
    const { browser, served } = await serve({ cookie: { maxAge: 7200_000 } });
    await browser.get('/set?user=ada');
    table.clock.advanceSeconds(7100);
    assert.deepEqual(await json(browser), { user: 'ada' });
    await served.stop!();
  });

  test('a deleted key is deleted, and no other', async () => {
    const { browser, served } = await serve();
    await browser.get('/set?user=ada&theme=dark');
    await browser.get('/forget-user');
    assert.deepEqual(await json(browser), { theme: 'dark' });
    await served.stop!();
  });

  test('reload brings back what is stored', async () => {
    const { browser, served } = await serve();
    await browser.get('/set?user=ada');
    assert.deepEqual(await json(browser, '/reload'), { user: 'ada' });
    assert.deepEqual(await json(browser), { user: 'ada' });
    await served.stop!();
  });

  test('touch and two saves in one request are as with any store', async () => {
    const { browser, served } = await serve();
    await browser.get('/save-twice');
    await browser.get('/touch');
    assert.deepEqual(await json(browser), { user: 'one', count: 2 });
    await served.stop!();
  });

  test('a session set to null ends where the option unset says so', async () => {
    const { browser, served } = await serve({ unset: 'destroy' });
    await browser.get('/set?user=ada');
    await browser.get('/null');
    assert.deepEqual(await json(browser), {});
    await served.stop!();
  });

  test('values that JSON changes are stored as JSON has them, as by any store', async () => {
    const { browser, served } = await serve();
    await browser.get('/odd');
    assert.deepEqual(await json(browser), { when: '1970-01-01T00:00:00.000Z', nested: { list: [1, null] }, NaN: null });
    await served.stop!();
  });

  test('with resave every request writes nothing that is not changed', async () => {
    const { browser, served } = await serve({ resave: true, saveUninitialized: true });
    await browser.get('/get');
    table.takeCalls();
    await browser.get('/get');
    assert.deepEqual(table.takeCalls(), ['getItem(strong)']);
    await served.stop!();
  });
});

describe('sessions that end meanwhile', () => {
  test('a destroyed session is not written again by a request under way, and an event tells', async () => {
    const { browser, store, served } = await serve();
    await browser.get('/set?user=ada');
    const gate = table.hold('updateItem');
    table.events.length = 0;
    const slow = browser.get('/set?cart=1');
    await gate.reached;
    const id = decodeURIComponent(/connect\.sid=s%3A([^.]+)/.exec(browser.cookies.join())![1]!);
    await new Promise<void>((resolve, reject) => store.destroy(id, (error) => (error ? reject(error as Error) : resolve())));
    gate.open();
    assert.equal((await slow).status, 200);
    assert.deepEqual(await json(browser), {});
    assert.ok(table.events.includes('ended'));
    await served.stop!();
  });

  test('an id that was destroyed is not taken again', async () => {
    const { store, served } = await serve();
    const call = (action: (done: (error?: unknown) => void) => void): Promise<void> => new Promise((resolve, reject) => action((error) => (error ? reject(error as Error) : resolve())));
    await call((done) => store.set('an-id', { user: 'ada', cookie: {} }, done));
    await call((done) => store.destroy('an-id', done));
    await assert.rejects(call((done) => store.set('an-id', { user: 'eve', cookie: {} }, done)), { code: 'conflict' });
    await served.stop!();
  });

  test('a store without createSession reads before it writes, and writes nothing into a destroyed session', async () => {
    const store: Store = sessionStore(table.sessions());
    await store.set('other-id', { user: 'ada' }, undefined);
    await store.set('other-id', { user: 'eve' }, undefined);
    assert.deepEqual(await store.get('other-id', undefined), { user: 'eve' });
    await store.destroy('other-id', {});
    await store.set('other-id', { user: 'bob' }, undefined);
    assert.equal(await store.get('other-id', undefined), undefined);
  });
});

describe('bad input', () => {
  test('a cookie whose id is no text of 1 to 1,024 bytes ends in no session', async () => {
    const { served, store } = await serve();
    assert.equal(await (store.get('', undefined) as unknown), undefined);
    const answer = await served.ask({ path: '/get', method: 'GET', cookies: [`connect.sid=s%3A${'x'.repeat(3000)}.forged`] });
    assert.equal(answer.status, 200);
    await served.stop!();
  });

  test('arguments in the wrong order are refused by name', () => {
    assert.throws(() => sessionStore(table.sessions() as never, expressSession as never), /sessionStore: sessions is a function/);
  });

  test('a session larger than an item of DynamoDB is refused, and express-session hands the error on', async () => {
    const store = sessionStore(table.sessions({ compress: false }));
    await assert.rejects(async () => store.set('large', { note: 'x'.repeat(500_000) }, undefined), { code: 'too-large' });
  });
});

test('the ids are in no item of the table', async () => {
  const { browser, served } = await serve();
  await browser.get('/set?user=ada');
  const id = /connect\.sid=s%3A([^.]+)/.exec(browser.cookies.join())![1]!;
  const items = await table.scan();
  assert.equal(JSON.stringify(items).includes(id), false);
  await served.stop!();
});
