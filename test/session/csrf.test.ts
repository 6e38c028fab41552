/* eslint-disable no-bitwise -- a token is a mask of bits */
import { createHmac, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { CsrfRequest, csrfToken, derivedCsrfSecret, isOwnRequest, newCsrfSecret } from '../../src/runtime/session/csrf';

fc.configureGlobal({ seed: 352, numRuns: 500 });

const ID = 'a'.repeat(43);
const SECRET = derivedCsrfSecret(ID);
const TOKEN = csrfToken(SECRET, randomBytes);
const OPTIONS = { origins: ['https://www.example.com'] };
const HOST = 'shop.example.com';

type Headers = CsrfRequest['headers'];

/** Headers of a POST, the token it brings, and whether it is our own. */
const TABLE: [Headers, unknown, boolean][] = [
  // The browser says where the request comes from.
  [{ 'sec-fetch-site': 'same-origin' }, undefined, true],
  [{ 'sec-fetch-site': 'none' }, undefined, true],
  [{ 'Sec-Fetch-Site': 'same-origin' }, undefined, true],
  [{ 'SEC-FETCH-SITE': ['same-origin'] }, undefined, true],
  [{ 'sec-fetch-site': 'same-origin', 'origin': 'https://evil.example' }, undefined, true],
  [{ 'sec-fetch-site': 'same-site' }, undefined, false],
  [{ 'sec-fetch-site': 'cross-site' }, undefined, false],
  [{ 'sec-fetch-site': 'cross-site' }, TOKEN, false],
  [{ 'sec-fetch-site': 'same-site' }, TOKEN, false],
  [{ 'sec-fetch-site': '' }, TOKEN, false],
  [{ 'sec-fetch-site': 'Same-Origin' }, TOKEN, false],
  [{ 'sec-fetch-site': ' same-origin' }, TOKEN, false],
  [{ 'sec-fetch-site': 'same-origin, cross-site' }, TOKEN, false],
  [{ 'sec-fetch-site': ['same-origin', 'cross-site'] }, TOKEN, false],
  [{ 'sec-fetch-site': 'same-origin', 'Sec-Fetch-Site': 'cross-site' }, TOKEN, false],
  [{ 'sec-fetch-site': 'cross-site', 'origin': `https://${HOST}`, 'host': HOST }, TOKEN, false],
  [{ 'sec-fetch-site': 'cross-site', 'origin': 'https://www.example.com' }, undefined, true],
  [{ 'sec-fetch-site': 'same-site', 'origin': 'https://www.example.com' }, undefined, true],
  [{ 'sec-fetch-site': 'cross-site', 'origin': 'https://www.example.com.evil.example' }, undefined, false],
  [{ 'sec-fetch-site': 'cross-site', 'origin': 'http://www.example.com' }, undefined, false],
  [{ 'sec-fetch-site': 'cross-site', 'origin': 'null' }, TOKEN, false],
  // An older browser says its origin.
  [{ origin: `https://${HOST}`, host: HOST }, undefined, true],
  [{ Origin: `https://${HOST}`, Host: HOST }, undefined, true],
  [{ origin: [`https://${HOST}`], host: [HOST] }, undefined, true],
  [{ origin: `https://${HOST}`, host: HOST.toUpperCase() }, undefined, true],
  [{ origin: `https://${HOST}:8443`, host: `${HOST}:8443` }, undefined, true],
  [{ origin: `https://${HOST}:8443`, host: HOST }, TOKEN, false],
  [{ origin: `https://${HOST}`, host: `${HOST}:443` }, undefined, true],
  [{ origin: `http://${HOST}`, host: HOST }, TOKEN, false],
  [{ origin: `http://${HOST}:443`, host: `${HOST}:443` }, TOKEN, false],
  [{ origin: `wss://${HOST}`, host: HOST }, TOKEN, false],
  [{ origin: `https://${HOST}` }, TOKEN, false],
  [{ origin: 'https://www.example.com', host: HOST }, undefined, true],
  [{ origin: 'https://www.example.com' }, undefined, true],
  [{ origin: 'https://evil.example', host: HOST }, TOKEN, false],
  [{ origin: `https://${HOST}.evil.example`, host: HOST }, TOKEN, false],
  [{ origin: `https://evil${HOST}`, host: HOST }, TOKEN, false],
  [{ origin: 'null', host: HOST }, TOKEN, false],
  [{ origin: 'null', host: 'null' }, TOKEN, false],
  [{ origin: '', host: '' }, TOKEN, false],
  [{ origin: HOST, host: HOST }, TOKEN, false],
  [{ origin: 'file://', host: HOST }, TOKEN, false],
  [{ origin: 'file://', host: '' }, TOKEN, false],
  [{ origin: 'data:text/html', host: ['a', 'b'] }, TOKEN, false],
  [{ origin: [`https://${HOST}`, 'https://evil.example'], host: HOST }, TOKEN, false],
  [{ origin: `https://${HOST}`, host: [HOST, 'evil.example'] }, TOKEN, false],
  // Nobody says anything: the token decides.
  [{}, TOKEN, true],
  [{ host: HOST }, TOKEN, true],
  [{ 'sec-fetch-site': undefined, 'origin': [] }, TOKEN, true],
  [{}, undefined, false],
  [{}, '', false],
  [{}, TOKEN.slice(1), false],
  [{}, `${TOKEN}a`, false],
  [{}, TOKEN.toLowerCase(), false],
  [{}, [TOKEN], false],
  [{}, { toString: () => TOKEN }, false],
  [{}, csrfToken(derivedCsrfSecret('b'.repeat(43)), randomBytes), false],
  [{}, csrfToken(newCsrfSecret(randomBytes), randomBytes), false],
  [{}, csrfToken(SECRET, () => new Uint8Array(16)), true],
  [{}, 'é'.repeat(43), false],
  // The same from an object of the Fetch standard.
  [new Headers({ 'Sec-Fetch-Site': 'same-origin' }), undefined, true],
  [new Headers({ 'Sec-Fetch-Site': 'cross-site' }), TOKEN, false],
  [new Headers([['Sec-Fetch-Site', 'same-origin'], ['Sec-Fetch-Site', 'same-origin']]), TOKEN, false],
  [new Headers({ Origin: `https://${HOST}`, Host: HOST }), undefined, true],
  [new Headers({ Origin: 'https://evil.example', Host: HOST }), TOKEN, false],
  [new Headers(), TOKEN, true],
  [new Headers(), 'other', false],
];

test.each(TABLE)('a POST with the headers %j and the token %j is our own: %j', (headers, token, own) => {
  for (const method of ['POST', 'put', 'PATCH', 'DELETE', 'CONNECT', '', 'GETS', 'constructor']) {
    expect(isOwnRequest({ method, headers, token }, OPTIONS, SECRET, true)).toBe(own);
  }
});

test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'get', 'Head'])('the method %s changes nothing, so anybody may send it', (method) => {
  expect(isOwnRequest({ method, headers: { 'sec-fetch-site': 'cross-site' } }, {}, undefined, true)).toBe(true);
});

