import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Case } from '../runner';

export const STORED: readonly Case[] = [
  ['the stored session shows the cookies as they were, the key as the hash of the id, and each attribute with its bytes', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn('Grace');
    const id = (await tab.sessionId())!;
    const text = await tab.text('stored');
    assert.ok(text.includes(`session_id=${id}; session_id_w=1`), text);
    assert.ok(text.includes(`session_id=${id}; Path=/; Secure; HttpOnly; SameSite=Strict`), text);
    assert.ok(text.includes(createHash('sha256').update(id).digest('hex')), text);
    for (const name of ['sid B', 'exp N', 'iat N', 'iss N', 'ver N', 'abs N', 'dat M']) assert.ok(text.includes(name), name);
    assert.match(text, /name plain, 7 bytes "Grace"/);
    assert.match(text, /Together ?\d+/);
  }],
  ['a value of more than 2 KiB is stored compressed', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn();
    await tab.press('shop', 'Keep the price list');
    await tab.reads('stored', /priceList compressed, \d+ bytes/);
  }],
  ['the switch seals what is written from then on, which stays readable for its visitor', async ({ newTab }) => {
    const tab = await newTab();
    await tab.signIn('Grace');
    await tab.press('stored', 'Seal what is stored');
    await tab.reads('notices', 'now seals each value');
    await tab.buy('Oolong', 1);
    await tab.reads('stored', /cart sealed, \d+ bytes/);
    await tab.reads('stored', /name plain, 7 bytes/);
    await tab.press('shop', 'Keep the price list');
    await tab.reads('stored', /priceList compressed and sealed/);
    await tab.press('stored', 'Store in plain text again');
    await tab.reads('notices', 'plain values again');
    await tab.buy('Oolong', 2);
    await tab.reads('stored', /cart plain, \d+ bytes {"Oolong":2}/);
  }],
];
