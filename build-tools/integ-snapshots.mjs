// Compares the templates of the apps under examples/ with the snapshots under test/integ, offline. With --update it
// rewrites the snapshots, without the paths of the machine that wrote them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'test', 'integ');
const update = process.argv.includes('--update');

const args = ['--directory', 'test/integ', '--language', 'typescript', '--app', 'node --import tsx {filePath}'];
const updateArgs = ['--dry-run', '--update-on-failed', '--force', '--disable-update-workflow'];
const { status } = spawnSync(process.execPath, [join(root, 'node_modules', '@aws-cdk', 'integ-runner', 'bin', 'integ-runner'), ...args, ...(update ? updateArgs : [])], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    JSII_DEPRECATED: 'quiet',
    TSX_TSCONFIG_PATH: 'examples/tsconfig.json',
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});

if (update) {
  for (const file of readdirSync(folder, { recursive: true }).map(String)) {
    if (!file.includes('.snapshot') || !file.endsWith('.json')) continue;
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(root, '.'));
  }
}
process.exit(status ?? 1);
