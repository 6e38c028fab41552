import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './source-graph';
import { sourcesByName } from '../../projenrc/entry-points';
import { AnyHandler, EmbeddedTable, EventShape, startEmbeddedTable, visitor } from '../../src/testing';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SHAPES: readonly EventShape[] = ['http-api', 'function-url', 'rest-api', 'alb', 'alb-multi'];

let table: EmbeddedTable;
let folder: string;
const environment = process.env;

beforeAll(async () => {
  table = await startEmbeddedTable();
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
  process.env = { ...environment, ...table.environment };
});
afterAll(async () => {
  process.env = environment;
  rmSync(folder, { recursive: true });
  await table.stop();
});

/** Runs the one block of the README that holds a text, as it stands there, and returns what it exports. */
async function pasted(text: string): Promise<Readonly<Record<string, unknown>>> {
  const blocks = [...README.matchAll(/^```m?ts\n([^]*?)^```/gm)].map(([, code = '']) => code).filter((code) => code.includes(text));
  expect(blocks).toHaveLength(1);
  const outfile = join(folder, `${text.replace(/\W/g, '')}.cjs`);
  await build({
    stdin: { contents: blocks[0] as string, loader: 'ts', resolveDir: ROOT },
    alias: Object.fromEntries(sourcesByName().map(([name, source]) => [name, join(ROOT, `${source}.ts`)])),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the file is only there now
  return require(outfile) as Readonly<Record<string, unknown>>;
}

test('the first handler loses nothing: five calls, three of them at once, are five items more', async () => {
  const { handler } = await pasted("update('cart'");
  const ada = visitor(handler as AnyHandler);
  expect((await ada.get('/')).body).toBe('1 items');
  await ada.get('/');
  await Promise.all([ada.get('/'), ada.get('/'), ada.get('/')]);
  expect((await ada.get('/')).body).toBe('6 items');
});

describe.each(SHAPES)('the session example behind %s', (event) => {
  test('signs in with a new id, shows the message on the next page alone, and signs out', async () => {
    const { handler } = await pasted("path === '/sign-in'");
    const ada = visitor(handler as AnyHandler, { event });
    expect((await ada.get('/')).body).toBe('nobody');
    await ada.post('/sign-in', {}, { follow: false });
    const id = ada.jar.get('session_id');
    expect((await ada.get('/')).body).toBe('Welcome back ada');
    expect((await ada.get('/')).body).toBe('ada');
    await ada.post('/sign-in', {}, { follow: false });
    expect(ada.jar.get('session_id')).not.toBe(id);
    await ada.post('/sign-out', {}, { follow: false });
    expect([(await ada.get('/')).body, ada.jar.get('session_id')]).toEqual(['nobody', undefined]);
  });

  test('refuses a request that another site sends', async () => {
    const { handler } = await pasted("path === '/sign-in'");
    const ada = visitor(handler as AnyHandler, { event });
    const headers = { 'sec-fetch-site': 'cross-site', 'origin': 'https://evil.example' };
    expect((await ada.post('/sign-in', {}, { headers })).status).toBe(403);
  });
});

test('the server for a framework without an adapter counts, and lives through an error', async () => {
  process.env.PORT = '0';
  const { server } = await pasted('createServer((req, res)') as { server: Server };
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const errors = jest.spyOn(console, 'error').mockImplementation();
  try {
    const first = await fetch(url);
    const [cookie = ''] = first.headers.getSetCookie();
    expect([await first.text(), cookie.includes('Secure')]).toEqual(['1 visits', false]);
    const headers = { cookie: cookie.split(';')[0] as string };
    expect(await (await fetch(url, { headers })).text()).toBe('2 visits');
    const { client } = table;
    client.destroy();
    await table.stop();
    expect((await fetch(url, { headers })).status).toBe(503);
    expect((await fetch(url)).status).toBe(503);
    table = await startEmbeddedTable();
  } finally {
    errors.mockRestore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
