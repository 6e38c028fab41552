import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/**
 * Bytes that the library may allocate for a request, its client apart. As today and a tenth more,
 * because versions of Node differ.
 */
const BUDGETS: Readonly<Record<string, number>> = { none: 5000, read: 26_000, change: 47_000 };

/** Nothing is collected while it counts, and nothing is optimised away, so that each run counts the same. */
const FLAGS = ['--expose-gc', '--no-opt', '--min-semi-space-size=128', '--max-semi-space-size=128'];

test('a request allocates no more than its budget', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'allocations-'));
  const outfile = join(folder, 'requests.cjs');
  try {
    await build({ entryPoints: [join(__dirname, 'allocating-requests.ts')], outfile, bundle: true, platform: 'node', target: 'node20' });
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, outfile], { env: { ...process.env, NODE_OPTIONS: '' } });
    const bytes = JSON.parse(stdout) as Record<string, number>;
    process.stdout.write(`allocated for a request: ${Object.entries(bytes).map(([use, count]) => `${use} ${count} of ${BUDGETS[use]}`).join(', ')}\n`);
    expect(Object.keys(bytes)).toEqual(Object.keys(BUDGETS));
    for (const [use, budget] of Object.entries(BUDGETS)) expect(bytes[use]).toBeLessThanOrEqual(budget);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
