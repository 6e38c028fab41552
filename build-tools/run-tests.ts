/**
 * `npm test`: types, templates, lint, tests, and the threat model against what ran. All of them run, whatever fails
 * before; the last line is `N passed, N failed`, where a part that fails counts as one.
 *
 * With arguments, which go to jest: those tests alone.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { lastRun } from './test-report';
import { threatProblems } from './threat-model';
import { findDynoxide, notTried } from '../test/support/engines';

const ROOT = join(__dirname, '..');
/** The threat model knows a test by its file too; a file that cannot even be loaded is to count as a failure. */
const REPORTING = { JEST_JUNIT_ADD_FILE_ATTRIBUTE: 'true', JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true' };
const BIN = join(ROOT, 'node_modules/.bin');

function runs(name: string, command: string, args: readonly string[]): Promise<boolean> {
  const start = Date.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...REPORTING } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      console.log(`${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - start) / 1000)} s`);
      resolve(status === 0);
    });
  });
}

function holdsThreatModel(): boolean {
  const problems = threatProblems(lastRun());
  for (const problem of problems) console.error(`docs/threat-model.md: ${problem}`);
  console.log(`threat model: ${problems.length === 0 ? 'each test that it names ran and passed' : 'FAILED'}`);
  return problems.length === 0;
}

async function main(chosen: readonly string[]): Promise<void> {
  const failed: string[] = [];
  const part = (name: string, holds: boolean): void => {
    if (!holds) failed.push(name);
  };
  const isWhole = chosen.length === 0;
  // Lint is busy with itself on one core for as long as the two parts beside it.
  const lint = isWhole ? runs('lint', join(BIN, 'projen'), ['eslint']) : undefined;
  if (isWhole) {
    part('types', await runs('types', join(BIN, 'tsx'), ['build-tools/check-types.ts']));
    part('templates', await runs('templates', process.execPath, ['build-tools/integ-snapshots.mjs']));
  }
  if (lint !== undefined) part('lint', await lint);
  part('tests', await runs('tests', join(BIN, 'jest'), ['--ci', '--passWithNoTests', ...chosen]));
  const tests = lastRun();
  if (isWhole) part('threat model', holdsThreatModel());
  if (findDynoxide() === undefined) for (const guarantee of notTried()) console.warn(`NOT TRIED without dynoxide: ${guarantee}`);
  const failures = tests.filter(({ outcome }) => outcome === 'failed').length;
  // Failed tests are counted as such, and not once more as the part that ran them.
  const others = failed.filter((name) => name !== 'tests' || failures === 0).length;
  console.log(`${tests.filter(({ outcome }) => outcome === 'passed').length} passed, ${failures + others} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

void main(process.argv.slice(2));
