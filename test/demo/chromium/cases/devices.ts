import assert from 'node:assert/strict';
import type { Case } from '../runner';

export const DEVICE: readonly Case[] = [
  ['a visitor signs in on other devices, lists them, and ends one of them', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn('Dora');
    await tab.press('devices', 'Phone');
    await tab.reads('devices', '2 sessions of Dora');
    await tab.press('devices', 'Laptop');
    await tab.reads('devices', '3 sessions of Dora');
    await tab.reads('devices', /This browser \(here\)/);
    await tab.press('devices', 'End Phone');
    await tab.reads('devices', '2 sessions of Dora');
    await tab.reads('devices', /Phone is signed out, Laptop is signed in/);
    await tab.reads('ledger', /POST \/devices\/end/);
    await tab.reads('code', /\.end\(form\.get\('ref'\).*TransactWriteItems/s);
  }],
  ['a fourth device signs out the oldest', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn('Emil');
    for (const [index, device] of ['Phone', 'Tablet', 'Laptop'].entries()) {
      await tab.press('life', '21 seconds pass');
      await tab.reads('notices', '21 seconds have passed');
      await tab.press('devices', device);
      await tab.reads('devices', index < 2 ? `${index + 2} sessions of Emil` : 'Laptop is signed in');
    }
    await tab.open();
    await tab.reads('shop', 'a session that is not alive');
    await tab.press('devices', 'List the devices');
    await tab.reads('devices', /Nobody is signed in here.*Phone is signed in, Tablet is signed in, Laptop is signed in/s);
  }],
  ['all others can be ended, and then all', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn('Fay');
    await tab.press('devices', 'Phone');
    await tab.reads('devices', '2 sessions of Fay');
    await tab.press('devices', 'End all others');
    await tab.reads('devices', /1 session of Fay.*Phone is signed out/s);
    await tab.press('devices', 'Phone');
    await tab.reads('devices', '2 sessions of Fay');
    await tab.press('devices', 'End all, this one too');
    await tab.reads('devices', /Nobody is signed in here.*Phone is signed out/s);
    await tab.reads('shop', 'a session that is not alive');
  }],
  ['two real browsers of one name are two devices, and one ends the other', async ({ newTab }) => {
    const [one, other] = [await newTab(), await newTab()];
    await one.signIn('Gil');
    await other.signIn('Gil');
    await one.press('devices', 'List the devices');
    await one.reads('devices', '2 sessions of Gil');
    await one.press('devices', 'End all others');
    await one.reads('devices', '1 session of Gil');
    await other.press('shop', 'Oolong');
    await other.reads('shop', '“Oolong” was not put into a cart');
    assert.notEqual(await one.sessionId(), undefined);
  }],
  ['whoever is not signed in has no devices, and is told so', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    await tab.press('devices', 'Phone');
    await tab.reads('notices', 'Sign in in the shop first');
  }],
];