test('without a session no token is right', () => {
  for (const token of ['', 'undefined', TOKEN, undefined]) {
    expect(isOwnRequest({ method: 'POST', headers: {}, token }, {}, undefined, true)).toBe(false);
  }
});

test('without options no other origin is ours', () => {
  const headers = { 'sec-fetch-site': 'same-site', 'origin': 'https://www.example.com' };
  expect(isOwnRequest({ method: 'POST', headers, token: TOKEN }, {}, SECRET, true)).toBe(false);
});

test('a request that came by HTTP is our own by an origin of HTTP alone', () => {
  const isOwn = (origin: string, https: boolean) => isOwnRequest({ method: 'POST', headers: { origin, host: HOST } }, {}, SECRET, https);
  expect([isOwn(`http://${HOST}`, false), isOwn(`http://${HOST}:80`, false), isOwn(`https://${HOST}`, false)]).toEqual([true, true, false]);
  expect([isOwn(`https://${HOST}`, true), isOwn(`http://${HOST}`, true)]).toEqual([true, false]);
});

test('a token is a mask of 16 random bytes and the secret under it', () => {
  const mask = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
  const random = jest.fn(() => mask);
  const bytes = Buffer.from(csrfToken(SECRET, random), 'base64url');
  expect(random.mock.calls).toEqual([[16]]);
  expect(bytes.subarray(0, 16)).toEqual(Buffer.from(mask));
  expect(bytes.subarray(16).map((byte, i) => byte ^ (mask[i] as number))).toEqual(Buffer.from(SECRET));
  expect(TOKEN).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('no two tokens are alike, or share a part that a compressed page would show, and all verify', () => {
  const tokens = Array.from({ length: 100 }, () => csrfToken(SECRET, randomBytes));
  for (const part of [tokens, tokens.map((token) => token.slice(0, 21)), tokens.map((token) => token.slice(22))]) {
    expect(new Set(part).size).toBe(100);
  }
  for (const token of tokens) expect(isOwnRequest({ method: 'POST', headers: {}, token }, {}, SECRET, true)).toBe(true);
});

test('a token with any bit altered does not verify', () => {
  const bytes = Buffer.from(TOKEN, 'base64url');
  for (let bit = 0; bit < 256; bit++) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(isOwnRequest({ method: 'POST', headers: {}, token: altered.toString('base64url') }, {}, SECRET, true)).toBe(false);
  }
});

test('a new secret is 16 random bytes, and a derived one an HMAC under the id', () => {
  const random = jest.fn((size: number) => new Uint8Array(size));
  expect(newCsrfSecret(random)).toHaveLength(16);
  expect(random.mock.calls).toEqual([[16]]);
  expect(Buffer.from(SECRET)).toEqual(createHmac('sha256', ID).update('csrf').digest().subarray(0, 16));
});

test('a stored secret of another length verifies no token', () => {
  for (const secret of [new Uint8Array(), SECRET.subarray(1), new Uint8Array(17)]) {
    for (const token of [TOKEN, csrfToken(secret, randomBytes)]) {
      expect(isOwnRequest({ method: 'POST', headers: {}, token }, {}, secret, true)).toBe(false);
    }
  }
});

test('no token but the right one lets a request in that says nothing of where it comes from', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
  fc.assert(
    fc.property(fc.oneof(text, fc.anything()), (token) => {
      expect(isOwnRequest({ method: 'POST', headers: {}, token }, OPTIONS, SECRET, true)).toBe(false);
    }),
  );
});

test('no origin makes the check throw, and of strange ones none is ours', () => {
  const origin = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constantFrom('https://', '://', 'https://[::1', `https://${HOST}`));
  fc.assert(
    fc.property(origin, fc.string(), (text, host) => {
      const own = isOwnRequest({ method: 'POST', headers: { origin: text, host }, token: TOKEN }, OPTIONS, SECRET, true);
      const isListed = OPTIONS.origins.includes(text);
      const ownOrigin = host !== '' && URL.canParse(`https://${host}`) ? new URL(`https://${host}`).origin : undefined;
      expect(own).toBe(isListed || (ownOrigin !== undefined && URL.canParse(text) && new URL(text).origin === ownOrigin));
    }),
  );
});
