import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-graph';
import { problemsIn } from '../support/compile';

/**
 * A block of TypeScript, and before it, where there is one, a comment that no
 * reader sees: `<!-- given: … -->` with what the block takes for granted, or
 * `<!-- file: … -->` with its place, from which it imports others.
 */
const BLOCK = /(?:<!-- (?:given:([^]*?)|file: (\S+) )-->\s*)?^```(?:ts|mts|typescript)\n([^]*?)^```/gm;

function documents(): string[] {
  const docs = existsSync(join(ROOT, 'docs')) ? readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }) : [];
  return ['README.md', ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))].sort();
}

/** The blocks of a document as modules, each at the line on which it stands there. */
function modulesOf(document: string): [file: string, text: string][] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(BLOCK)].map((match) => {
    const [whole, given = '', file, code = ''] = match;
    const line = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
    const module = `${'\n'.repeat(line)}${code}\nexport {};${given.replaceAll('\n', ' ')}\n`;
    return [file === undefined ? join(ROOT, `${document}.${line}.ts`) : join(ROOT, document, '..', file), module];
  });
}

/** The blocks that name their file in their first line, under that name, so that other blocks of the folder can import them. */
function namedModules(document: string): [file: string, text: string][] {
  return modulesOf(document).flatMap(([, text]): [string, string][] => {
    const name = /^\n+\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[join(ROOT, document, '..', name), text]];
  });
}

test('every TypeScript block of README.md and docs compiles as it stands', () => {
  const modules = new Map(documents().flatMap((document) => [...modulesOf(document), ...namedModules(document)]));
  // The README's test loads its handler.
  const [, handler = ''] = [...modules].find(([, text]) => text.includes("update('cart'")) ?? [];
  expect(problemsIn(new Map([...modules, [join(ROOT, 'handler.ts'), handler]]))).toEqual([]);
}, 120_000);

test('a block with a wrong type would be found', () => {
  const wrong = "import { sessionFactory } from 'cdk-session-table/runtime';\nsessionFactory({ timeout: 'soon' });\n";
  expect(problemsIn(new Map([[join(ROOT, 'wrong.ts'), wrong]]))).toEqual([expect.stringMatching(/^wrong\.ts:2 [^]*'string'/)]);
});
