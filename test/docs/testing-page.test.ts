import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sourcesByName } from '../../projenrc/entry-points';
import { ROOT } from '../package/source-graph';
import { writeFilesOf } from '../support/document';

const run = promisify(execFile);
const page = (name: string) => join(ROOT, 'docs', name);

let folder: string;
/** Of a user's shell, and not of this test. */
const { NODE_OPTIONS: _, ...env } = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testing-page-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the page's test passes in Jest", async () => {
  expect(writeFilesOf(page('testing.md'), folder)).toContain('shop.test.ts');
  const config = {
    rootDir: folder,
    moduleNameMapper: Object.fromEntries(sourcesByName().map(([name, source]) => [`^${name}$`, join(ROOT, source)])),
    transform: { '\\.ts$': [join(ROOT, 'node_modules/ts-jest'), { tsconfig: join(ROOT, 'test/tsconfig.json') }] },
    haste: { enableSymlinks: false },
  };
  writeFileSync(join(folder, 'jest.config.json'), JSON.stringify(config));
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const { stderr } = await run(process.execPath, ['--experimental-vm-modules', jest, '--config', join(folder, 'jest.config.json')], { cwd: folder, env });
  expect(stderr).toContain('1 passed');
});

test.each([['testing.md', 'shop.check.ts'], ['tutorial.md', 'test/handler.check.ts']])('%s: its test passes in node:test', async (name, file) => {
  expect(writeFilesOf(page(name), folder)).toContain(file);
  const paths = Object.fromEntries(sourcesByName().map(([of, source]) => [of, [join(ROOT, `${source}.ts`)]]));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'esnext', moduleResolution: 'bundler', paths } }));
  const tsx = { ...env, TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json') };
  const { stdout } = await run(process.execPath, ['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs'), '--test', join(folder, file)], { cwd: folder, env: tsx });
  expect(stdout).toContain('# pass 1');
});
