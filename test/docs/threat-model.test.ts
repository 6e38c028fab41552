import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Each line of a table that names a test: the file, and the title where one is given. */
function namedTests(): [string, string][] {
  const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
  return [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)`(?:: (.+?))? \|$/gm)].map(([, file = '', title = '']) => [file, title]);
}

test('every line of the threat model names a test', () => {
  const rows = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8').split('\n').filter((line) => /^\| (?!threat|-)/.test(line));
  expect(namedTests()).toHaveLength(rows.length);
});

test.each(namedTests())('%s has the test that the threat model names: %s', (file, title) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
});
