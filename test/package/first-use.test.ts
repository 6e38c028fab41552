import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-graph';
import { buildCommonJs, buildModules } from '../../build-tools/runtime-bundles';

let folder: string;

beforeAll(() => {
  // Inside of the project, where the SDK is found.
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'first-use-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script that stores a value of so many characters, and lists the files of ours that are loaded then. */
function loadedAfterStoring(length: number, options: object): string[] {
  const script = `
    const { sessionFactory } = require(${JSON.stringify(join(folder, 'runtime/index.js'))});
    const done = async () => ({});
    const client = { getItem: done, putItem: done, updateItem: done, deleteItem: done };
    (async () => {
      const request = sessionFactory({ tableName: 'Sessions', client, ...${JSON.stringify(options)} }).forRequest({ cookies: undefined, https: true });
      (await request.session()).set('value', 'a'.repeat(${length}));
      await request.commit();
      console.log(JSON.stringify(Object.keys(require.cache).map((file) => require('node:path').basename(file, '.js'))));
    })();`;
  const loaded = JSON.parse(execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8', env: {} })) as string[];
  return ['stored-form', 'compression', 'sealing'].filter((name) => loaded.includes(name));
}

test('in CommonJS, compression and sealing are loaded by the first session that needs them', async () => {
  await buildCommonJs(folder, ['contract.ts', 'settings.ts']);
  expect(loadedAfterStoring(10, {})).toEqual(['stored-form']);
  expect(loadedAfterStoring(10_000, {})).toEqual(['stored-form', 'compression']);
  expect(loadedAfterStoring(10, { sealed: true })).toEqual(['stored-form', 'sealing']);
});

test('as modules, compression and sealing are chunks that nothing loads at the start', async () => {
  const { metafile } = await buildModules(folder, { metafile: true, write: false });
  const outputs = metafile!.outputs;
  const atStart = new Set<string>();
  const visit = (output: string): void => {
    if (atStart.has(output) || outputs[output] === undefined) return;
    atStart.add(output);
    for (const { path, kind } of outputs[output].imports) if (kind === 'import-statement') visit(path);
  };
  visit(Object.keys(outputs).find((output) => outputs[output]!.entryPoint === 'src/runtime/index.ts')!);
  const inputs = [...atStart].flatMap((output) => Object.keys(outputs[output]!.inputs));
  expect(inputs).toContain('src/runtime/table/stored-form.ts');
  expect(inputs.filter((file) => /compression|sealing/.test(file))).toEqual([]);
});
