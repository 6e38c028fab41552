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

/** Runs a script that stores a value of so many characters and reads it, and lists the modules of Node that are loaded at their first use then. */
function loadedAfterStoring(length: number, options: object): string[] {
  const script = `
    const loaded = new Set();
    const load = process.getBuiltinModule;
    process.getBuiltinModule = (name) => loaded.add(name) && load(name);
    const { sessionFactory } = require(${JSON.stringify(join(folder, 'runtime/index.js'))});
    let Item;
    const done = async () => ({});
    const client = { getItem: async () => ({ Item }), putItem: async (input) => ({ Item } = input), updateItem: done, deleteItem: done };
    (async () => {
      const sessions = sessionFactory({ tableName: 'Sessions', client, ...${JSON.stringify(options)} });
      const request = sessions.forRequest({ cookies: undefined, https: true });
      (await request.session()).set('value', 'a'.repeat(${length}));
      const { setCookie } = await request.commit();
      const next = sessions.forRequest({ cookies: setCookie[0].split(';')[0], https: true });
      if ((await next.session()).get('value') !== 'a'.repeat(${length})) throw new Error('another value came back');
      await next.commit();
      console.log(JSON.stringify([...loaded].sort()));
    })();`;
  return JSON.parse(execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8', env: {} })) as string[];
}

test('in CommonJS, compression is loaded by the first session that needs it, sealed or not', async () => {
  await buildCommonJs(folder, ['contract.ts', 'option-rule.ts', 'settings.ts']);
  expect(loadedAfterStoring(10, {})).toEqual([]);
  expect(loadedAfterStoring(10_000, {})).toEqual(['node:zlib']);
  expect(loadedAfterStoring(10, { sealed: true })).toEqual([]);
  expect(loadedAfterStoring(10_000, { sealed: true })).toEqual(['node:zlib']);
  expect(loadedAfterStoring(10_000, { compress: false })).toEqual([]);
});

test('as modules, nothing that is loaded at the start loads what compresses', async () => {
  const { metafile } = await buildModules(folder, { metafile: true, write: false });
  const outputs = metafile!.outputs;
  const atStart = new Set<string>();
  const visit = (output: string): void => {
    if (atStart.has(output)) return;
    atStart.add(output);
    for (const { path, kind } of outputs[output]?.imports ?? []) if (kind === 'import-statement') visit(path);
  };
  visit(Object.keys(outputs).find((output) => outputs[output]!.entryPoint === 'src/runtime/index.ts')!);
  const inputs = [...atStart].flatMap((output) => Object.keys(outputs[output]?.inputs ?? {}));
  expect(inputs).toContain('src/runtime/table/stored-form.ts');
  expect([...atStart].filter((name) => /zlib|node:util/.test(name))).toEqual([]);
});
