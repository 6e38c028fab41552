import assert from 'node:assert/strict';
import type { Case } from '../runner';

const untilDay = /Ends at \d\d:\d\d:\d\d/;

export const LIFE: readonly Case[] = [
  ['after 21 seconds the mark of a recent write is dropped, and the read is eventual', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.press('life', '21 seconds pass');
    await tab.reads('notices', 'session_id_w was dropped');
    await tab.reads('ledger', /GET \/ 200 \$0\.0625 GetItem eventual/);
    assert.ok(!(await tab.page.context().cookies()).some(({ name }) => name === 'session_id_w'));
  }],
  ['after two minutes and no sooner a page extends the session', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.open();
    await tab.reads('ledger', /^(?:(?!UpdateItem).)*$/s);
    const before = untilDay.exec(await tab.text('shop'))?.[0];
    await tab.press('life', '2 minutes pass');
    await tab.reads('notices', '2 minutes have passed');
    await tab.reads('ledger', /UpdateItem/);
    await tab.open();
    assert.notEqual(untilDay.exec(await tab.text('shop'))?.[0], before);
  }],
  ['after twenty minutes without use the session has ended, which is told', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.press('life', '20 minutes pass');
    await tab.reads('shop', 'a session that is not alive');
    await tab.reads('life', 'the session is dead');
  }],
  ['whoever asked to be remembered is still there twelve hours later, and not after the absolute end', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    await tab.panel('shop').getByLabel('Your name').fill('Ada');
    await tab.panel('shop').getByLabel('Remember me').check();
    await tab.press('shop', 'Sign in');
    await tab.reads('shop', 'Hello, Ada');
    await tab.press('life', '12 hours pass');
    await tab.reads('notices', '12 hours have passed');
    await tab.reads('shop', 'Hello, Ada');
    await tab.press('life', '12 hours pass');
    await tab.reads('notices', /session_id.* was dropped/);
    await tab.reads('shop', 'You have no session yet');
  }],
  ['the present moves along the line by itself', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    const place = async () => (await tab.page.locator('.life-now').getAttribute('x'))!;
    const next = async (before: string) => {
      await tab.page.locator(`.life-now[x="${before}"]`).waitFor({ state: 'detached' });
      return place();
    };
    // The first is the server's, rounded; the script's own follow.
    const first = await next(await place());
    const second = await next(first);
    assert.ok(Number(second) > Number(first), `${first} ${second}`);
  }],
];
