import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import { startEmbeddedTable } from '../../../src/testing';
import { serveNode } from '../support/serve';
import type { Served } from '../support/subject';
import { Table } from '../support/table';

// The example has its packages where it is deployed; here they are those of this folder.
process.env['NODE_PATH'] = fileURLToPath(new URL('../node_modules', import.meta.url));
const require = createRequire(import.meta.url);
(require('node:module') as { _initPaths(): void })._initPaths();

describe('the example for Express', () => {
  let table: Table;
  let served: Served & { readonly port: number };
  before(async () => {
    table = await Table.start();
    const { shopOf } = require('../../../examples/express/shop.ts') as typeof import('../../../examples/express/shop');
    served = await serveNode(shopOf(table.sessions()));
  });
  after(async () => {
    await served?.stop?.();
    await table.stop();
  });

  /** A form as a browser sends it. */
  async function post(path: string, body: string, cookies: readonly string[], site = 'same-origin') {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': site, 'cookie': cookies.join('; ') };
    const response = await fetch(`http://127.0.0.1:${served.port}${path}`, { method: 'POST', body, headers, redirect: 'manual' });
    return { status: response.status, cookies: response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!).filter((cookie) => !cookie.endsWith('=')) };
  }

  const page = async (cookies: readonly string[]): Promise<unknown> => JSON.parse((await served.ask({ path: '/', method: 'GET', cookies })).body);

  test('signs in with the cart of before, and out', async () => {
    const { cookies } = await post('/cart', '', []);
    assert.deepEqual(await page(cookies), { cart: ['tea'] });
    const signedIn = await post('/sign-in', 'username=ada&password=demo', cookies);
    assert.deepEqual(await page(signedIn.cookies), { user: 'ada', cart: ['tea'] });
    assert.deepEqual(await page(cookies), { cart: [] });
    assert.equal((await post('/sign-out', '', signedIn.cookies)).status, 303);
    assert.deepEqual(await page(signedIn.cookies), { cart: [] });
  });

  test('a wrong password signs nobody in, and a form of another site is refused', async () => {
    const { cookies } = await post('/cart', '', []);
    const refused = await post('/sign-in', 'username=ada&password=wrong', cookies);
    assert.deepEqual([refused.status, await page(cookies)], [302, { cart: ['tea'] }]);
    assert.equal((await post('/cart', '', cookies, 'cross-site')).status, 403);
  });
});

describe('the example for Hono', () => {
  test('adds to the cart with the token of its form, and forgets the visitor', async () => {
    const table = await startEmbeddedTable();
    Object.assign(process.env, table.environment, { SESSION_TABLE_OPTIONS: '{"cookie":{"name":"__Host-session"}}' });
    const { shop } = await import('../../../examples/hono/handler') as unknown as { shop: Hono };
    const first = await shop.request('https://shop.example/cart', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams() });
    assert.equal(first.status, 303);
    const cookie = first.headers.getSetCookie().map((text) => text.split(';')[0]).join('; ');
    const page = await (await shop.request('https://shop.example/', { headers: { cookie } })).text();
    assert.match(page, /Tea is in your cart/);
    assert.match(page, /1 items/);
    const refused = await shop.request('https://shop.example/cart', { method: 'POST', headers: { cookie, 'sec-fetch-site': 'cross-site' }, body: new URLSearchParams() });
    assert.equal(refused.status, 403);
    await table.stop();
  });
});
