import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Fails whatever a module start must not do. Runs before the module, and so before its imports. */
const GUARD = `
const deny = (what) => () => { throw new Error('at module start: ' + what); };
const crypto = require('node:crypto');
for (const name of ['randomBytes', 'randomUUID', 'randomFillSync', 'randomFill', 'randomInt', 'getRandomValues', 'generateKeyPairSync']) {
  crypto[name] = deny('crypto.' + name);
}
globalThis.crypto.getRandomValues = deny('getRandomValues');
Math.random = deny('Math.random');
Date.now = deny('Date.now');
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, { construct: (target, args) => args.length === 0 ? deny('new Date')() : new target(...args) });
performance.now = deny('performance.now');
const net = require('node:net');
net.Socket.prototype.connect = deny('a socket');
net.connect = net.createConnection = deny('a socket');
require('node:dns').lookup = deny('a lookup');
globalThis.setInterval = deny('setInterval');
`;

const ENVIRONMENT = { SESSION_TABLE_NAME: 'Sessions', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** Starts a module in a process of its own, under the guard; gives what it writes. */
async function start(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'module-start-'));
  try {
    const guard = join(folder, 'guard.cjs');
    writeFileSync(guard, GUARD);
    const stdin = { contents: source, resolveDir: join(__dirname, '../..'), loader: 'ts' } as const;
    const outfile = join(folder, 'module.cjs');
    await build({ stdin, outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', external: ['@aws-sdk/*', '@smithy/*'], logLevel: 'error' });
    const env = { ...ENVIRONMENT, PATH: process.env.PATH ?? '', NODE_PATH: join(__dirname, '../../node_modules') };
    return execFileSync(process.execPath, ['--require', guard, outfile], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(['runtime', 'lean'])('./%s', (entry) => {
  test('makes no randomness, reads no clock and opens no socket when it is imported', async () => {
    expect(await start(`import * as all from './src/runtime/${entry === 'lean' ? 'lean' : 'index'}'; console.log(typeof all.lambdaHandler);`)).toBe('function\n');
  });
});

test('a factory and a handler of ./lean may be made at module start too', async () => {
  const source = "import { lambdaHandler, sessionFactory } from './src/runtime/lean'; lambdaHandler(sessionFactory(), () => ({ statusCode: 200 }));";
  expect(await start(`${source} console.log('made');`)).toBe('made\n');
});

test('a factory and a handler of ./runtime may be made at module start too', async () => {
  const source = "import { lambdaHandler, sessionFactory } from './src/runtime'; lambdaHandler(sessionFactory(), () => ({ statusCode: 200 }));";
  expect(await start(`${source} console.log('made');`)).toBe('made\n');
});

const FORBIDDEN = ['crypto.randomBytes(1)', 'Date.now()', 'new Date()', "net.connect(1, '127.0.0.1')", 'Math.random()'];

test.each(FORBIDDEN)('the guard notices %s', async (text) => {
  await expect(start(`import crypto from 'node:crypto'; import net from 'node:net'; void [crypto, net]; console.log(${text});`)).rejects.toThrow('at module start');
});
