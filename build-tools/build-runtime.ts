/**
 * Writes what jsii does not compile: the JavaScript and the declarations of the
 * runtime and of the testing parts, below `lib`.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';
import { ENTRY_POINTS } from '../projenrc/entry-points';

const ROOT = join(__dirname, '..');
const SRC = join(ROOT, 'src');
const LIB = join(ROOT, 'lib');
/** The parts of `src` that are written here; the rest is jsii's. */
const PARTS = ['runtime', 'testing'];

const COMMON: BuildOptions = { platform: 'node', target: 'node20', outbase: SRC, outdir: LIB, logLevel: 'warning' };

function sources(): string[] {
  return PARTS.flatMap((part) =>
    readdirSync(join(SRC, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join(SRC, part, file)),
  );
}

/**
 * File by file, so that a class has one identity whichever entry point it came
 * through, and so that `import()` stays a load on first use.
 */
async function buildCommonJs(): Promise<void> {
  // As `import()` Node would want the extension; as a deferred `require` it does not.
  await build({ ...COMMON, entryPoints: sources(), format: 'cjs', supported: { 'dynamic-import': false } });
}

/** Split, so that entry points share what they have in common and load on first use what they import on first use. */
async function buildModules(): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: Object.values(ENTRY_POINTS).map((source) => join(SRC, `${source}.ts`)),
    bundle: true,
    packages: 'external',
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'runtime/chunks/[name]-[hash]',
  });
}

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
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => '\n' }));
}

/** What `import` sees of an entry point has the kind of a module. */
function writeModuleDeclarations(): void {
  for (const source of Object.values(ENTRY_POINTS)) {
    const name = source.slice(source.lastIndexOf('/') + 1);
    writeFileSync(join(LIB, `${source}.d.mts`), `export * from "./${name}.js";\n`);
  }
}

async function main(): Promise<void> {
  for (const part of PARTS) rmSync(join(LIB, part), { recursive: true, force: true });
  await buildCommonJs();
  await buildModules();
  writeDeclarations();
  writeModuleDeclarations();
}

void main();
