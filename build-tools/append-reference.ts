/**
 * Appends the reference of the entry points beside the construct to the file that
 * jsii-docgen has written of the construct. Usage: append-reference.ts FILE
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY_POINTS } from '../projenrc/entry-points';

const ROOT = join(__dirname, '..');

const ARGUMENTS = [
  ...['--plugin', 'typedoc-plugin-markdown', '--router', 'module'],
  ...['--tsconfig', 'src/testing/tsconfig.json', '--displayBasePath', 'src'],
  ...['--readme', 'none', '--excludeInternal', '--excludePrivate', '--sort', 'source-order'],
  // Line numbers would change with every edit, and no two checkouts agree on a revision.
  '--disableSources',
  ...['--parametersFormat', 'table', '--interfacePropertiesFormat', 'table', '--typeDeclarationFormat', 'table', '--excludeExternals'],
  ...['--hidePageHeader', '--hideBreadcrumbs', '--logLevel', 'Error'],
];

/** The page of one entry point, as a section of a file that holds all of them. */
function section(name: string, page: string): string {
  const entry = name.slice(2);
  const text = page
    .replace(/^# .*$/m, `# \`cdk-session-table/${entry}\` <a name="${entry}" id="${entry}"></a>`)
    .replace(/\]\([^)#\s]*\.md(#[^)]*)?\)/g, (_, anchor: string | undefined) => `](${anchor ?? ''})`)
    .replace(/[ \t]+$/gm, '');
  return `\n${text.trim()}\n`;
}

function main(file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'reference-'));
  try {
    const sources = Object.values(ENTRY_POINTS).map((source) => `src/${source}.ts`);
    const typedoc = join(ROOT, 'node_modules/typedoc/bin/typedoc');
    execFileSync(process.execPath, [typedoc, ...ARGUMENTS, '--out', folder, ...sources], { cwd: ROOT, stdio: 'inherit' });
    for (const [name, source] of Object.entries(ENTRY_POINTS)) {
      appendFileSync(file, section(name, readFileSync(join(folder, `${source.replace(/\/index$/, '')}.md`), 'utf8')));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Usage: append-reference.ts FILE');
main(file);
