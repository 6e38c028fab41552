/** Which tests should notice a change of a source, the most likely and the quickest first. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');
/** What is mutated: these rooms of the runtime. */
const ROOMS = ['session', 'table', 'request', 'adapters'];
/** The adapters that `npm run test:frameworks` tests, by what their names begin with. */
const FRAMEWORKS = readdirSync(join(ROOT, 'test/frameworks/subjects')).map((file) => basename(file, '.ts'));
/** Folders of tests that run sessions; the last ones are slow, and run only if no other notices anything. */
const TIERS = [
  ['session', 'table', 'request', 'adapters', 'options', 'testing'],
  ['conformance', 'faults/late', 'faults/stale'],
  ['model/model', 'explorer'],
];

/** All sources that are mutated, by their paths below `src/runtime`. */
export function mutatedSources(): string[] {
  return ROOMS.flatMap((room) => filesBelow(`src/runtime/${room}`)).map((path) => path.slice('src/runtime/'.length)).sort();
}

/** Whether a source is an adapter that is tested with its real framework, which is not asked here. */
function hasFramework(source: string): boolean {
  const [room, name = ''] = source.split('/');
  return room === 'adapters' && FRAMEWORKS.some((framework) => name.startsWith(framework));
}

/** All tests that may be asked. */
export function candidates(): string[] {
  const tests = filesBelow('test').filter((path) => path.endsWith('.test.ts'));
  return TIERS.flatMap((folders) => tests.filter((path) => folders.some((folder) => path.startsWith(`test/${folder}`))));
}

/**
 * The tests of one source: those with its name, then those of its room, then all that import it, each group by its
 * duration.
 */
export function testsOf(source: string, took: ReadonlyMap<string, number>): string[] {
  const room = dirname(source).split('/')[0] ?? '';
  const name = basename(source, '.ts');
  const rank = (test: string): number => {
    const tier = TIERS.findIndex((folders) => folders.some((folder) => test.startsWith(`test/${folder}`)));
    const isMirror = test.startsWith(`test/${room}/`) && basename(test).startsWith(name);
    return isMirror ? -2 : test.startsWith(`test/${room}/`) ? -1 : tier;
  };
  if (hasFramework(source)) return [];
  const target = join('src/runtime', source);
  return candidates()
    .filter((test) => took.has(test) && reached(test).has(target))
    .sort((one, other) => rank(one) - rank(other) || (took.get(one) ?? 0) - (took.get(other) ?? 0));
}

const graph = new Map<string, ReadonlySet<string>>();

/** All files that a file imports, itself and through others. */
function reached(path: string): ReadonlySet<string> {
  const known = graph.get(path);
  if (known !== undefined) return known;
  const found = new Set<string>([path]);
  for (const file of found) for (const next of imports(file)) found.add(next);
  graph.set(path, found);
  return found;
}

const direct = new Map<string, readonly string[]>();

function imports(path: string): readonly string[] {
  let known = direct.get(path);
  if (known === undefined) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const names = [...text.matchAll(/(?:from|import\(|require\() ?'(\.{1,2}\/[^']+)'/g)].map(([, name = '']) => join(dirname(path), name));
    known = names.flatMap((name) => [`${name}.ts`, `${name}/index.ts`].filter((each) => isFile(each)));
    direct.set(path, known);
  }
  return known;
}

const everything = new Set([...filesBelow('src'), ...filesBelow('test')]);

function isFile(path: string): boolean {
  return everything.has(path);
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(folder, file));
}
