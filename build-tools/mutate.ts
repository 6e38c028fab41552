/**
 * Breaks the code on purpose, one place at a time, and looks whether a test
 * notices: every operator, number, word of a condition and text of an expression
 * in the files below. Works in a copy. Writes docs/mutation.md.
 *
 * Usage: npm run test:mutation
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** What is broken, and the tests that are to notice. */
const SUBJECTS: readonly { readonly file: string; readonly tests: readonly string[] }[] = [
  { file: 'src/runtime/store.ts', tests: ['test/runtime/store.test.ts', 'test/runtime/refusal.test.ts'] },
  { file: 'src/runtime/item.ts', tests: ['test/runtime/item.test.ts', 'test/runtime/store.test.ts'] },
  { file: 'src/runtime/cookie.ts', tests: ['test/runtime/cookie.test.ts'] },
  { file: 'src/runtime/session-id.ts', tests: ['test/runtime/session-id.test.ts'] },
];

/** A way to break code: what is looked for, and what takes its place. */
const OPERATORS: readonly [RegExp, (found: string) => string][] = [
  [/===|!==/g, (found) => (found === '===' ? '!==' : '===')],
  [/ (?:<|>|<=|>=) (?=[\w(])/g, (found) => ({ ' < ': ' <= ', ' > ': ' >= ', ' <= ': ' < ', ' >= ': ' > ' })[found] ?? found],
  [/ && | \|\| /g, (found) => (found === ' && ' ? ' || ' : ' && ')],
  [/\btrue\b|\bfalse\b/g, (found) => (found === 'true' ? 'false' : 'true')],
  [/\b[1-9][0-9_]*\b/g, (found) => `${found}1`],
  // The words of DynamoDB's expressions.
  [/attribute_not_exists|attribute_exists/g, (found) => (found === 'attribute_exists' ? 'attribute_not_exists' : 'attribute_exists')],
  [/(?<=[A-Z}] ?) AND (?:iss|ver|exp)? ?[^`'"]*(?=[`'"])/g, () => ''],
  [/\b(?:ALIVE|SAME_FORMAT|SAME_VERSION|OLDER|NOT_THERE)(?=[,\]])/g, () => "'attribute_exists(sid)'"],
  [/, (?:sameIdle\([\w.]+\)|OLDER|SAME_VERSION|SAME_FORMAT)(?=[,\]])/g, () => ''],
  [/condition\.push\([^;]+;/g, () => ';'],
];

interface Mutant {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The code of a file without its comments and imports: those places are not broken. */
function isCode(line: string): boolean {
  return !/^\s*(?:\/?\*|\/\/|import |} from )/.test(line);
}

function mutantsOf(source: string): Mutant[] {
  const lines = source.split('\n');
  return lines.flatMap((line, n) => (isCode(line) ? OPERATORS.flatMap(([pattern, replace]) =>
    [...line.matchAll(pattern)].map((match): Mutant => {
      const to = replace(match[0]);
      const broken = line.slice(0, match.index) + to + line.slice(match.index + match[0].length);
      return { line: n + 1, from: match[0], to, text: [...lines.slice(0, n), broken, ...lines.slice(n + 1)].join('\n') };
    })) : []));
}

/** Whether the tests notice. */
function isKilled(copy: string, tests: readonly string[]): boolean {
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings', CI: 'true' };
  const args = ['jest', '--bail', '--silent', ...tests];
  return spawnSync('npx', args, { cwd: copy, env, stdio: 'ignore', timeout: 120_000 }).status !== 0;
}

function main(): void {
  const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
  try {
    for (const name of ['package.json', 'tsconfig.json', 'src', 'test', 'build-tools', 'projenrc']) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const sections = SUBJECTS.map(({ file, tests }) => {
      if (isKilled(copy, tests)) throw new Error(`The tests of ${file} fail before it is broken.`);
      const source = readFileSync(join(ROOT, file), 'utf8');
      const mutants = mutantsOf(source);
      const survivors = mutants.filter(({ text }) => {
        writeFileSync(join(copy, file), text);
        return !isKilled(copy, tests);
      });
      writeFileSync(join(copy, file), source);
      console.log(`${file}: ${mutants.length - survivors.length} of ${mutants.length} killed`);
      return section(file, source.split('\n'), mutants.length, survivors);
    });
    writeFileSync(join(ROOT, 'docs/mutation.md'), page(sections));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function section(file: string, lines: readonly string[], count: number, survivors: readonly Mutant[]): string {
  const rows = survivors.map(({ line, from, to }) => `| ${line} | \`${from.trim()}\` → \`${to.trim()}\` | \`${lines[line - 1]?.trim().replaceAll('|', '\\|')}\` |`);
  const table = rows.length === 0 ? 'None survived.' : `| line | change | code |\n|---|---|---|\n${rows.join('\n')}`;
  return `## ${file}: ${count - survivors.length} of ${count} killed\n\n${table}\n`;
}

function page(sections: readonly string[]): string {
  return `# What the tests notice\n\nWritten by \`npm run test:mutation\`, which breaks one place of the code at a time and runs its tests. A mutant that
survives is listed with its line as it stands.\n\n${sections.join('\n')}`;
}

main();
