import assert from 'node:assert/strict';
import type { Case, Laboratory } from '../runner';
import type { Tab } from '../tab';

/** The verdicts of a race: on this library, and last on the plain store. */
async function verdicts(tab: Tab, button: string): Promise<string[]> {
  await tab.press('races', button);
  await tab.panel('races').getByRole('heading', { name: button }).waitFor();
  return tab.panel('races').locator('.verdict').allTextContents();
}

const race = (button: string, ours: RegExp, plain: RegExp): Case[1] => async ({ newTab }: Laboratory) => {
  const tab = await newTab();
  await tab.open();
  const told = await verdicts(tab, button);
  assert.match(told[0]!, ours);
  assert.match(told.at(-1)!, plain);
  assert.ok((await tab.panel('races').locator('.bar-write, .bar-refused').count()) > 0, 'no write is drawn');
};

export const RACE: readonly Case[] = [
  ['five updates at once are all counted; five sets, and five on the plain store, are not', async ({ newTab }) => {
    const tab = await newTab();
    await tab.open();
    const [update, set, plain] = await verdicts(tab, 'Five clicks at once');
    assert.match(update!, /^Holds\. 5 of 5 were answered 200, and the count is 5: none is lost/);
    assert.match(set!, /^Loses\. 5 of 5 .* the count is [1-4]:/);
    assert.match(plain!, /^Loses\. 5 of 5 .* the count is [1-4]:/);
  }],
  ['five requests that set different keys keep them all; the plain store loses some',
    race('Five different keys at once', /^Holds\. 5 of 5 .* 5 keys/, /^Loses\. 5 of 5 .* [1-4] keys?/)],
  ['a sign-out wins against a slow writer, which is told; on the plain store the session comes back',
    race('Sign-out against a slow writer', /^Holds\. The writer was answered 409, .* stays dead/, /^Loses\. The writer was answered 200, .* alive again/)],
  ['a sign-in beside a loop of writers loses no write that was acknowledged; the plain store does',
    race('Sign-in during a loop of writers', /^Holds\. Signed in\. \d+ writes? .* none is lost\. The old id is dead/, /^Loses\. /)],
  ['two tabs that sign in both keep the cart with what a third put in; on the plain store it is lost',
    race('Two tabs that sign in', /^Holds\. .* in 2 of the 2 new sessions\. The old id is dead/, /^Loses\. .* in [01] of the 2/)],
  ['two browsers that race at the same time do not disturb each other, and neither is signed out', async ({ newTab }) => {
    const [one, other] = [await newTab(), await newTab()];
    await one.signIn();
    await other.signIn('Ben');
    const [first, second] = await Promise.all([verdicts(one, 'Five different keys at once'), verdicts(other, 'Sign-out against a slow writer')]);
    assert.match(first[0]!, /^Holds/);
    assert.match(second[0]!, /^Holds/);
    await one.open();
    await one.reads('shop', 'Hello, Ada');
  }],
];
