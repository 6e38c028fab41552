import type { TestCase } from '../../build-tools/test-report';
import { threatProblems } from '../../build-tools/threat-model';

const page = (tests: string) => ['| threat | defence | test |', '|---|---|---|', `| Guessing | long ids | ${tests} |`, '', '- no row'].join('\n');
const ran = (more: Partial<TestCase> = {}): TestCase => ({
  file: 'test/session/id.test.ts', title: 'an id ids are all different', outcome: 'passed', milliseconds: 1, ...more,
});
const problemsOf = (run: readonly TestCase[], tests: string, isOfRun?: (file: string) => boolean) => threatProblems(run, isOfRun, page(tests));
const named = '`test/session/id.test.ts`: ids are all different';

test('a threat whose test ran and passed is met', () => {
  expect(problemsOf([ran()], named)).toEqual([]);
  expect(problemsOf([ran(), ran({ title: 'other; one' })], `${named}; \`test/session/id.test.ts\`: other; one`)).toEqual([]);
});

test.each<[string, string, TestCase[]]>([
  ['did not run', named, []],
  ['ran in another file', named, [ran({ file: 'test/session/ids.test.ts' })]],
  ['failed', named, [ran({ outcome: 'failed' })]],
  ['was skipped', named, [ran({ outcome: 'skipped' })]],
  ['failed for one of its cases', named, [ran(), ran({ outcome: 'failed' })]],
  ['is named by its file alone', '`test/session/id.test.ts`', [ran()]],
  ['is not named at all', 'we trust it', [ran()]],
  ['is the second of two and did not run', `${named}; \`test/session/id.test.ts\`: other`, [ran()]],
])('a threat whose test %s is not met', (_, tests, run) => {
  expect(problemsOf(run, tests)).toHaveLength(1);
});

test('a threat whose test belongs to another run is left to that run', () => {
  expect(problemsOf([], named, (file) => file !== 'test/session/id.test.ts')).toEqual([]);
  expect(problemsOf([], named, (file) => file === 'test/session/id.test.ts')).toHaveLength(1);
});
