import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT, SourceGraph } from './source-graph';
import { ENTRY_POINTS } from '../../projenrc/entry-points';

const graph = new SourceGraph();
const ADAPTERS = 'runtime/adapters/';

/** What an adapter may add to the bundle of a handler that has the core already, in minified bytes. */
const LIMITS: Readonly<Record<string, number>> = {
  './express': 3_000,
  './express-session': 3_000,
  // Beside its middleware it has a SessionStorage.
  './react-router': 3_000,
};
const LIMIT = 1_500;

async function bytesOf(...sources: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: sources.map((source, at) => `export * as _${at} from './src/${source}';`).join('\n'), resolveDir: ROOT, loader: 'ts' },
    bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', write: false,
  });
  return outputFiles[0]!.contents.length;
}

const entries = Object.entries(ENTRY_POINTS).filter(([, source]) => source.startsWith(ADAPTERS));

test.each(entries)('%s adds little to a handler that has the core', async (entry, source) => {
  const own = await bytesOf('runtime/core', source) - await bytesOf('runtime/core');
  const limit = LIMITS[entry] ?? LIMIT;
  process.stdout.write(`${entry} over the core: ${own} bytes of ${limit}\n`);
  expect(own).toBeLessThanOrEqual(limit);
});

test('fetchHandler adds little to a handler that has the core without it', async () => {
  const used = (names: string) => build({
    stdin: { contents: `import { ${names} } from './src/runtime/core'; console.log(${names});`, resolveDir: ROOT, loader: 'ts' },
    bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', write: false,
  }).then(({ outputFiles }) => outputFiles[0]!.contents.length);
  const own = await used('lambdaHandler, fetchHandler') - await used('lambdaHandler');
  process.stdout.write(`fetchHandler over lambdaHandler: ${own} bytes of ${LIMIT}\n`);
  expect(own).toBeLessThanOrEqual(LIMIT);
});

test.each(entries)('%s pulls in no framework, no SDK and nothing of the construct, in its types neither', (_entry, source) => {
  const reached = [...graph.reach(source), ...graph.files(ADAPTERS).flatMap((file) => graph.mentions(file))];
  expect(reached.filter((name) => !name.startsWith('runtime/') && !name.startsWith('node:') && name !== 'contract' && name !== 'settings')).toEqual([]);
});

test('no adapter is over 100 lines', () => {
  const files = readdirSync(join(ROOT, 'src', ADAPTERS));
  const long = files.filter((file) => readFileSync(join(ROOT, 'src', ADAPTERS, file), 'utf8').split('\n').length > 101);
  expect(long).toEqual([]);
});

test('./lean exports every name of ./runtime', () => {
  const namesOf = (file: string) => [...graph.code(file).matchAll(/^export \* from '(.+)';$/gm)].map(([, name]) => name);
  expect(namesOf('runtime/lean')).toEqual(namesOf('runtime/index'));
});
