import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import flash from 'connect-flash';
import { csrfSync } from 'csrf-sync';
import express, { type NextFunction, type Request, type Response } from 'express';
import expressSession from 'express-session';
import { Passport } from 'passport';
import { Strategy } from 'passport-local';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { sessionStore } from '../../../src/runtime/adapters/express-session';
import { Browser } from '../support/browser';
import { serveNode } from '../support/serve';
import type { Served } from '../support/subject';
import { Table } from '../support/table';

type Loose = Record<string, unknown> & { save(done: (error?: unknown) => void): void; destroy(done: (error?: unknown) => void): void };

/** What mounts a session before Passport. */
type Mount = (app: express.Express, table: Table) => void;

const MOUNTS: [string, Mount][] = [
  ['expressSessions with passport()', (app, table) => {
    const shop = expressSessions(table.sessions());
    app.use(shop, shop.passport(), shop.passport());
  }],
  ['express-session with the store', (app, table) => {
    app.use(expressSession({ store: sessionStore(expressSession, table.sessions()), secret: 'secret', resave: false, saveUninitialized: false }));
  }],
];

function sessionIn(request: Request): Loose {
  return request.session as unknown as Loose;
}

/** A shop with a sign-in, messages and forms. */
function appOf(mount: Mount, table: Table): express.Express {
  const passport = new Passport();
  passport.use(new Strategy({ usernameField: 'name', passwordField: 'word' }, (name, word, done) => done(null, word === 'right' ? { name } : false, { message: 'wrong' })));
  passport.serializeUser((user, done) => done(null, (user as { name: string }).name));
  passport.deserializeUser((name, done) => done(null, { name: name as string } as Express.User));
  const { generateToken, csrfSynchronisedProtection } = csrfSync({ getTokenFromRequest: (request) => request.query.token as string });

  const app = express();
  mount(app, table);
  app.use(flash(), passport.initialize(), passport.session());
  app.get('/cart', (request, response) => {
    const session = sessionIn(request);
    session.cart = [...((session.cart as string[] | undefined) ?? []), 'sku'];
    response.send(String((session.cart as string[]).length));
  });
  app.get('/cart/in-place', (request, response) => {
    (sessionIn(request).cart as string[]).push('more');
    response.send('pushed');
  });
  app.get('/sign-in', passport.authenticate('local', { successRedirect: '/me', failureRedirect: '/failed', failureFlash: true }));
  app.get('/sign-in-keeping', passport.authenticate('local', { successRedirect: '/me', keepSessionInfo: true }));
  app.get('/me', (request, response) => {
    const { cart = [] } = sessionIn(request) as { cart?: string[] };
    response.json({ name: (request.user as { name?: string } | undefined)?.name ?? null, cart: cart.length, flash: request.flash('error') });
  });
  app.get('/failed', (_request, response) => response.redirect('/me'));
  app.get('/sign-out', (request, response, next) => request.logout((error) => (error ? next(error) : response.redirect('/me'))));
  app.get('/destroy', (request, response, next) => sessionIn(request).destroy((error) => (error ? next(error) : response.send('gone'))));
  app.get('/keys', (request, response) => {
    const session = sessionIn(request);
    const keys: string[] = [];
    for (const key in session) keys.push(key);
    response.json({ keys: keys.filter((key) => key !== 'cookie').sort(), has: 'cart' in session, json: Object.keys(JSON.parse(JSON.stringify(session)) as object).includes('cart') });
  });
  app.get('/delete', (request, response) => {
    delete sessionIn(request).cart;
    response.send('deleted');
  });
  app.get('/form', (request, response) => response.send(generateToken(request)));
  app.post('/form', csrfSynchronisedProtection, (_request, response) => response.send('taken'));
  app.use((error: Error & { status?: number; statusCode?: number }, _request: Request, response: Response, _next: NextFunction) => {
    response.status(error.status ?? error.statusCode ?? 500).send(error.message);
  });
  return app;
}

