/**
 * Changes the runtime one place at a time and says which changes no test notices.
 *
 * `npm run test:mutation -- [--part 3/8] [--sample 60 --seed 7] [--seconds 100] [source…]`
 *
 * Ends with 1 where a change survives that `docs/mutation.md` does not list.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptedSurvivors, entryOf, placeName } from './accepted-survivors';
import { Mutant, mutantsOf } from './mutants';
import { MutationProcess } from './mutation-pool';
import { candidates, mutatedSources, testsOf } from './mutation-tests';
import { lastRun } from './test-report';

const ROOT = join(__dirname, '..');
const PROCESSES = 2;
/** Milliseconds after which a test file hangs: at least these, or eight times what it took last. */
const PATIENCE = 30_000;
const MORE_PATIENCE = 8;

interface Change {
  readonly file: string;
  readonly text: string;
  readonly what: string;
  readonly mutant: Mutant;
  /** The whole source as it was when the run began. */
  readonly source: string;
}

interface Judged extends Change {
  /** The test file that noticed, or nothing. */
  readonly noticedBy: string | undefined;
}

function changesOf(file: string): Change[] {
  const source = readFileSync(join(ROOT, 'src/runtime', file), 'utf8');
  const lines = source.split('\n');
  return mutantsOf(source).map((mutant) => ({ file, text: (lines[mutant.line - 1] ?? '').trim(), what: mutant.what, mutant, source }));
}

/** A shuffle that a seed repeats. */
function shuffled<Element>(list: readonly Element[], seed: number): Element[] {
  const order = (at: number): string => createHash('sha256').update(`${seed}/${at}`).digest('hex');
  const keyed = list.map((element, at) => ({ element, key: order(at) }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ element }) => element);
}

/** What each test file took in the last run of jest, in milliseconds; a new one counts as quick. */
function lastTimes(): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { file, milliseconds } of [...lastRun('junit.xml'), ...lastRun('faults.xml')]) known.set(file, (known.get(file) ?? 0) + milliseconds);
  return new Map(candidates().map((test) => [test, known.get(test) ?? readFileSync(join(ROOT, test)).length / 100]));
}

async function judge(process: MutationProcess, change: Change, took: ReadonlyMap<string, number>): Promise<Judged> {
  const path = join(ROOT, 'src/runtime', change.file);
  const { source, mutant } = change;
  const text = source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end);
  for (const test of testsOf(change.file, took)) {
    const longest = Math.max(PATIENCE, MORE_PATIENCE * (took.get(test) ?? 0));
    const outcome = await process.run({ tests: [test], source: { path, text } }, longest);
    if (typeof outcome === 'string' || outcome.some(({ failed }) => failed.length > 0)) return { ...change, noticedBy: test };
  }
  return { ...change, noticedBy: undefined };
}

/** A test that fails as it is notices everything, and so nothing. */
async function failingAnyway(tests: Iterable<string>): Promise<string[]> {
  const process = new MutationProcess();
  const failing: string[] = [];
  for (const test of tests) {
    const outcome = await process.run({ tests: [test] }, 10 * PATIENCE);
    if (typeof outcome === 'string' || outcome.some(({ failed }) => failed.length > 0)) failing.push(test);
  }
  process.close();
  return failing;
}

function table(judged: readonly Judged[]): string {
  const files = [...new Set(judged.map(({ file }) => file))].sort();
  const rows = files.map((file) => {
    const of = judged.filter((each) => each.file === file);
    const noticed = of.filter(({ noticedBy }) => noticedBy !== undefined).length;
    return `| \`${file}\` | ${of.length} | ${noticed} | ${((100 * noticed) / of.length).toFixed(1)} % |`;
  });
  return `| source | changes | noticed | score |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { part: { type: 'string' }, sample: { type: 'string' }, seed: { type: 'string' }, seconds: { type: 'string', default: '100000' } },
  });
  const [part = 1, parts = 1] = (values.part ?? '1/1').split('/').map(Number);
  const seed = Number(values.seed ?? Math.floor(Date.now() / 86_400_000));
  const took = lastTimes();
  const chosen = mutatedSources().filter((file) => positionals.length === 0 || positionals.some((name) => file.includes(name)));
  const sources = chosen.filter((file) => testsOf(file, took).length > 0);
  for (const file of chosen) if (!sources.includes(file)) console.log(`NOT TRIED ${file}: none of these tests is for it`);
  const all = sources.flatMap(changesOf).filter((_, i) => i % parts === part - 1);
  const waiting = values.sample === undefined ? all : shuffled(all, seed).slice(0, Number(values.sample));
  console.log(`${waiting.length} of ${all.length} changes in ${sources.length} sources${values.sample === undefined ? '' : `, seed ${seed}`}`);
  const accepted = acceptedSurvivors();
  const judged: Judged[] = [];
  const until = Date.now() + Number(values.seconds) * 1000;
  await Promise.all(Array.from({ length: PROCESSES }, async () => {
    const process = new MutationProcess();
    for (let change = waiting.shift(); change !== undefined && Date.now() < until; change = waiting.shift()) {
      const result = await judge(process, change, took);
      judged.push(result);
      const verdict = result.noticedBy !== undefined ? 'noticed ' : accepted.has(placeName(result)) ? 'accepted' : 'SURVIVED';
      const by = result.noticedBy === undefined ? '' : ` (${result.noticedBy})`;
      console.log(`${judged.length} ${verdict} ${result.file}:${result.mutant.line} ${result.what}${by}`);
    }
    process.close();
  }));
  const failing = await failingAnyway(new Set(judged.flatMap(({ noticedBy }) => noticedBy ?? [])));
  const survivors = judged.filter((each) => each.noticedBy === undefined && !accepted.has(placeName(each)));
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, 'dist/mutation.md'), `${table(judged)}\n${survivors.map(entryOf).join('\n')}\n`);
  console.log(`\n${table(judged)}`);
  for (const test of failing) console.log(`${test} fails as it is, so what it noticed does not count`);
  for (const survivor of survivors) console.log(`SURVIVED, and docs/mutation.md does not list it:\n${entryOf(survivor)}`);
  console.log(`${judged.length} changes, ${survivors.length} survivors that are not listed, ${failing.length} tests that fail as they are`);
  if (survivors.length > 0 || failing.length > 0) process.exitCode = 1;
}

void main();
