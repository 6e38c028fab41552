/** Holds `docs/threat-model.md` to the last run of the tests: each test that it names ran and passed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCase } from './test-report';

const PAGE = join(__dirname, '../docs/threat-model.md');

/** A line of a table, with the tests that its last column names. */
interface Row {
  readonly threat: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/**
 * What is wrong, in words: a row without a test, a title that no test has, a test that did not pass.
 *
 * @param isOfRun - whether the tests of a file belong to this run; others are left to theirs
 */
export function threatProblems(
  run: readonly TestCase[], isOfRun: (file: string) => boolean = () => true, page = readFileSync(PAGE, 'utf8'),
): string[] {
  return rowsOf(page).flatMap(({ threat, tests }) => {
    if (tests.length === 0) return [`"${threat}" names no test by its file and its title.`];
    return tests.filter(({ file }) => isOfRun(file)).flatMap(({ file, title }) => {
      const found = run.filter((test) => test.file === file && test.title.includes(title));
      if (title === '') return [`"${threat}" names ${file} and no title in it.`];
      if (found.length === 0) return [`"${threat}": no test of ${file} ran whose title contains "${title}".`];
      return found.filter(({ outcome }) => outcome !== 'passed').map((test) => `"${threat}": ${file}: "${test.title}" ${test.outcome}.`);
    });
  });
}

/** The rows of all tables whose last column is headed `test`. */
function rowsOf(page: string): Row[] {
  let isOfTests = false;
  return page.split('\n').flatMap((line): Row[] => {
    if (!line.startsWith('|')) isOfTests = false;
    if (/\| test \|$/.test(line)) isOfTests = true;
    if (!isOfTests || /\| test \|$/.test(line) || /^\|-/.test(line)) return [];
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    // Several tests stand one after the other, parted by semicolons before the next file.
    const named = [...(cells.at(-2) ?? '').matchAll(/`(test\/[\w./-]+\.test\.ts)`(?:: (.+?))?(?=; `test\/|$)/g)];
    return [{ threat: cells[1] ?? '', tests: named.map(([, file = '', title = '']) => ({ file, title })) }];
  });
}
