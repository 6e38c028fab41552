/**
 * `npm test`: types, tests, lint, templates, and the threat model against what ran. All of them run, whatever fails
 * before; the last line is `N passed, N failed`, where a part that fails counts as one.
 *
 * With arguments, which go to jest: those tests alone.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lastRun } from './test-report';
import { threatProblems } from './threat-model';
import { findDynoxide, notTried } from '../test/support/engines';

const ROOT = join(__dirname, '..');
/** The threat model knows a test by its file too; a file that cannot even be loaded is to count as a failure. */
const REPORTING = { JEST_JUNIT_ADD_FILE_ATTRIBUTE: 'true', JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true' };
const BIN = join(ROOT, 'node_modules/.bin');

function runs(name: string, command: string, args: readonly string[]): boolean {
  const start = Date.now();
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...REPORTING } });
  console.log(`${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - start) / 1000)} s`);
  return status === 0;
}

function holdsThreatModel(): boolean {
  const problems = threatProblems(lastRun());
  for (const problem of problems) console.error(`docs/threat-model.md: ${problem}`);
  console.log(`threat model: ${problems.length === 0 ? 'each test that it names ran and passed' : 'FAILED'}`);
  return problems.length === 0;
}

function main(chosen: readonly string[]): void {
  const failed: string[] = [];
  const part = (name: string, holds: boolean): void => {
    if (!holds) failed.push(name);
  };
  const isWhole = chosen.length === 0;
  if (isWhole) part('types', runs('types', join(BIN, 'tsx'), ['build-tools/check-types.ts']));
  part('tests', runs('tests', join(BIN, 'jest'), ['--ci', '--passWithNoTests', ...chosen]));
  const tests = lastRun();
  if (isWhole) {
    part('lint', runs('lint', join(BIN, 'projen'), ['eslint']));
    part('templates', runs('templates', process.execPath, ['build-tools/integ-snapshots.mjs']));
    part('threat model', holdsThreatModel());
  }
  if (findDynoxide() === undefined) for (const guarantee of notTried()) console.warn(`NOT TRIED without dynoxide: ${guarantee}`);
  const failures = tests.filter(({ outcome }) => outcome === 'failed').length;
  // Failed tests are counted as such, and not once more as the part that ran them.
  const others = failed.filter((name) => name !== 'tests' || failures === 0).length;
  console.log(`${tests.filter(({ outcome }) => outcome === 'passed').length} passed, ${failures + others} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

main(process.argv.slice(2));
