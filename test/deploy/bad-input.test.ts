import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Emulator, EmulatorGoneError } from './emulator';
import { ROOT, Scratch, scratchFolder } from './scratch';
import { Children } from '../support/children';

let temporary: string;
let scratchName: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  scratchName = basename(scratchFolder());
  temporary = mkdtempSync(join(tmpdir(), 'bad-input-'));
  // The only program that is found: a machine without python3.
  mkdirSync(join(temporary, 'bin'));
  symlinkSync(process.execPath, join(temporary, 'bin/node'));
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

/** Runs the program on a machine without python3, in a temporary folder of its own. */
function runProgram(args: string[] = [], variables: NodeJS.ProcessEnv = {}) {
  const env = { PATH: join(temporary, 'bin'), TMPDIR: temporary, NODE_NO_WARNINGS: '1', ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'test/deploy/main.ts', ...args], { cwd: ROOT, env, encoding: 'utf8' });
  return { status, text: stdout + stderr, last: stdout.trimEnd().split('\n').at(-1), isClean: !existsSync(join(temporary, scratchName)) };
}

/** A process that waits, with these words in its command line. */
function waitingProcess(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', ...words], { detached: true, stdio: 'ignore' });
  started.push(child);
  return child;
}

function leave(record: object): string {
  const folder = join(temporary, scratchName);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}

test('without python3 the deployment is skipped aloud', () => {
  const { status, text, last, isClean } = runProgram();
  expect(text).toContain('SKIP');
  expect(text).toContain('python3 with its module venv is needed');
  expect({ status, last, isClean }).toEqual({ status: 0, last: '0 passed, 0 failed, 1 skipped', isClean: true });
});

test('a port that is taken is named, and how to get another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, text, last, isClean } = runProgram([], { DEPLOY_PORT: String(port) });
  server.close();
  expect(text).toContain(`Port ${port} of 127.0.0.1 cannot be used`);
  expect(text).toContain('Leave DEPLOY_PORT out');
  expect({ status, last, isClean }).toEqual({ status: 1, last: '0 passed, 1 failed', isClean: true });
});

test.each(['soon', '0', '65536'])('DEPLOY_PORT=%s is refused', (port) => {
  expect(runProgram([], { DEPLOY_PORT: port })).toMatchObject({ status: 1, text: expect.stringContaining('allowed is a whole number from 1 to 65535'), isClean: true });
});

test('a part that does not exist is refused with the list of those that do', () => {
  expect(runProgram(['everything'])).toMatchObject({ status: 1, text: expect.stringContaining('There are: examples, probe, readme, first-steps'), isClean: true });
});

test('what a killed run left is removed, and its emulator ended', async () => {
  const folder = join(temporary, scratchName);
  const emulator = waitingProcess(join(folder, 'venv/bin/ministack'));
  const ended = new Promise((resolve) => emulator.once('exit', (_code, signal) => resolve(signal)));
  leave({ pid: 2 ** 22, emulator: emulator.pid });
  const { status, text, isClean } = runProgram();
  expect(text).toContain(`A former run left ${folder}; it is removed.`);
  expect(text).toContain(`Its emulator still runs (process ${emulator.pid}); it is ended.`);
  expect(await ended).toBe('SIGKILL');
  expect({ status, isClean }).toEqual({ status: 0, isClean: true });
});

test('a process that took over the number of the emulator is left alone', () => {
  const stranger = waitingProcess('something else');
  leave({ pid: 2 ** 22, emulator: stranger.pid });
  expect(runProgram().text).not.toContain('it is ended');
  expect(() => process.kill(stranger.pid!, 0)).not.toThrow();
});

test('a record that was cut off while it was written is no obstacle', () => {
  writeFileSync(join(leave({}), 'run.json'), '{"pi');
  expect(runProgram()).toMatchObject({ status: 0, isClean: true });
});

test('a second run of the same checkout is refused, and the first one keeps its folder', () => {
  const first = waitingProcess('test/deploy/main.ts');
  leave({ pid: first.pid });
  const { status, text, isClean } = runProgram();
  expect(text).toContain(`Another run of this checkout is under way (process ${first.pid})`);
  expect({ status, isClean }).toEqual({ status: 1, isClean: false });
});

test('an emulator that ends by itself is told with the end of its log, and what it started ends too', async () => {
  const scratch = Scratch.open(() => undefined, join(temporary, 'scratch'));
  mkdirSync(scratch.path('venv/bin'), { recursive: true });
  const standIn = `#!${process.execPath}
    const { spawn } = require('node:child_process');
    const worker = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
    require('node:http').createServer((request, response) => response.end()).listen(process.env.GATEWAY_PORT, process.env.BIND_HOST);
    setTimeout(() => { console.log('worker', worker.pid, 'out of memory'); process.kill(process.pid, 'SIGKILL'); }, 500);`;
  writeFileSync(scratch.path('venv/bin/ministack'), standIn);
  chmodSync(scratch.path('venv/bin/ministack'), 0o755);

  const children = new Children();
  // The worker shares the emulator's output, so the emulator's end is only seen once the worker has ended.
  const emulator = await Emulator.start({ scratch, children });
  const error: unknown = await emulator.gone.catch((reason: unknown) => reason);
  await children.endAll();
  expect(error).toBeInstanceOf(EmulatorGoneError);
  expect(String(error)).toMatch(/ended by itself \(SIGKILL\).*\nworker \d+ out of memory/s);
});
