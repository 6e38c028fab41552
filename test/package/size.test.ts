import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ROOT } from './source-graph';

/**
 * What the runtime may add to a function's bundle, in bytes. It is what it is
 * today and a little, so that it grows by decision only; it is to come down.
 */
const BUDGET = { minified: 78_000, gzip: 27_500 };

async function bundle(entry: string): Promise<{ readonly bytes: Uint8Array; readonly inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'src', entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*', '@smithy/*'],
    metafile: true,
    write: false,
  });
  return { bytes: outputFiles[0]!.contents, inputs: Object.keys(metafile.inputs) };
}

test('the runtime without the SDK keeps to its budget', async () => {
  const { bytes } = await bundle('runtime/index.ts');
  const gzip = gzipSync(bytes, { level: 9 }).length;
  process.stdout.write(`./runtime minified without the SDK: ${bytes.length} bytes of ${BUDGET.minified}; gzip ${gzip} of ${BUDGET.gzip}\n`);
  expect(bytes.length).toBeLessThanOrEqual(BUDGET.minified);
  expect(gzip).toBeLessThanOrEqual(BUDGET.gzip);
});

test('the runtime brings no package with it, nor anything of the construct', async () => {
  const { inputs } = await bundle('runtime/index.ts');
  expect(inputs.filter((file) => !/^src\/(runtime\/|(contract|option-rule|settings)\.ts$)/.test(file))).toEqual([]);
});
