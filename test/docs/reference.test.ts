import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPages } from '../../build-tools/api-pages';

const ROOT = join(__dirname, '../..');
const pages = apiPages();
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test('the pages of docs/api are those that the doc comments give', () => {
  for (const [file, text] of pages) expect([file, read(file)]).toEqual([file, text]);
});

test('each method of Session has an example', () => {
  const methods = read('docs/api/runtime.md').split(/^(?=#### |### )/m).filter((part) => /^#### Session[.[]/.test(part));
  expect(methods.length).toBeGreaterThan(20);
  expect(methods.filter((part) => !part.includes('\n```ts\n')).map((part) => part.split('\n')[0])).toEqual([]);
});

test('each page begins with its entry, and shows nothing of CDK or jsii', () => {
  const first = Object.fromEntries([...pages].map(([file, text]) => [file, /^### (.*)$/m.exec(text)?.[1]]));
  expect(first).toMatchObject({ 'docs/api/construct.md': 'SessionTable', 'docs/api/runtime.md': 'sessionFactory', 'docs/api/testing.md': 'visitor' });
  for (const text of pages.values()) expect(text).not.toMatch(/^#+ .*(isConstruct|toString|Initializer)|\bnode\b \|/m);
});

test('API.md names what the pages have, and no method of the table, the session or a user is missing', () => {
  const overview = read('API.md');
  const reference = [...pages.values()].join('\n');
  const names = [...overview.matchAll(/`(?:\w+\.)?(\w+)(?:<Data>)?\(/g)].map(([, name = '']) => name);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(reference))).toEqual([]);
  const methods = [...reference.matchAll(/^#### (?:ISessionTable|Session|UserSessions)\.(\w+)$/gm)].map(([, name = '']) => name);
  expect(methods.filter((name) => !name.startsWith('metric') && !overview.includes(`${name}(`))).toEqual([]);
});
