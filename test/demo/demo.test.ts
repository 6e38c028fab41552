import { Browser } from './browser';
import { Demo, QUIET, startDemo } from '../../demo/demo';

let demo: Demo;

beforeAll(async () => {
  Object.assign(process.env, QUIET);
  demo = await startDemo({ port: 0 });
});

afterAll(async () => demo.close());

/** Without the cookie by which the laboratory knows a browser. */
function sessionCookies(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('laboratory='));
}

async function signedIn(name = 'Ada'): Promise<Browser> {
  const browser = new Browser(demo.url);
  await browser.submit('/sign-in', { name });
  return browser;
}

test('who signs in is greeted, and finds what was put into the cart, in a second tab too', async () => {
  const browser = await signedIn();
  await browser.submit('/cart', { item: 'Oolong' });
  const page = await browser.submit('/cart', { item: 'Oolong' });
  expect(page.words).toContain('Hello, Ada');
  expect(page.words).toContain('Oolong × 2');

  const secondTab = await browser.open('/');
  expect(secondTab.words).toContain('Oolong × 2');
});

test('the cart can be emptied, and who is signed in stays so', async () => {
  const browser = await signedIn();
  await browser.submit('/cart', { item: 'Espresso' });
  const page = await browser.submit('/cart/empty');
  expect(page.words).toContain('Hello, Ada');
  expect(page.words).toContain('It is empty.');
});

test('signing out ends the session: the cookie goes, and a copy of it is dead', async () => {
  const browser = await signedIn();
  const thief = new Browser(demo.url);
  for (const cookie of await browser.jar.getCookies(demo.url)) await thief.jar.setCookie(cookie, demo.url);
  expect((await thief.open('/')).words).toContain('Hello, Ada');

  const page = await browser.submit('/sign-out');
  expect(page.words).not.toContain('Ada');
  expect(await browser.jar.getCookieString(demo.url)).not.toMatch(/session_id=/);
  expect((await thief.open('/')).words).not.toContain('Ada');
});

test('two browsers have two sessions', async () => {
  const [ada, ben] = [await signedIn('Ada'), await signedIn('Ben')];
  await ada.submit('/cart', { item: 'Lemon cake' });
  expect((await ben.open('/')).words).not.toContain('× 1');
});

test('a page that does not use the session makes no call and sets no cookie, signed in or not', async () => {
  for (const browser of [new Browser(demo.url), await signedIn()]) {
    const page = await browser.open('/hours');
    expect(page.ledger[0]).toBe('GET /hours 200 $0.00 no call 0 none');
    expect(sessionCookies(page.response.headers.getSetCookie())).toEqual([]);
  }
});

test('a visitor without a session costs nothing, and gets no cookie', async () => {
  const browser = new Browser(demo.url);
  const page = await browser.open('/');
  expect(page.ledger[0]).toBe('GET / 200 $0.00 no call 0 none');
  await browser.submit('/cart/empty');
  expect(sessionCookies((await browser.jar.getCookies(demo.url)).map(String))).toEqual([]);
});

test('each request stands with its calls, their units and the price for a million of it', async () => {
  // Nobody else has this name: the sessions that a list names are looked at once it is full.
  const browser = await signedIn('Kay');
  const afterAdding = await browser.submit('/cart', { item: 'Oolong' });
  expect(afterAdding.ledger.slice(0, 4)).toEqual([
    'GET / 200 $0.125 GetItem consistent 1 none',
    'POST /cart 303 $0.75 GetItem consistent 1 session_id_w UpdateItem 1',
    'GET / 200 $0.125 GetItem consistent 1 none',
    'POST /sign-in 303 $2.625 GetItem consistent 1 session_id , session_id_w TransactWriteItems 4',
  ]);
  const afterLeaving = await browser.submit('/sign-out');
  expect(afterLeaving.ledger[1]).toContain('POST /sign-out 303');
});

test('once the recent write is past, a read is eventual and takes half a unit', async () => {
  const browser = await signedIn();
  // What the browser does by itself 20 seconds after a write.
  await browser.jar.setCookie('session_id_w=; Max-Age=0; Path=/', demo.url);
  const page = await browser.open('/');
  expect(page.words).toContain('Hello, Ada');
  expect(page.ledger[0]).toBe('GET / 200 $0.0625 GetItem eventual 0.5 none');
});

test('requests that come at the same time are told apart', async () => {
  const browser = await signedIn();
  await Promise.all([browser.open('/'), browser.open('/hours'), browser.open('/'), browser.open('/hours')]);
  const { ledger } = await browser.open('/hours');
  const calls = ledger.slice(1, 5).map((line) => `${line.split(' ')[1]}: ${line.match(/GetItem/g)?.length ?? 0}`);
  expect(calls.sort()).toEqual(['/: 1', '/: 1', '/hours: 0', '/hours: 0']);
});

test('a name is shown as it was typed, and is never markup', async () => {
  const browser = await signedIn('<b onclick="x">Zoë & Co</b>');
  const page = await browser.open('/');
  expect(page.html).toContain('Hello, &#60;b onclick=&#34;x&#34;&#62;Zoë &#38; Co&#60;/b&#62;');
});

test('what is not for sale does not get into the cart', async () => {
  const browser = await signedIn();
  const page = await browser.submit('/cart', { item: '__proto__' });
  expect(page.words).toContain('It is empty.');
});

test('an address that the shop does not have is not found', async () => {
  const page = await new Browser(demo.url).open('/nothing');
  expect(page.response.status).toBe(404);
});

test('a second demo on the same port is refused', async () => {
  const port = Number(new URL(demo.url).port);
  await expect(startDemo({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
