import { join } from 'node:path';
import { type Metafile, build } from 'esbuild';
import { ROOT } from './source-graph';
import { ENTRY_POINTS } from '../../projenrc/entry-points';
import { SessionFactoryOptions } from '../../src/runtime';
import { Item } from '../../src/runtime/client/session-client';
import { itemSize } from '../../src/runtime/table/item-size';
import { FakeClock } from '../../src/testing';
import { TestTable } from '../support/table';
import { ShopRequest, Visitor } from '../support/visitor';

/**
 * What may be loaded of an entry point, with all packages in but for frameworks: bytes of its
 * minified bundle, and files of ours that are loaded at its start. As today and a little more,
 * so that both grow by decision only.
 */
const BUDGETS: Readonly<Record<string, { readonly bytes: number; readonly files: number }>> = {
  './runtime': { bytes: 415_000, files: 56 },
  './lean': { bytes: 87_000, files: 61 },
};

/** What esbuild says of an entry point, in one file as functions are mostly bundled, or split by what is loaded on first use. */
async function bundle(entry: string, splitting: boolean): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'src', `${ENTRY_POINTS[entry]}.ts`)],
    bundle: true,
    minify: true,
    splitting,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
    outdir: 'unwritten',
  });
  return metafile;
}

/** The files of ours that an entry point loads at its start. */
async function filesAtStart(entry: string): Promise<string[]> {
  const { outputs } = await bundle(entry, true);
  const atStart = new Set<string>();
  const visit = (output: string): void => {
    if (atStart.has(output) || outputs[output] === undefined) return;
    atStart.add(output);
    for (const { path, kind } of outputs[output].imports) if (kind === 'import-statement') visit(path);
  };
  visit(Object.keys(outputs).find((output) => outputs[output]!.entryPoint?.endsWith(`${ENTRY_POINTS[entry]}.ts`))!);
  return [...atStart].flatMap((output) => Object.keys(outputs[output]!.inputs)).filter((file) => file.startsWith('src/'));
}

test.each(Object.entries(BUDGETS))('%s keeps to its budget of bytes and of files that are loaded at its start', async (entry, budget) => {
  const bytes = Object.values((await bundle(entry, false)).outputs)[0]!.bytes;
  const files = (await filesAtStart(entry)).length;
  process.stdout.write(`${entry} all in: ${bytes} bytes of ${budget.bytes}; ${files} files at the start of ${budget.files}\n`);
  expect(bytes).toBeLessThanOrEqual(budget.bytes);
  expect(files).toBeLessThanOrEqual(budget.files);
});

test('the lean entry point brings no package', async () => {
  const inputs = Object.keys((await bundle('./lean', false)).inputs);
  expect(inputs.filter((file) => !file.startsWith('src/'))).toEqual([]);
});

/** What requests use of the table: calls, then read units and write units. Sessions have 2 KB. */
describe('calls and units', () => {
  let table: TestTable;
  let clock: FakeClock;

  beforeAll(async () => {
    table = await TestTable.start();
  });
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterAll(() => table.stop());

  /** Serves one request of a visitor who has a session of 2 KB, so many seconds after it was stored. */
  async function used(seconds: number, body: (request: ShopRequest) => unknown, options: SessionFactoryOptions = {}): Promise<string> {
    const visitor = await Visitor.withSession(table, clock, options);
    await visitor.visit((session) => session.set('note', 'n'.repeat(1900)));
    clock.advanceSeconds(seconds);
    table.takeCalls();
    const [{ id }, before] = [visitor, await sizeOf(visitor.id)];
    const request = visitor.request();
    await body(request);
    await visitor.commit(request);
    const calls = table.takeCalls();
    const size = Math.max(before, await sizeOf(id));
    const units = { read: 0, write: 0 };
    for (const call of calls) {
      if (call.startsWith('Get')) units.read += Math.ceil(size / 4096) / (call.includes('strong') ? 1 : 2);
      else units.write += Math.ceil(size / 1024);
    }
    return `${calls.join(', ') || 'no call'}: ${units.read} read, ${units.write} written`;
  }

  async function sizeOf(id: string): Promise<number> {
    return itemSize(((await table.item(id)) ?? {}) as Item);
  }

  test('of a request that does not use the session: none', async () => {
    expect(await used(30, () => undefined)).toBe('no call: 0 read, 0 written');
  });

  test('of a read: half a read unit, and no write', async () => {
    expect(await used(30, async (request) => (await request.session()).get('name'))).toBe('GetItem: 0.5 read, 0 written');
  });

  test('of a read right after a write: a whole read unit', async () => {
    expect(await used(1, async (request) => (await request.session()).get('name'))).toBe('GetItem(strong): 1 read, 0 written');
  });

  test('of a read when a touch is due: one write more', async () => {
    expect(await used(121, async (request) => (await request.session()).get('name'))).toBe('GetItem, UpdateItem: 0.5 read, 2 written');
  });

  test('of a change, a due touch with it: one read and one write', async () => {
    const change = async (request: ShopRequest) => (await request.session()).set('count', 1);
    expect(await used(30, change)).toBe('GetItem, UpdateItem: 0.5 read, 2 written');
    expect(await used(121, change)).toBe('GetItem, UpdateItem: 0.5 read, 2 written');
  });

  test('of a value that is set to what it was: no write', async () => {
    expect(await used(30, async (request) => (await request.session()).set('name', 'Ada'))).toBe('GetItem: 0.5 read, 0 written');
  });

  test('of a new id: one read, one update of the old item and one creation', async () => {
    const renew = async (request: ShopRequest) => (await request.session()).regenerate();
    expect(await used(30, renew)).toBe('GetItem, UpdateItem, PutItem: 0.5 read, 4 written');
  });

  test('of an exact update: one read and one write', async () => {
    const update = async (request: ShopRequest) => (await request.session()).update('count', () => 1);
    expect(await used(30, update)).toBe('GetItem, UpdateItem: 0.5 read, 2 written');
  });

  test('of a first value: one creation and no read', async () => {
    const visitor = new Visitor(table, clock);
    await visitor.visit((session) => session.set('name', 'Ada'));
    expect(table.takeCalls()).toEqual(['PutItem']);
  });

  test('of a sign-out: one write and no read', async () => {
    expect(await used(30, (request) => request.endSession())).toBe('DeleteItem: 0 read, 2 written');
  });

  test('of a made-up id that is only read: one read and nothing else', async () => {
    const visitor = new Visitor(table, clock);
    visitor.jar.set('session_id', 'A'.repeat(43));
    await visitor.visit((session) => session.get('name'));
    expect(table.takeCalls()).toEqual(['GetItem']);
  });
});
