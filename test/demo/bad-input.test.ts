import { Browser } from './browser';
import { Demo, QUIET, startDemo } from '../../demo/demo';

let demo: Demo;

beforeAll(async () => {
  Object.assign(process.env, QUIET);
  demo = await startDemo({ port: 0 });
});

afterAll(async () => demo.close());

test.each(['constructor', 'toString', '__proto__', 'valueOf', 'hasOwnProperty'])('a race has no step %s', async (step) => {
  for (const store of ['ours', 'plain']) expect((await fetch(`${demo.url}/race/${store}/${step}`)).status).toBe(404);
});

test('a name that is too long is cut between characters, and signs in', async () => {
  const browser = new Browser(demo.url);
  const page = await browser.submit('/sign-in', { name: `${'a'.repeat(39)}😀😀` });
  expect(page.response.status).toBe(200);
  expect(page.words).toContain(`Hello, ${'a'.repeat(39)}`);
});

test.each(['/lab/__proto__', '/lab/constructor', '/lab/code/../../package.json', '/lab/code/..%2f..%2fpackage.json', '/lab/code/constructor', '/%', '/?%'])(
  'the address %s is answered without a failure', async (path) => {
    expect((await fetch(demo.url + path)).status).toBeLessThan(500);
  });
