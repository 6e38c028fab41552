// Runs the construct's tests against the newest aws-cdk-lib, which also checks every template
// against its own rules and fails on a finding. Works in a copy, so this folder stays as it is.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const copy = mkdtempSync(join(tmpdir(), 'newest-cdk-'));
const copied = ['.npmrc', 'package-lock.json', 'tsconfig.json', 'src', 'test', 'examples', 'projenrc', 'build-tools', 'docs', 'README.md'];

function run(command, args) {
  const context = JSON.stringify({ '@aws-cdk/core:validateAgainstDefaultRules': true });
  const env = { ...process.env, JSII_DEPRECATED: 'quiet', CDK_CONTEXT_JSON: context };
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

try {
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // integ-runner reads the assemblies of aws-cdk-lib up to a version only, and is not needed for these tests.
  for (const name of Object.keys(manifest.devDependencies)) if (name.startsWith('@aws-cdk/integ-')) delete manifest.devDependencies[name];
  for (const name of ['aws-cdk-lib', 'constructs']) manifest.devDependencies[name] = 'latest';
  writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts']);
  const { version } = JSON.parse(readFileSync(join(copy, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8'));
  console.log(`aws-cdk-lib ${version}`);
  run('npx', ['jest', 'test/construct']);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
