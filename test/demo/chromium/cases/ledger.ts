import assert from 'node:assert/strict';
import type { Case } from '../runner';
import type { Tab } from '../tab';

async function rows(tab: Tab): Promise<string[]> {
  const texts = await tab.panel('ledger').locator('tbody').allTextContents();
  return texts.map((text) => text.replace(/\d+ ms/, 'T ms').replace(/\s+/g, ' ').trim());
}

export const LEDGER: readonly Case[] = [
  ['a page that does not use the session makes no call and sets no cookie, signed in or not', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.open('/hours');
    assert.match((await rows(tab))[0]!, /^GET \/hours 200 \$0\.00 no call ?0 ?T ms none$/);
  }],
  ['each request stands with its calls, units and price, and only the requests of this browser', async ({ newTab }) => {
    const [tab, other] = [await newTab(), await newTab()];
    await tab.signIn();
    await other.signIn('Ben');
    await tab.buy('Oolong', 1);
    const [page, cart] = await rows(tab);
    assert.match(page!, /^GET \/ 200 \$0\.125 GetItem consistent ?1 ?T ms ?none$/);
    assert.match(cart!, /^POST \/cart 303 \$0\.75 GetItem consistent ?1 T ms session_id_w UpdateItem 1$/);
    await other.open('/hours');
    assert.ok(!(await tab.text('ledger')).includes('/hours'));
    await tab.reads('ledger', /POST \/cart 2 calls \$0\.75 a million/);
  }],
  ['a month is calculated again while a slider moves, and ours costs less than a fifth of connect-dynamodb', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    const dollars = async () => (await tab.panel('month-result').locator('td.number').allTextContents()).map((text) => Number(text.replace('$', '')));
    const [ours, strong, connect] = await dollars();
    assert.ok(ours! < strong! && strong! < connect!, String([ours, strong, connect]));
    assert.ok(ours! < connect! / 5, String([ours, connect]));
    await tab.page.getByLabel('Requests a month').focus();
    await tab.page.keyboard.press('End');
    await tab.reads('month-result', '200 million requests');
    const [later] = await dollars();
    assert.ok(Math.abs(later! - ours! * 20) < 0.2, String([ours, later]));
  }],
];
