import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { CsrfRequest, csrfToken, isOwnRequest } from '../../src/runtime/session/csrf';

fc.configureGlobal({ seed: 352, numRuns: 500 });

const ID = 'a'.repeat(43);
const TOKEN = csrfToken(ID, undefined);
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
  [{}, csrfToken('b'.repeat(43), undefined), false],
  [{}, csrfToken(ID, Uint8Array.of(1)), false],
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
    expect(isOwnRequest({ method, headers, token }, OPTIONS, TOKEN)).toBe(own);
  }
});

test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'get', 'Head'])('the method %s changes nothing, so anybody may send it', (method) => {
  expect(isOwnRequest({ method, headers: { 'sec-fetch-site': 'cross-site' } }, {}, undefined)).toBe(true);
});

test('without a session no token is right', () => {
  for (const token of ['', 'undefined', TOKEN, undefined]) {
    expect(isOwnRequest({ method: 'POST', headers: {}, token }, {}, undefined)).toBe(false);
  }
});

test('without options no other origin is ours', () => {
  const headers = { 'sec-fetch-site': 'same-site', 'origin': 'https://www.example.com' };
  expect(isOwnRequest({ method: 'POST', headers, token: TOKEN }, {}, TOKEN)).toBe(false);
});

test('the token is an HMAC under the id, of a mark and the nonce', () => {
  const nonce = Uint8Array.of(1, 2, 3);
  expect(TOKEN).toBe(createHmac('sha256', ID).update('csrf').digest('base64url'));
  expect(csrfToken(ID, nonce)).toBe(createHmac('sha256', ID).update(Buffer.concat([Buffer.from('csrf'), nonce])).digest('base64url'));
  expect(TOKEN).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(new Set([TOKEN, csrfToken(ID, nonce), csrfToken(ID, Uint8Array.of(3)), csrfToken('b', nonce)]).size).toBe(4);
});

test('no token but the right one lets a request in that says nothing of where it comes from', () => {
  fc.assert(
    fc.property(fc.anything(), (token) => {
      fc.pre(token !== TOKEN);
      expect(isOwnRequest({ method: 'POST', headers: {}, token }, OPTIONS, TOKEN)).toBe(false);
    }),
  );
});

test('no origin makes the check throw, and of strange ones none is ours', () => {
  const origin = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constantFrom('https://', '://', 'https://[::1', `https://${HOST}`));
  fc.assert(
    fc.property(origin, fc.string(), (text, host) => {
      const own = isOwnRequest({ method: 'POST', headers: { origin: text, host }, token: TOKEN }, OPTIONS, TOKEN);
      expect(own).toBe(host !== '' && URL.canParse(text) && new URL(text).host === host.toLowerCase());
    }),
  );
});
