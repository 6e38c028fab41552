/**
 * Checks the types of everything that has a tsconfig.json, with TypeScript 7, which takes a fifth of the time that 6
 * takes: 6 compiles what is published. The tests themselves are only stripped of their types, which is why this comes
 * first.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
/** The largest first; missing folders are skipped. */
const FOLDERS = ['test', 'examples', 'demo', '.', 'bench', 'src/testing', 'src/cli', 'src/runtime', 'build-tools', 'projenrc'];
const AT_ONCE = 2;

function check(folder: string): Promise<boolean> {
  const tsc = spawn(process.execPath, [join(ROOT, 'node_modules/typescript7/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', folder], { cwd: ROOT, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    tsc.once('error', reject);
    tsc.once('exit', (code) => {
      if (code !== 0) console.error(`Types do not hold in ${folder}`);
      resolve(code === 0);
    });
  });
}

async function main(): Promise<void> {
  const waiting = FOLDERS.filter((folder) => existsSync(join(ROOT, folder, 'tsconfig.json')));
  const worker = async (): Promise<void> => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      if (!(await check(folder))) process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

void main();
