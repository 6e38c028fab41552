import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Cost, measure } from './rounds';

/** What is started, in this order. */
export const COLD_SUBJECTS = ['client only', './runtime', './lean'] as const;

const run = promisify(execFile);
const START_AND_READ = (name: string): string =>
  `import { handler } from './${name}'; handler().then((usage) => { console.log(JSON.stringify(usage)); process.exit(); });`;

/** A bundle and what its first read took. */
export interface ColdStart extends Cost {
  readonly bytes: number;
}

/** Starts each bundle in a fresh process, by turns; the CPU is that of the whole process. */
export async function coldStarts(cookie: string, rounds: number): Promise<ColdStart[]> {
  const names = ['bare', 'runtime', 'lean'];
  const bytes: number[] = [];
  for (const name of names) {
    const outfile = join(__dirname, `cold-${name}.mjs`);
    const { metafile } = await build({
      stdin: { contents: START_AND_READ(name), resolveDir: join(process.cwd(), 'bench/cold') },
      outfile,
      bundle: true,
      minify: true,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
      // The SDK has a few calls of require.
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    });
    bytes.push(Object.values(metafile.outputs)[0]!.bytes);
  }
  const costs = await measure(names.map((name) => ({ name, run: () => firstRead(name, cookie) })), { rounds, batch: 1 });
  return costs.map((cost, index) => ({ ...cost, bytes: bytes[index]! }));
}

async function firstRead(name: string, cookie: string): Promise<number> {
  const { stdout } = await run(process.execPath, ['--no-warnings', join(__dirname, `cold-${name}.mjs`)], { env: { ...process.env, COOKIE: cookie } });
  const { user, system } = JSON.parse(stdout) as NodeJS.CpuUsage;
  return user + system;
}
