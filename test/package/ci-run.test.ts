import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const ROOT = join(__dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-ci-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(path: string, text: string): void {
  writeFileSync(join(folder, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, path), 0o755);
}

/** Runs the script with programs that do nothing, but for what `npm run` of some scripts says; gives its last line and status. */
function run(scripts: Readonly<Record<string, string>>): { readonly last: string | undefined; readonly status: number | null } {
  for (const name of ['.ci', 'bin', 'test-reports']) mkdirSync(join(folder, name));
  copyFileSync(join(ROOT, '.ci/run'), join(folder, '.ci/run'));
  writeFileSync(join(folder, 'README.md'), '```sh\nnpm ci && npm test\n```\n');
  for (const name of ['npx', 'git', 'chromium']) program(`bin/${name}`, 'exit 0');
  program('.ci/try-tarball', 'exit 0');
  program('bin/tar', 'for f in .jsii API.md CHANGELOG.md LICENSE README.md lib/index.js; do echo package/$f; done');
  const report = '<testsuites name="jest" tests="10" failures="0" errors="0" time="1"></testsuites>';
  program('bin/npm', [
    'case "$*" in',
    `test) mkdir -p test-reports && echo '${report}' >test-reports/junit.xml ;;`,
    '"run tarball") mkdir -p dist/js && touch dist/js/one.tgz ;;',
    ...Object.entries(scripts).map(([name, text]) => `"run ${name}") ${text} ;;`),
    'esac',
  ].join('\n'));
  const env = { ...process.env, PATH: join(folder, 'bin') + delimiter + process.env.PATH, CHROME: 'chromium' };
  const { stdout, status } = spawnSync('bash', [join(folder, '.ci/run')], { encoding: 'utf8', env });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
}

const failing = 'echo "2 passed, 1 failed"; exit 1';

test('CI in which all is well says so', () => {
  expect(run({})).toEqual({ last: '10 passed, 0 failed', status: 0 });
});

test('a failure that one script counted is counted once', () => {
  expect(run({ 'test:frameworks': failing })).toEqual({ last: '12 passed, 1 failed', status: 1 });
});

test('failures that two scripts counted are counted once each', () => {
  expect(run({ 'test:frameworks': failing, 'test:deploy': failing })).toEqual({ last: '14 passed, 2 failed', status: 1 });
});

test('a script that counts a failure and ends well all the same fails', () => {
  expect(run({ 'test:frameworks': 'echo "2 passed, 1 failed"' })).toEqual({ last: '12 passed, 1 failed', status: 1 });
});

test('a script that fails without a count is one failure, beside one that counts', () => {
  expect(run({ 'test:frameworks': failing, 'test:languages': 'exit 1' })).toEqual({ last: '12 passed, 2 failed', status: 1 });
});
