/** The test of docs/testing.md, in Vitest. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sourcesByName } from '../../../projenrc/entry-points';
import { writeFilesOf } from '../../support/document';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(HERE, '../..');
const VITEST = join(HERE, 'node_modules/vitest/vitest.mjs');

test("the page's test passes in Vitest", async () => {
  // Inside of this folder, where Vitest is found.
  const folder = mkdtempSync(join(HERE, '.vitest-'));
  try {
    writeFilesOf(join(ROOT, 'docs/testing.md'), folder);
    const file = join(folder, 'shop.test.ts');
    writeFileSync(file, `import { expect, test } from 'vitest';\n${readFileSync(file, 'utf8')}`);
    const alias = sourcesByName().map(([name, source]) => ({ find: new RegExp(`^${name}$`), replacement: join(ROOT, `${source}.ts`) }));
    const list = alias.map(({ find, replacement }) => `{ find: ${String(find)}, replacement: ${JSON.stringify(replacement)} }`).join(', ');
    writeFileSync(join(folder, 'vitest.config.mjs'), `export default { resolve: { alias: [${list}] } };\n`);
    const env = { ...process.env, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [VITEST, 'run', '--root', folder], { cwd: folder, env });
    assert.match(stdout, /Tests +1 passed/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
