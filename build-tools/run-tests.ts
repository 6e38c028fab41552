/**
 * `npm test`: types, templates, lint, tests, and the threat model against what ran. All of them run, whatever fails
 * before; the last line is `N passed, N failed`, where a part that fails counts as one.
 *
 * `npm run test:faults`: the long tests in its place, which are every fault of every call and every order of requests.
 *
 * With other arguments, which go to jest: those tests alone.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Report, lastRun } from './test-report';
import { threatProblems } from './threat-model';
import { findDynoxide, notTried } from '../test/support/engines';

const ROOT = join(__dirname, '..');
const BIN = join(ROOT, 'node_modules/.bin');
/** Together they take as long as all others. */
const LONG = 'test/(explorer/|faults/(matrix|users)|deploy/)';

function runs(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const start = Date.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      console.log(`${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - start) / 1000)} s`);
      resolve(status === 0);
    });
  });
}

/** The threat model knows a test by its file too; a file that cannot even be loaded is to count as a failure. */
function jest(args: readonly string[], report: Report): Promise<boolean> {
  const env = { JEST_JUNIT_ADD_FILE_ATTRIBUTE: 'true', JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true', JEST_JUNIT_OUTPUT_NAME: report };
  return runs('tests', join(BIN, 'jest'), ['--ci', ...args], env);
}

/** @param isOfRun - whether the tests of a file were to run */
function holdsThreatModel(report: Report, isOfRun: (file: string) => boolean): boolean {
  const problems = threatProblems(lastRun(report), isOfRun);
  for (const problem of problems) console.error(`docs/threat-model.md: ${problem}`);
  console.log(`threat model: ${problems.length === 0 ? 'each test that it names here ran and passed' : 'FAILED'}`);
  return problems.length === 0;
}

async function main(chosen: readonly string[]): Promise<void> {
  const isLong = chosen[0] === '--faults';
  const isWhole = chosen.length === 0;
  const report = isLong ? 'faults.xml' : 'junit.xml';
  const failed: string[] = [];
  const part = (name: string, holds: boolean): void => {
    if (!holds) failed.push(name);
  };
  if (isWhole) {
    // Lint is busy with itself on one core for as long as the two parts beside it.
    const lint = runs('lint', join(BIN, 'projen'), ['eslint']);
    part('types', await runs('types', join(BIN, 'tsx'), ['build-tools/check-types.ts']));
    part('templates', await runs('templates', process.execPath, ['build-tools/integ-snapshots.mjs']));
    part('lint', await lint);
  }
  const which = isWhole ? ['--testPathIgnorePatterns', '/node_modules/', LONG] : isLong ? [LONG] : chosen;
  part('tests', await jest(which, report));
  const tests = lastRun(report);
  if (isWhole || isLong) part('threat model', holdsThreatModel(report, (file) => new RegExp(LONG).test(file) === isLong));
  if (findDynoxide() === undefined) for (const guarantee of notTried()) console.warn(`NOT TRIED without dynoxide: ${guarantee}`);
  const failures = tests.filter(({ outcome }) => outcome === 'failed').length;
  // Failed tests are counted as such, and not once more as the part that ran them.
  const others = failed.filter((name) => name !== 'tests' || failures === 0).length;
  console.log(`${tests.filter(({ outcome }) => outcome === 'passed').length} passed, ${failures + others} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

void main(process.argv.slice(2));
