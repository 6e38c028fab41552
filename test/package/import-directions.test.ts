import { isBuiltin } from 'node:module';
import { SourceGraph } from './source-graph';
import { ENTRY_POINTS } from '../../projenrc/entry-points';

const graph = new SourceGraph();

/** The rooms of the runtime. */
const ROOMS = ['session', 'table', 'client', 'request', 'options', 'adapters'] as const;

type Room = (typeof ROOMS)[number];

/** The ground that every room stands on; none of it knows a room. */
const GROUND = ['contract', 'settings', 'option-rule', 'runtime/clock', 'runtime/errors', 'runtime/builtin'];

/**
 * What each room may import of others, types too. Where less is not possible, it is a file and not a room:
 *
 * - `table` calls DynamoDB through the port, whose shapes stand in `client`
 * - `client` reads its settings from the same environment as `options`
 * - `options` makes the codec and the lifetime of a factory, once
 * - `adapters` name the type of the session that `request` opens, so that users see its methods
 */
const KNOWS: Readonly<Record<Room, readonly string[]>> = {
  session: [],
  table: ['client/session-client', 'client/attempt'],
  client: ['options/resolve-options'],
  options: ['client/session-client', 'session/codec', 'table/lifetime'],
  request: ['session/', 'table/', 'client/session-client', 'options/'],
  adapters: ['request/', 'session/session'],
};

/** Pure: what they give depends on what they are given. */
const PURE = ['request/cookies', 'table/item', 'table/item-size', 'table/key', 'table/lifetime'].map((name) => `runtime/${name}`);

const roomOf = (name: string): string | undefined => /^runtime\/(\w+)\//.exec(name)?.[1];
const isAdapter = (name: string) => name.startsWith('runtime/adapters/');
const isSdk = (name: string) => name.startsWith('@aws-sdk/');
const isCdk = (name: string) => /^(aws-cdk-lib|constructs)($|\/)/.test(name);
const isPackage = (name: string) => /^(@|aws-cdk-lib|constructs|[a-z-]+$)/.test(name) && !graph.files().includes(name);
const isShapes = (name: string) => name === 'runtime/client/session-client' || name === 'runtime/options/resolve-options';
const isEntry = (name: string) => name === 'runtime/core' || (Object.values(ENTRY_POINTS).includes(name) && /^runtime\/[\w-]+$/.test(name));

test.each(ROOMS)('the room %s knows no other than the table above says, types included', (room) => {
  const files = graph.files(`runtime/${room}/`);
  expect(files).not.toEqual([]);
  for (const file of files) {
    const others = graph.mentions(file).filter((name) => (name.startsWith('runtime/') || !name.includes(':')) && !isBuiltin(name) && !isPackage(name));
    const strange = others.filter((name) => roomOf(name) !== room && !GROUND.includes(name) && !KNOWS[room].some((known) => name.startsWith(`runtime/${known}`)));
    expect([file, strange]).toEqual([file, []]);
  }
});

test('every file below runtime is in a room, on the ground, or a list of what is public', () => {
  const homeless = graph.files('runtime/').filter((file) => !ROOMS.includes(roomOf(file) as Room) && !GROUND.includes(file) && !isEntry(file));
  expect(homeless).toEqual([]);
});

test('the ground knows no room, types included', () => {
  for (const file of GROUND.filter((name) => graph.files().includes(name))) {
    expect([file, graph.mentions(file).filter((name) => roomOf(name) !== undefined)]).toEqual([file, []]);
  }
});

test('session and table know nothing of each other, and request alone works with both', () => {
  const both = graph.files().filter((file) => ['session', 'table'].every((room) => graph.mentions(file).some((name) => roomOf(name) === room)));
  const allowed = (file: string) => roomOf(file) === 'request' || file === 'runtime/options/resolve-options' || file.startsWith('cli/');
  expect(both.filter((file) => !allowed(file))).toEqual([]);
  expect(both).toContain('runtime/request/write-session');
  expect([...graph.reach('runtime/session/session')].filter((name) => roomOf(name) !== 'session' && roomOf(name) !== undefined)).toEqual([]);
  expect([...graph.reach('runtime/table/store')].filter((name) => roomOf(name) === 'session' || roomOf(name) === 'request')).toEqual([]);
});

test('values come from the room below, and never from an adapter: no ring of rooms', () => {
  expect(graph.reach('runtime/request/session-factory')).toContain('runtime/table/call');
  for (const room of ['session', 'table', 'client', 'options', 'request']) {
    for (const file of graph.files(`runtime/${room}/`)) expect([file, [...graph.reach(file)].filter(isAdapter)]).toEqual([file, []]);
  }
});

