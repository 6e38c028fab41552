import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** The demo as `npm start` runs it. */
function run(port: string): { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<unknown[]> } {
  const { NODE_OPTIONS, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/main.ts'], { cwd: ROOT, env: { ...env, PORT: port } });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  return { child, output: () => text, ended: once(child, 'close') };
}

/** Where the demo says that it is to be found, as soon as it says so. */
async function urlOf({ child, output, ended }: ReturnType<typeof run>): Promise<string> {
  for (;;) {
    const url = output().match(/The laboratory is open: (\S+)/)?.[1];
    if (url !== undefined) return url;
    const more = await Promise.race([once(child.stdout!, 'data'), ended.then(() => undefined)]);
    if (more === undefined) throw new Error(`The demo ended: ${output()}`);
  }
}

test('the demo says where it is, serves the page, and ends with Ctrl-C', async () => {
  const demo = run('0');
  const url = await urlOf(demo);
  expect(url).toMatch(/^http:\/\/localhost:\d+$/);
  expect(await (await fetch(url)).text()).toContain('Welcome to the shop');
  demo.child.kill('SIGINT');
  expect(await demo.ended).toEqual([0, null]);
  expect(demo.output()).toContain('The laboratory is closed.');
});

test('a busy port is one clear line and exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const demo = run(String(port));
  expect(await demo.ended).toEqual([1, null]);
  expect(demo.output()).toContain(`Port ${port} is in use. Take another one: PORT=3001 npm start\n`);
  expect(demo.output()).not.toContain('    at ');
  other.close();
});

test('a PORT that is no port is refused, with what came and what is allowed', async () => {
  const demo = run('http');
  expect(await demo.ended).toEqual([1, null]);
  expect(demo.output()).toBe('PORT is "http"; a whole number from 0 to 65535 is allowed (0 takes any free port)\n');
});
