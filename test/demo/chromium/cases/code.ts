import assert from 'node:assert/strict';
import type { Case } from '../runner';

export const CODE: readonly Case[] = [
  ['the lines of the handler that ran stand with the calls that each made', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.buy('Oolong', 1);
    const lines = (await tab.panel('code').locator('.listing').first().innerText());
    assert.match(lines, /await session\.update\('cart'.*\n +↳ UpdateItem\n/);
    assert.match(lines, /const session = await context\.session\(\);\n +↳ GetItem\n/);
    await tab.reads('code', 'the commit had nothing to write');
  }],
  ['what is written after the handler returned is the commit', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.press('shop', 'Keep the price list');
    await tab.reads('code', /After the handler returned, the commit made UpdateItem/);
  }],
  ['the stack, the policy and the environment are those of the template', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    const text = await tab.text('code');
    assert.match(text, /new SessionTable\(this, 'Sessions'/);
    for (const action of ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']) assert.ok(text.includes(`"dynamodb:${action}"`), action);
    assert.ok(!/dynamodb:(?:Scan|Query|Describe|\*)/.test(text));
    assert.match(text, /"SESSION_TABLE_NAME": "Shop-/);
  }],
  ['the whole code can be read', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    await tab.page.getByRole('link', { name: 'The code', exact: true }).click();
    assert.match((await tab.page.textContent('body'))!, /lambdaHandler\(sessions/);
  }],
];
