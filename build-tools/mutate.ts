/** Changes the sources that decide about safety, one place at a time, and writes down which changes no test notices. */
import { ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mutant, mutantsOf } from './mutants';

const ROOT = join(__dirname, '..');
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json'];
/** The tests of each source: the quick ones first, and those that are slower for what is left. */
const TESTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'table/store.ts': [
    ['test/table/store', 'test/table/refusal'],
    ['test/request/lost-answers', 'test/request/races', 'test/request/flash', 'test/request/regenerate'],
    ['test/conformance/conformance'],
  ],
  'table/item.ts': [['test/table/item'], ['test/table/store', 'test/request/damaged-items', 'test/request/stored']],
  'request/cookie.ts': [['test/request/cookie'], ['test/request/requests', 'test/request/life-cycle', 'test/request/session-events']],
  'session/id.ts': [['test/session/id'], ['test/request/stored', 'test/request/session-events']],
};
const WORKERS = 2;
/** A test that hangs has noticed. */
const LONGEST = 180_000;
const EXEC = ['--import', 'tsx', '--experimental-vm-modules', '--no-warnings'];

interface Result {
  readonly file: string;
  readonly mutant: Mutant;
  readonly killed: boolean;
}

/** A copy of the project in which sources may be broken. */
class Workshop {
  #worker: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'mutation-'));

  public constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Whether a test notices a change; each leaves the source as it was when the copy was made. */
  public async isKilled(file: string, mutant: Mutant | undefined): Promise<boolean> {
    const path = join('src/runtime', file);
    const original = readFileSync(join(this.#folder, path), 'utf8');
    const changed = mutant === undefined ? original : original.slice(0, mutant.start) + mutant.replacement + original.slice(mutant.end);
    writeFileSync(join(this.#folder, path), changed);
    try {
      for (const tests of TESTS[file] ?? []) if (!(await this.#pass(tests))) return true;
      return false;
    } finally {
      writeFileSync(join(this.#folder, path), original);
    }
  }

  public close(): void {
    this.#worker?.kill();
    rmSync(this.#folder, { recursive: true });
  }

  /** A run that hangs, or that takes its process with it, has noticed; the next one gets another process. */
  #pass(tests: readonly string[]): Promise<boolean> {
    const worker = (this.#worker ??= fork(join(__dirname, 'mutation-worker.ts'), { cwd: this.#folder, execArgv: EXEC, stdio: 'ignore' }));
    return new Promise((resolve) => {
      const end = (passed: boolean, isAlive: boolean): void => {
        clearTimeout(timer);
        worker.removeAllListeners();
        if (!isAlive) {
          worker.kill('SIGKILL');
          this.#worker = undefined;
        }
        resolve(passed);
      };
      const timer = setTimeout(() => end(false, false), LONGEST);
      worker.once('exit', () => end(false, false));
      worker.once('message', (passed) => end(passed === true, true));
      worker.send(tests);
    });
  }
}

function report(results: readonly Result[]): string {
  const rows = Object.keys(TESTS).map((file) => {
    const of = results.filter((result) => result.file === file);
    const killed = of.filter((result) => result.killed).length;
    return `| \`${file}\` | ${of.length} | ${killed} | ${((100 * killed) / Math.max(1, of.length)).toFixed(1)} % |`;
  });
  const survivors = results.filter(({ killed }) => !killed).map(({ file, mutant }) => `- \`${file}\` line ${mutant.line}: ${mutant.what}`);
  return `| source | changes | noticed | score |\n|---|---|---|---|\n${rows.join('\n')}\n\n## Survivors\n\n${survivors.join('\n') || 'None.'}\n`;
}

async function main(): Promise<void> {
  const files = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(TESTS);
  const jobs = files.flatMap((file) => mutantsOf(readFileSync(join(ROOT, 'src/runtime', file), 'utf8')).map((mutant) => ({ file, mutant })));
  console.log(`${jobs.length} changes`);
  const results: Result[] = [];
  const waiting = [...jobs];
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    const workshop = new Workshop();
    try {
      for (const file of files) if (await workshop.isKilled(file, undefined)) throw new Error(`the tests of ${file} fail as it is`);
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const killed = await workshop.isKilled(job.file, job.mutant);
        results.push({ ...job, killed });
        console.log(`${results.length}/${jobs.length} ${killed ? 'noticed ' : 'SURVIVED'} ${job.file}:${job.mutant.line} ${job.mutant.what}`);
      }
    } finally {
      workshop.close();
    }
  }));
  const order = new Map(jobs.map((job, i) => [job.mutant, i]));
  results.sort((one, other) => (order.get(one.mutant) ?? 0) - (order.get(other.mutant) ?? 0));
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, 'dist/mutation.md'), report(results));
  console.log(`\n${report(results)}\nalso in dist/mutation.md`);
}

void main();
