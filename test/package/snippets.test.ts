import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './source-graph';
import { sourcesByName } from '../../projenrc/entry-points';

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

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'test/tsconfig.json'), (file) => ts.sys.readFile(file));
  const paths = Object.fromEntries(sourcesByName().map(([name, source]) => [name, [join(ROOT, `${source}.ts`)]]));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'test')).options;
  return { ...parsed, paths, noUnusedLocals: false, noUnusedParameters: false };
}

/** What the compiler finds in these modules, as `README.md.12.ts:14 message`. */
function problemsIn(modules: ReadonlyMap<string, string>): string[] {
  const compilerOptions = options();
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists } = host;
  // The folders of the files that documents name are not there.
  host.directoryExists = () => true;
  host.fileExists = (file) => modules.has(file) || fileExists.call(host, file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = modules.get(file);
    return text === undefined ? getSourceFile.call(host, file, target, ...rest) : ts.createSourceFile(file, text, target);
  };
  const declared = ['src/testing/dynalite.d.ts', 'docs/shapes/frameworks.d.ts'].map((file) => join(ROOT, file));
  const program = ts.createProgram({ rootNames: [...modules.keys(), ...declared], options: compilerOptions, host });
  const files = program.getSourceFiles().filter(({ fileName }) => modules.has(fileName));
  return files.flatMap((file) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ start, messageText }) => {
      const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${file.fileName.slice(ROOT.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
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
