import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Case } from '../runner';
import type { Tab } from '../tab';

/** Everything that the page can show: a session, a race, a fault, each fold open. */
async function fill(tab: Tab): Promise<void> {
  await tab.signIn();
  await tab.press('shop', 'Keep the price list');
  await tab.reads('shop', 'Drop the price list');
  await tab.press('faults', 'throttled');
  await tab.reads('faults', 'Armed');
  await tab.buy('Oolong', 1);
  await tab.press('races', 'Five different keys at once');
  await tab.panel('races').getByRole('heading', { name: 'Five different keys at once' }).waitFor();
  await tab.press('faults', 'silence');
  await tab.reads('faults', 'Armed');
  for (const summary of await tab.page.locator('summary').all()) await summary.click();
}

/** What axe's default rules find. */
async function violations(tab: Tab): Promise<string[]> {
  await tab.page.evaluate(axe.source);
  const found = (await tab.page.evaluate('axe.run()')) as axe.AxeResults;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ').slice(0, 300)}`);
}

async function overflow(tab: Tab): Promise<number> {
  return (await tab.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number;
}

const looks: readonly Case[] = (['light', 'dark'] as const).flatMap((colorScheme) => [1280, 390].map((width): Case => [
  `at ${width} pixels in ${colorScheme}, axe finds nothing and nothing hangs over`,
  async ({ newTab }) => {
    const tab = await newTab({ viewport: { width, height: 844 }, colorScheme });
    await tab.open();
    assert.deepEqual(await violations(tab), []);
    assert.equal(await overflow(tab), 0);
    await fill(tab);
    assert.deepEqual(await violations(tab), []);
    assert.equal(await overflow(tab), 0);
  },
]));

export const PAGE: readonly Case[] = [
  ...looks,
  ['on a narrow screen the price stays in sight', async ({ newTab }) => {
    const tab = await newTab({ viewport: { width: 390, height: 844 } });
    await tab.signIn();
    await tab.page.evaluate('scrollTo(0, document.body.scrollHeight)');
    const { y, height } = (await tab.page.locator('.price-bar').boundingBox())!;
    assert.ok(y >= 0 && Math.round(y + height) <= 844, `${y} ${height}`);
  }],
  ['without scripts every form works', async ({ newTab }) => {
    const tab = await newTab({ javaScriptEnabled: false });
    await tab.signIn();
    await tab.buy('Oolong', 1);
    await tab.press('stored', 'Seal what is stored');
    await tab.reads('notices', 'now seals');
    await tab.press('stored', 'Store in plain text again');
    await tab.reads('notices', 'plain values again');
    await tab.press('faults', 'throttled');
    await tab.reads('faults', 'Armed: throttled');
    await tab.buy('Oolong', 2);
    await tab.reads('faults', 'The last one: throttled');
    await tab.press('races', 'Five different keys at once');
    await tab.reads('races', /Holds\..*Loses\./s);
    await tab.press('devices', 'Phone');
    await tab.reads('devices', 'sessions of Ada');
    await tab.press('life', '21 seconds pass');
    await tab.reads('notices', 'was dropped');
    await tab.press('month', 'Calculate');
    await tab.reads('month-result', '10 million requests');
    await tab.press('shop', 'Sign out');
    await tab.reads('shop', 'You have signed out.');
  }],
  ['the keyboard alone is enough, and the focus stays where it was', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    const { keyboard } = tab.page;
    const words = () => tab.page.evaluate('(document.activeElement.textContent || document.activeElement.name || "").trim()') as Promise<string>;
    const tabTo = async (wanted: string) => {
      for (let step = 0; step < 80; step++) {
        await keyboard.press('Tab');
        if ((await words()).endsWith(wanted)) return;
      }
      throw new Error(`The focus never came to ${wanted}`);
    };
    await keyboard.press('Tab');
    assert.equal(await words(), 'To the shop');
    await tabTo('name');
    await keyboard.type('Ada');
    await keyboard.press('Enter');
    await tab.reads('shop', 'Hello, Ada');
    await tabTo('Oolong');
    await keyboard.press('Space');
    await tab.reads('shop', 'Oolong × 1');
    assert.ok((await words()).endsWith('Oolong'));
    await keyboard.press('Enter');
    await tab.reads('shop', 'Oolong × 2');
    await tabTo('Five different keys at once');
    await keyboard.press('Enter');
    await tab.reads('races', /Holds\./);
  }],
];
