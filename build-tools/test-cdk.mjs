// Runs the construct's tests against another aws-cdk-lib: `oldest` is the one that package.json names as the peer,
// `newest` the latest. Works in a copy whose other packages are links to this folder's, so this folder stays as it is.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));
const oldest = (name) => manifest.peerDependencies[name].replace('^', '');

const VERSIONS = {
  // The examples, and cdk-nag, which checks them, need a later aws-cdk-lib.
  oldest: {
    packages: ['aws-cdk-lib', 'constructs'].map((name) => `${name}@${oldest(name)}`),
    jest: ['--testPathIgnorePatterns', 'examples.test.ts'],
    context: {},
  },
  // Checks every template against CDK's own rules too, and fails on a finding.
  newest: {
    packages: ['aws-cdk-lib@latest', 'constructs@latest', `cdk-nag@${manifest.devDependencies['cdk-nag']}`],
    jest: [],
    context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
  },
};
const version = VERSIONS[process.argv[2]];
if (version === undefined) throw new Error(`Usage: test-cdk.mjs ${Object.keys(VERSIONS).join('|')}`);

const copy = fs.mkdtempSync(join(tmpdir(), 'session-table-cdk-'));
const COPIED = ['tsconfig.json', 'package.json', 'package-lock.json', 'src', 'test', 'examples', 'build-tools', 'docs', 'README.md'];

function run(command, args) {
  const env = { ...process.env, JSII_DEPRECATED: 'quiet', CDK_CONTEXT_JSON: JSON.stringify(version.context) };
  const shell = process.platform === 'win32';
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'inherit', env, shell });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

/** Links missing packages, also inside a scope such as `@aws-cdk`. */
function linkMissing(from, to) {
  for (const name of fs.readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (!fs.existsSync(target)) fs.symlinkSync(source, target, 'junction');
    else if (name.startsWith('@')) linkMissing(source, target);
  }
}

try {
  fs.writeFileSync(join(copy, 'package.json'), '{"private":true}');
  fs.cpSync(join(root, '.npmrc'), join(copy, '.npmrc'));
  run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', ...version.packages]);
  linkMissing(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const name of COPIED) fs.cpSync(join(root, name), join(copy, name), { recursive: true });
  const installed = JSON.parse(fs.readFileSync(join(copy, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8'));
  console.log(`aws-cdk-lib ${installed.version}`);
  run(process.execPath, [join('node_modules', 'jest', 'bin', 'jest.js'), '--ci', 'test/construct', ...version.jest]);
} finally {
  fs.rmSync(copy, { recursive: true, force: true });
}