test('a room that a file loads when it runs does not load that file in return', () => {
  const rooms = new Map<string, Set<string>>();
  for (const file of graph.files('runtime/')) {
    const room = roomOf(file);
    if (room === undefined) continue;
    const loaded = rooms.get(room) ?? rooms.set(room, new Set()).get(room)!;
    for (const name of graph.imports(file)) {
      const other = roomOf(name);
      // The port of the client holds shapes alone, and these are gone when it runs.
      if (other !== undefined && other !== room && !isShapes(name)) loaded.add(other);
    }
  }
  const reach = (room: string, seen = new Set<string>()): Set<string> => {
    for (const next of rooms.get(room) ?? []) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  expect([...rooms.keys()].filter((room) => reach(room).has(room))).toEqual([]);
});

test('nothing imports an adapter but the lists of what is public', () => {
  expect(graph.importersOf(isAdapter).filter((file) => !isAdapter(file) && !isEntry(file))).toEqual([]);
});

test('nothing imports a list of what is public but another one, and testing', () => {
  expect(graph.importersOf(isEntry).filter((file) => !isEntry(file) && !/^(testing|cli)\//.test(file))).toEqual([]);
});

test('nothing imports the command line', () => {
  expect(graph.importersOf((name) => name.startsWith('cli/')).filter((file) => !file.startsWith('cli/'))).toEqual([]);
});

test('the session room and what stands beside the store are pure: no store, no client, no process, no time', () => {
  const impure = ['runtime/table/store', 'runtime/table/call', 'runtime/client/sdk-client'];
  for (const leaf of [...graph.files('runtime/session/'), ...PURE]) {
    const reached = [...graph.reach(leaf)];
    expect([leaf, reached.filter((name) => impure.includes(name) || (roomOf(name) === 'request' && name !== leaf))]).toEqual([leaf, []]);
    expect([leaf, graph.imports(leaf).filter((name) => name === 'runtime/clock')]).toEqual([leaf, []]);
    expect([leaf, /\b(process\.|console\.|fetch\(|setTimeout|Date\.now|Math\.random|new Date\(\))/.exec(graph.code(leaf))]).toEqual([leaf, null]);
  }
});

test('the time is read in one file', () => {
  const readers = graph.files('runtime/').filter((file) => /\bDate\.now|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\(/.test(graph.code(file)));
  expect(readers).toEqual(['runtime/clock']);
});

test('cryptography is used where keys, ids, seals, tokens and signatures are made, and for the default randomness', () => {
  const importers = graph.importersOf((name) => name === 'node:crypto').filter((file) => /^runtime\/(?!client\/)/.test(file));
  expect(importers).toEqual(['connect-dynamodb', 'options/resolve-options', 'session/csrf', 'session/id', 'table/key', 'table/sealing'].map((name) => `runtime/${name}`).filter((file) => importers.includes(file)));
});

/** What a file loads of Node at the first use. */
function loadedLater(file: string): string[] {
  return [...graph.code(file).matchAll(/\bbuiltin\('(node:[\w/]+)'\)/g)].map(([, name]) => name!);
}

test('of Node, the runtime uses its cryptography at the start, and compression and comparison at their first use; I/O is left to the clients', () => {
  const inside = graph.files('runtime/').filter((file) => !file.startsWith('runtime/client/') && !isEntry(file));
  const imported = inside.flatMap((file) => graph.mentions(file).filter(isBuiltin).map((name) => `${name} in ${file}`));
  expect(imported.filter((text) => !text.startsWith('node:crypto in '))).toEqual(['node:module', 'node:fs/promises', 'node:http', 'node:stream/promises', 'node:util', 'node:zlib'].map((name) => `${name} in runtime/builtin`));
  const later = inside.flatMap((file) => [...new Set(loadedLater(file))].map((name) => `${name} in ${file}`));
  expect(later).toEqual(['node:stream/promises in runtime/adapters/lambda-stream', 'node:util in runtime/session/values', 'node:zlib in runtime/table/stored-form']);
});

test('the SDK is imported where its client is made, and by testing, its types too', () => {
  const allowed = ['runtime/client/sdk-client', 'runtime/client/sdk-signer', 'runtime/index', 'cli/doctor', 'cli/sessions'];
  expect(graph.mentionersOf(isSdk).filter((file) => !allowed.includes(file) && !file.startsWith('testing/'))).toEqual([]);
  expect([...graph.reach('runtime/core')].filter(isSdk)).toEqual([]);
});

test('the runtime and testing know nothing of the construct, nor the construct of them, types included', () => {
  for (const file of [...graph.files('runtime/'), ...graph.files('testing/')]) {
    expect([file, graph.mentions(file).filter((name) => isCdk(name) || name.startsWith('construct/'))]).toEqual([file, []]);
  }
  for (const file of ['index', ...graph.files('construct/')]) {
    expect([file, graph.mentions(file).filter((name) => /^(runtime|testing)\//.test(name))]).toEqual([file, []]);
  }
  expect(graph.mentionersOf((name) => name.startsWith('testing/')).filter((file) => !file.startsWith('testing/'))).toEqual([]);
});

test('what both halves share imports nothing but itself', () => {
  expect(graph.mentions('contract')).toEqual([]);
  expect(graph.mentions('option-rule')).toEqual([]);
  expect(graph.mentions('settings').filter((name) => !['contract', 'option-rule'].includes(name))).toEqual([]);
});
