/** The JavaScript of the parts of `src` that jsii does not compile. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, type BuildResult, build } from 'esbuild';
import { ENTRY_POINTS } from '../projenrc/entry-points';

export const ROOT = join(__dirname, '..');
export const SRC = join(ROOT, 'src');
/** The parts that are compiled here; jsii compiles the rest of `src`. */
export const PARTS = ['runtime', 'testing', 'cli'];

const COMMON: BuildOptions = { absWorkingDir: ROOT, platform: 'node', target: 'node20', outbase: SRC, logLevel: 'warning' };

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
 *
 * @param shared - files that jsii would have written, if it has not run
 */
export async function buildCommonJs(outdir: string, shared: readonly string[] = []): Promise<void> {
  const entryPoints = [...sources(), ...shared.map((file) => join(SRC, file))];
  // As `import()` Node would want the extension; as a deferred `require` it does not.
  await build({ ...COMMON, entryPoints, outdir, format: 'cjs', supported: { 'dynamic-import': false } });
}

/** Split, so that entry points share what they have in common and load on first use what they import on first use. */
export function buildModules(outdir: string, options: BuildOptions = {}): Promise<BuildResult> {
  return build({
    ...COMMON,
    entryPoints: Object.values(ENTRY_POINTS).map((source) => join(SRC, `${source}.ts`)),
    outdir,
    bundle: true,
    packages: 'external',
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'runtime/chunks/[name]-[hash]',
    ...options,
  });
}