for (const [name, mount] of MOUNTS) {
  describe(name, () => {
    let table: Table;
    let served: Served;
    let browser: Browser;
    before(async () => {
      table = await Table.start();
      served = await serveNode(appOf(mount, table));
    });
    after(async () => {
      await served.stop?.();
      await table.stop();
    });
    const visit = (): void => void (browser = new Browser(served, table));
    const me = async (): Promise<unknown> => JSON.parse((await browser.get('/me')).body);

    test('signs in with another id and no data of before, is known afterwards, and signs out', async () => {
      visit();
      await browser.get('/cart');
      const before = browser.copy(table);
      const answer = await browser.get('/sign-in?name=ada&word=right');
      assert.deepEqual([answer.status, answer.headers.location], [302, '/me']);
      assert.notDeepEqual(browser.cookies, before.cookies);
      assert.deepEqual(await me(), { name: 'ada', cart: 0, flash: [] });
      assert.equal((await before.get('/cart')).body, '1', 'the former session is gone');
      const signedIn = browser.copy(table);
      await browser.get('/sign-out');
      assert.deepEqual(await me(), { name: null, cart: 0, flash: [] });
      assert.equal((JSON.parse((await signedIn.get('/me')).body) as { name: unknown }).name, null);
    });

    test('keeps the data where keepSessionInfo asks for it, under another id', async () => {
      visit();
      await browser.get('/cart');
      await browser.get('/cart');
      const before = browser.copy(table);
      await browser.get('/sign-in-keeping?name=ada&word=right');
      assert.notDeepEqual(browser.cookies, before.cookies);
      assert.deepEqual(await me(), { name: 'ada', cart: 2, flash: [] });
    });

    test('a wrong password signs nobody in, and its message is flashed once', async () => {
      visit();
      const answer = await browser.get('/sign-in?name=ada&word=wrong');
      assert.equal(answer.headers.location, '/failed');
      await browser.get('/failed');
      assert.deepEqual(await me(), { name: null, cart: 0, flash: ['wrong'] });
      assert.deepEqual(await me(), { name: null, cart: 0, flash: [] });
    });

    test('a value changed in place is stored, and a deleted one is gone', async () => {
      visit();
      await browser.get('/cart');
      await browser.get('/cart/in-place');
      assert.deepEqual(await me(), { name: null, cart: 2, flash: [] });
      await browser.get('/delete');
      assert.deepEqual(await me(), { name: null, cart: 0, flash: [] });
    });

    test('for-in, in and JSON see the data and no method', async () => {
      visit();
      await browser.get('/cart');
      const { keys, has, json } = JSON.parse((await browser.get('/keys')).body) as { keys: string[]; has: boolean; json: boolean };
      assert.deepEqual([keys.filter((key) => ['regenerate', 'save', 'destroy'].includes(key)), keys.includes('cart'), has, json], [[], true, true, true]);
    });

    test('a form is taken with the token of a CSRF middleware, and refused without', async () => {
      visit();
      const { body: token } = await browser.get('/form');
      assert.deepEqual([(await browser.get(`/form?token=${token}`, 'POST')).body, (await browser.get('/form?token=other', 'POST')).status], ['taken', 403]);
    });

    test('destroy ends the session', async () => {
      visit();
      await browser.get('/cart');
      const former = browser.copy(table);
      assert.equal((await browser.get('/destroy')).body, 'gone');
      assert.equal((await former.get('/cart')).body, '1');
    });

    test('a sign-in while the store is out of reach is refused with 503', async () => {
      visit();
      await browser.get('/cart');
      table.failure = 'ThrottlingException';
      const answer = await browser.get('/sign-in?name=ada&word=right');
      table.failure = undefined;
      assert.deepEqual([answer.status, answer.setCookie], [503, []]);
      assert.equal(((await me()) as { name: unknown }).name, null);
    });
  });
}

test('passport() beside another session middleware says so', async () => {
  const table = await Table.start();
  const shop = expressSessions(table.sessions());
  const app = express();
  app.use(expressSession({ secret: 'x', resave: false, saveUninitialized: false }), shop, shop.passport());
  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => response.status(500).send(error.message));
  const served = await serveNode(app);
  assert.match((await served.ask({ path: '/', method: 'GET', cookies: [] })).body, /req\.session exists already; another session middleware made it/);
  await served.stop!();
  await table.stop();
});
