import assert from 'node:assert/strict';
import type { Case, Laboratory } from '../runner';
import type { Tab } from '../tab';

/** Arms a fault and then buys something. */
async function suffer({ newTab }: Laboratory, fault: string): Promise<Tab> {
  const tab = await newTab();
  await tab.signIn();
  await tab.press('faults', fault);
  await tab.reads('faults', `Armed: ${fault}`);
  await tab.press('shop', 'Oolong');
  await tab.reads('faults', `The last one: ${fault}`);
  return tab;
}

/** The cookie stays, so all is well with the next request. */
async function goesOn(tab: Tab, count: number): Promise<void> {
  assert.notEqual(await tab.sessionId(), undefined);
  await tab.open();
  await tab.reads('shop', 'Hello, Ada');
  await tab.buy('Oolong', count);
}

export const FAULT: readonly Case[] = [
  ['a throttled request is repeated, and its visitor sees nothing of it', async (laboratory) => {
    const tab = await suffer(laboratory, 'throttled');
    await tab.reads('shop', 'Oolong × 1');
    await tab.reads('faults', /Status 303 Retry-After none Attempts that failed 2 of 4/);
    await tab.reads('faults', /GetItem \(throttled\), GetItem \(throttled\), GetItem/);
    await goesOn(tab, 2);
  }],
  ['an unavailable table is 503 with Retry-After, and the cookie stays', async (laboratory) => {
    laboratory.expectErrors(/503/);
    const tab = await suffer(laboratory, '500');
    await tab.reads('shop', 'The function answered 503');
    await tab.reads('faults', /Status 503 Retry-After 1 Attempts that failed 5 of 5 Session cookie stays/);
    await goesOn(tab, 1);
  }],
  ['a call without an answer is given up and repeated', async (laboratory) => {
    const tab = await suffer(laboratory, 'silence');
    await tab.reads('shop', 'Oolong × 1');
    await tab.reads('faults', /GetItem \(no answer\), GetItem/);
    await goesOn(tab, 2);
  }],
  ['an update whose answer is lost is applied once', async (laboratory) => {
    const tab = await suffer(laboratory, 'lost response');
    await tab.reads('faults', /UpdateItem \(done, answer lost\), UpdateItem \(condition not met\)/);
    await tab.reads('shop', 'Oolong × 1');
    await goesOn(tab, 2);
  }],
  ['a role that may not is 500 without Retry-After, at once, and the cookie stays', async (laboratory) => {
    laboratory.expectErrors(/500/);
    const tab = await suffer(laboratory, 'denied');
    await tab.reads('faults', /Status 500 Retry-After none Attempts that failed 1 of 1 Session cookie stays/);
    await goesOn(tab, 1);
  }],
  ['an update that is delivered after all is over changes nothing', async (laboratory) => {
    const tab = await suffer(laboratory, 'delivered late');
    await tab.page.waitForTimeout(600);
    await tab.open();
    await tab.reads('faults', /UpdateItem \(delivered late: condition not met\), UpdateItem/);
    await tab.reads('shop', 'Oolong × 1');
    await goesOn(tab, 2);
  }],
  ['a fault that was armed can be taken back', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.press('faults', '500');
    await tab.reads('faults', 'Armed: 500');
    await tab.press('faults', '500');
    await tab.panel('faults').getByText('Armed').waitFor({ state: 'detached' });
    await tab.buy('Oolong', 1);
  }],
];
