import fc from 'fast-check';
import { MemoryEngine } from './memory-engine';
import { SessionClient } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { SessionRecord } from '../../src/runtime/table/item';
import { Store } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing';
import { TestTable } from '../support/table';

const NOW = 1_767_225_600;
const tokens = [1, 2].map((n) => new Uint8Array(6).fill(n));

let table: TestTable;
beforeAll(async () => {
  table = await TestTable.start();
});
afterAll(() => table.stop());

type Command = (store: Store, key: Uint8Array) => Promise<unknown>;

const small = fc.integer({ min: 0, max: 3 });
const record = fc.record({ exp: small, iss: small, ver: fc.integer({ min: 1, max: 3 }), idl: fc.option(fc.constant(60), { nil: undefined }) })
  .map(({ exp, iss, ver, idl }): SessionRecord => ({
    exp: NOW + exp * 100, iat: NOW - 900, iss: NOW - iss * 100, ver, idl, upd: [], flash: new Map([['f:a', '["",1]']]), dat: new Map([['a', '1']]), foreign: 0,
  }));
const changes = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), fc.option(fc.constantFrom('1', '2'), { nil: undefined }))
  .map((dictionary) => new Map(Object.entries(dictionary)));
const extension = fc.option(fc.record({ exp: small.map((n) => NOW + n * 100), idl: fc.constantFrom(undefined, 60) }), { nil: undefined });
const later = small.map((n) => NOW + n * 60);

const command: fc.Arbitrary<Command> = fc.oneof(
  record.map((made): Command => (store, key) => store.create(key, made)),
  fc.tuple(later, changes, extension).map(([now, changed, extended]): Command => (store, key) =>
    store.update(key, now, { data: { changed }, extension: extended, flash: new Map([['f:b', '["",2]'], ['f:a', undefined]]) })),
  fc.tuple(later, changes, small).map(([now, changed, version]): Command => (store, key) =>
    store.update(key, now, { data: { changed }, version, tokens })),
  fc.tuple(later, small).map(([now, idl]): Command => (store, key) =>
    store.update(key, now, { data: { whole: new Map([['w', '1']]) }, remember: { exp: now + 500, idl: idl + 1 }, version: 1 })),
  fc.tuple(later, extension).map(([now, extended]): Command => (store, key) =>
    store.touch(key, now, extended ?? { exp: now + 900, idl: undefined }, 120)),
  fc.tuple(later, record).map(([now, made]): Command => (store, key) => store.replace(key, now, made, tokens)),
  fc.constant((store: Store, key: Uint8Array) => store.delete(key)),
  fc.constant((store: Store, key: Uint8Array) => store.load(key, true)),
);

let count = 0;

async function outcomes(client: SessionClient, commands: readonly Command[], key: Uint8Array): Promise<unknown[]> {
  const store = new Store(client, table.name, { clock: new FakeClock(), deadline: 3000, random: (size) => new Uint8Array(size) });
  const results: unknown[] = [];
  for (const run of commands) results.push(await run(store, key));
  results.push(await store.load(key, true));
  return results;
}

test('the engine of the model does to any list of commands what dynalite does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async (commands) => {
      const key = Buffer.alloc(32);
      key.writeUInt32BE(++count);
      const expected = await outcomes(sdkClient(table.client), commands, new Uint8Array(key));
      expect(await outcomes(new MemoryEngine(), commands, new Uint8Array(key))).toEqual(expected);
    }),
    { numRuns: 150, seed: 4 },
  );
});
