import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { SessionTable } from '../../src';

const ROOT = join(__dirname, '..', '..');

/** What a handler, the runtime and the AWS SDK may take together, in bytes. They take 412 kB, and 423 kB by the oldest aws-cdk-lib. */
const SIZE_LIMIT = 430_000;

const EXAMPLE = join(ROOT, 'examples', 'http-api', 'handler.ts');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-bundle-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Bundles the handler of the HTTP API as its deployment does, and returns the file that Lambda would load. */
function bundle(name: string, overrides: BundlingOptions = {}, entry = EXAMPLE): string {
  const app = new App({ outdir: join(folder, name) });
  const stack = new Stack(app, 'Stack');
  new NodejsFunction(stack, 'Fn', {
    entry,
    projectRoot: ROOT,
    depsLockFilePath: join(ROOT, 'package-lock.json'),
    runtime: lambda.Runtime.NODEJS_24_X,
    // Inside of this repository the package's name leads to its sources.
    bundling: SessionTable.bundling({ logLevel: LogLevel.ERROR, tsconfig: join(ROOT, 'examples', 'tsconfig.json'), ...overrides }),
  });
  const { directory } = app.synth();
  const { files } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8')) as { files: Record<string, { source: { path: string } }> };
  const asset = Object.values(files).find(({ source }) => source.path.startsWith('asset.'))!;
  return join(directory, asset.source.path, 'index.mjs');
}

/** Loads the bundle in a process of its own, without the project's packages in reach, and calls its handler once. */
function callOnce(file: string, env: NodeJS.ProcessEnv) {
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const event = { version: '2.0', headers: {}, rawPath: '/', requestContext: { http: { method: 'GET' } } };
    const { statusCode, body } = await handler(event, { getRemainingTimeInMillis: () => 3000 });
    console.log(statusCode, body);
  `;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', cwd: folder, env: { PATH: process.env.PATH, ...env } });
}

test('the settings make a minified ES module with the SDK inside, which a caller can change', () => {
  expect(SessionTable.bundling()).toMatchObject({ format: OutputFormat.ESM, minify: true, mainFields: ['module', 'main'], bundleAwsSDK: true });
  expect(SessionTable.bundling({ sourceMap: true, minify: false })).toMatchObject({ format: OutputFormat.ESM, minify: false, sourceMap: true });
});

test('handler, runtime and SDK together stay within their size', () => {
  const size = readFileSync(bundle('size')).length;
  expect(size).toBeLessThan(SIZE_LIMIT);
  expect(size).toBeGreaterThan(SIZE_LIMIT / 2);
});

test('the settings make a smaller bundle than those of NodejsFunction with the SDK inside', () => {
  const plain = bundle('plain', { minify: false, mainFields: ['main', 'module'] });
  expect(readFileSync(bundle('ours')).length).toBeLessThan(readFileSync(plain).length / 2);
});

test('the bundle runs by itself and answers a visitor without a session', () => {
  const { stdout } = callOnce(bundle('run'), { SESSION_TABLE_NAME: 'sessions', AWS_REGION: 'eu-west-1' });
  expect(stdout.trim()).toBe('200 {"cart":[]}');
});

test('the bundle without its environment says which variable is missing', () => {
  expect(callOnce(bundle('bare'), {}).stderr).toContain('SESSION_TABLE_NAME');
});

test('a CommonJS package inside of the bundle can require what Node.js brings', () => {
  const entry = join(__dirname, 'commonjs', 'handler.ts');
  expect(callOnce(bundle('commonjs', {}, entry), {}).stdout.trim()).toBe('200 string');
});
