import assert from 'node:assert/strict';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Case } from '../runner';

/** A request with any Host, which `fetch` does not let one choose. */
async function statusOf(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    send({ host: hostname, port, path, method: 'POST', headers }, (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject).end();
  });
}

export const HOSTILE: readonly Case[] = [
  ['two hundred clicks as fast as they come are all counted', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.page.evaluate("for (let click = 0; click < 200; click++) document.querySelector('#shop button[value=Oolong]').click()");
    await tab.reads('shop', 'Oolong × 200');
  }],
  ['two hundred requests in the same moment leave the page whole, and those that were answered well are counted, no more and no fewer', async ({ newTab, expectErrors }) => {
    expectErrors(/50[03]/);
    const tab = await newTab();
    await tab.signIn();
    const answered = (await tab.page.evaluate(`(async () => {
      const form = document.querySelector('#shop form[action="/cart"]');
      const body = new URLSearchParams(new FormData(form, form.querySelector('button[value=Oolong]')));
      const statuses = await Promise.all(Array.from({ length: 200 }, () => fetch('/cart', { method: 'POST', body, redirect: 'manual' }).then(({ type }) => type)));
      return statuses.filter((type) => type === 'opaqueredirect').length;
    })()`)) as number;
    await tab.open();
    const count = Number(/Oolong × (\d+)/.exec(await tab.text('shop'))?.[1]);
    assert.ok(answered > 0);
    assert.equal(count, answered);
    await tab.reads('shop', 'Hello, Ada');
  }],
  ['a form of another site is refused, changes nothing and is told', async ({ newTab, besides, url, expectErrors }) => {
    expectErrors(/403/);
    const tab = await newTab();
    await tab.signIn();
    const attacker = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post" action="${url}/cart"><button name="item" value="Oolong">Win a prize</button></form>
<form method="post" action="${url}/lab/clock"><button name="seconds" value="43200">Win another</button></form>`);
    });
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
    const evil = `http://localhost:${(attacker.address() as AddressInfo).port}`;
    const other = await besides(tab);
    await other.page.goto(evil);
    await other.page.getByText('Win a prize').click();
    await other.reads('shop', 'verifyCsrf() said no');
    await other.page.goto(evil);
    await other.page.getByText('Win another').click();
    await other.page.getByText('did not come from a page of the laboratory').waitFor();
    attacker.closeAllConnections();
    attacker.close();
    await tab.open();
    await tab.reads('shop', 'It is empty.');
  }],
  ['a cookie of another run is told and does no harm, and signing in replaces it', async ({ newTab, url }) => {
    const tab = await newTab();
    const cookie = { value: 'x'.repeat(43), url: `${url}/`, secure: true, httpOnly: true, sameSite: 'Strict' as const };
    await tab.page.context().addCookies([{ ...cookie, name: 'session_id' }, { ...cookie, name: 'laboratory', value: 'y'.repeat(16), secure: false }]);
    await tab.open();
    await tab.reads('shop', 'was never in this table');
    await tab.reads('stored', 'the cookie is of another run');
    await tab.signIn();
    assert.notEqual(await tab.sessionId(), cookie.value);
  }],
  ['a switch with nonsense says so and changes nothing', async ({ newTab, expectErrors }) => {
    expectErrors(/40[45]/);
    const tab = await newTab();
    await tab.open();
    const answers = (await tab.page.evaluate(`Promise.all([['/lab/clock', 'seconds=-5'], ['/lab/race', 'race=__proto__'], ['/lab/fault', 'fault=constructor'],
      ['/lab/nothing', ''], ['/lab/constructor', '']].map(([path, body]) => fetch(path, { method: 'POST', body: new URLSearchParams(body) }).then(({ status }) => status)))`)) as number[];
    assert.deepEqual(answers, [200, 200, 200, 404, 404]);
    assert.equal(((await tab.page.evaluate("fetch('/lab/clock').then(({ status }) => status)")) as number), 405);
    await tab.open();
    await tab.panel('shop').waitFor();
  }],
  ['the laboratory answers to the names of this machine alone', async ({ url }) => {
    assert.equal(await statusOf(url, '/lab/clock', { host: 'laboratory.example' }), 403);
    assert.equal(await statusOf(url, '/', { host: 'localhost.example' }), 403);
    assert.equal(await statusOf(url, '/lab/clock', { host: 'localhost', origin: 'http://localhost.example' }), 403);
    assert.equal(await statusOf(url, '/lab/clock', { 'host': 'localhost', 'sec-fetch-site': 'same-site' }), 403);
    assert.equal(await statusOf(url, '/lab/clock', { host: 'localhost' }), 303);
  }],
];
