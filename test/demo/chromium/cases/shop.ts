import assert from 'node:assert/strict';
import type { Case } from '../runner';

export const SHOP: readonly Case[] = [
  ['whoever signs in is greeted, and finds the cart in a second tab too', async ({ newTab, besides }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.buy('Oolong', 1);
    await tab.buy('Oolong', 2);
    const second = await besides(tab);
    await second.open();
    await second.reads('shop', 'Oolong × 2');
    await second.reads('shop', /Signed in since \d\d:\d\d:\d\d\. Ends at \d\d:\d\d:\d\d/);
  }],
  ['a sign-out is told apart from never having been there, and the cookie is gone', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    await tab.reads('shop', 'You have no session yet');
    await tab.signIn();
    await tab.press('shop', 'Sign out');
    await tab.reads('shop', 'You have signed out.');
    assert.equal(await tab.sessionId(), undefined);
  }],
  ['a tab that was left behind is told what it tried, once', async ({ newTab, besides }) => {
    const tab = await newTab();
    await tab.signIn();
    const stale = await besides(tab);
    await stale.open();
    await tab.press('shop', 'Sign out');
    await tab.reads('shop', 'You have signed out.');
    await stale.press('shop', 'Lemon cake');
    await stale.reads('shop', '“Lemon cake” was not put into a cart');
    await stale.open();
    await stale.lacks('shop', 'was not put into a cart');
  }],
  ['a session that was ended elsewhere is told apart from a sign-out', async ({ newTab }) => {
    const [tab, other] = [await newTab(), await newTab()];
    await tab.signIn();
    await other.page.context().addCookies(await tab.page.context().cookies());
    await tab.press('shop', 'Sign out');
    await tab.reads('shop', 'You have signed out.');
    await other.open();
    await other.reads('shop', 'the cookie of a session that is not alive');
  }],
];
