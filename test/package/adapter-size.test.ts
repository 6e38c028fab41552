import { readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT, SourceGraph } from './source-graph';
import { ENTRY_POINTS } from '../../projenrc/entry-points';

const graph = new SourceGraph();
const ADAPTERS = 'runtime/adapters/';

/** What all adapters stand on, and what `fetchHandler` and `lambdaHandler` bring for those that stand on them. */
const SHARED = ['finish', 'mount', 'http-error', 'with-session', 'lambda', 'lambda-event', 'lambda-response', 'lambda-headers', 'fetch'];
const KILOBYTE = 1024;
/** What an adapter may have of its own, in minified bytes. */
const LIMITS: Readonly<Record<string, number>> = {
  './express': 3 * KILOBYTE,
  './express-session': 3 * KILOBYTE,
};
const LIMIT = 1.5 * KILOBYTE;

/** The bytes of each file of ours in the bundle of an entry point, packages left out. */
async function bytesIn(source: string): Promise<[file: string, bytes: number][]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`src/${source}.ts`],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    outdir: 'unwritten',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output!.inputs).map(([file, { bytesInOutput }]) => [file.replace(/^src\/|\.ts$/g, ''), bytesInOutput]);
}

const entries = Object.entries(ENTRY_POINTS).filter(([, source]) => source.startsWith(ADAPTERS));
const isShared = (file: string): boolean => SHARED.some((name) => file === `${ADAPTERS}${name}`);

test.each(entries)('%s has few bytes of its own', async (entry, source) => {
  const files = (await bytesIn(source)).filter(([file]) => file.startsWith(ADAPTERS));
  const sum = (some: typeof files): number => some.reduce((bytes, [, more]) => bytes + more, 0);
  const [own, all] = [sum(files.filter(([file]) => !isShared(file))), sum(files)];
  const limit = LIMITS[entry] ?? LIMIT;
  process.stdout.write(`${entry}: ${own} bytes of its own of ${limit}, ${all} with what adapters share\n`);
  expect(own).toBeLessThanOrEqual(limit);
});

test('fetchHandler has few bytes of its own', async () => {
  const own = (await bytesIn(`${ADAPTERS}fetch`)).find(([file]) => file === `${ADAPTERS}fetch`)?.[1];
  process.stdout.write(`fetchHandler: ${own} bytes of its own of ${LIMIT}\n`);
  expect(own).toBeLessThanOrEqual(LIMIT);
});

test.each(entries)('%s pulls in no framework, no SDK and nothing of the construct, in its types neither', (_entry, source) => {
  const named = [...graph.reach(source), ...graph.files(ADAPTERS).flatMap((file) => graph.mentions(file))];
  const ours = new Set(graph.files().filter((file) => !file.startsWith('construct/')));
  expect(named.filter((name) => !ours.has(name) && !isBuiltin(name))).toEqual([]);
});

test('no adapter is over 110 lines', () => {
  const files = readdirSync(join(ROOT, 'src', ADAPTERS));
  const long = files.filter((file) => readFileSync(join(ROOT, 'src', ADAPTERS, file), 'utf8').split('\n').length > 111);
  expect(long).toEqual([]);
});

test('./lean exports every name of ./runtime', () => {
  const namesOf = (file: string) => [...graph.code(file).matchAll(/^export \* from '(.+)';$/gm)].map(([, name]) => name);
  expect(namesOf('runtime/lean')).toEqual(namesOf('runtime/index'));
});
