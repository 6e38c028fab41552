/**
 * Writes what jsii does not compile: the JavaScript and the declarations of the
 * runtime and of the testing parts, below `lib`.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PARTS, ROOT, SRC, buildCommonJs, buildModules } from './runtime-bundles';
import { ENTRY_POINTS } from '../projenrc/entry-points';

const LIB = join(ROOT, 'lib');

/** The declarations of the parts; those of what they share with the construct are jsii's. */
function writeDeclarations(): void {
  const { config } = ts.readConfigFile(join(SRC, 'testing/tsconfig.json'), (file) => ts.sys.readFile(file));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, join(SRC, 'testing'));
  const options = { ...parsed.options, noEmit: false, emitDeclarationOnly: true, inlineSourceMap: false, inlineSources: false, outDir: LIB };
  const program = ts.createProgram({ rootNames: parsed.fileNames, options });
  const own = PARTS.map((part) => join(LIB, part));
  const { diagnostics } = program.emit(undefined, (file, text) => {
    if (own.some((folder) => file.startsWith(folder))) ts.sys.writeFile(file, text);
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  const format = { getCanonicalFileName: (name: string) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' };
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, format));
}

/** Writes the declarations that `import` sees as modules. */
function writeModuleDeclarations(): void {
  for (const source of Object.values(ENTRY_POINTS)) {
    const name = source.slice(source.lastIndexOf('/') + 1);
    writeFileSync(join(LIB, `${source}.d.mts`), `export * from "./${name}.js";\n`);
  }
}

async function main(): Promise<void> {
  for (const part of PARTS) rmSync(join(LIB, part), { recursive: true, force: true });
  await buildCommonJs(LIB);
  await buildModules(LIB);
  writeDeclarations();
  writeModuleDeclarations();
}

void main();
