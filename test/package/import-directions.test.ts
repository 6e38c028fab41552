import { isBuiltin } from 'node:module';
import { SourceGraph } from './source-graph';

const graph = new SourceGraph();

/** From the top to the bottom: each may import what comes after it, and nothing that comes before it. */
const CHAIN = ['request/session-factory', 'request/session-request', 'request/opened-session', 'table/store', 'table/call'].map((name) => `runtime/${name}`);

/** Pure: what they give depends on what they are given. */
const LEAVES = ['session/session', 'request/cookie', 'session/codec', 'session/values', 'table/item', 'session/id', 'table/lifetime'].map((name) => `runtime/${name}`);

const isAdapter = (name: string) => name.startsWith('runtime/adapters/');
const isSdk = (name: string) => name.startsWith('@aws-sdk/');
const isCdk = (name: string) => /^(aws-cdk-lib|constructs)($|\/)/.test(name);
const isEntry = (name: string) => ['runtime/core', 'runtime/index', 'runtime/lean'].includes(name);

test('adapters stand on the session factory, it on the request, the opened session, the store and the client, never the other way', () => {
  for (const [place, file] of CHAIN.entries()) {
    const reached = graph.reach(file);
    expect([file, CHAIN.slice(0, place + 1).filter((above) => reached.has(above))]).toEqual([file, []]);
    expect([file, [...reached].filter(isAdapter)]).toEqual([file, []]);
  }
  expect(graph.reach('runtime/request/session-factory')).toContain('runtime/table/call');
});

test('nothing imports an adapter but the lists of what is public', () => {
  expect(graph.importersOf(isAdapter).filter((file) => !isAdapter(file) && !isEntry(file))).toEqual([]);
});

test('nothing imports a list of what is public but another one, and testing', () => {
  expect(graph.importersOf(isEntry).filter((file) => !isEntry(file) && !file.startsWith('testing/'))).toEqual([]);
});

test('session, cookie, codec, values, item, session id and lifetime are leaves: no store, no client, no time', () => {
  const impure = ['runtime/table/store', 'runtime/table/call', 'runtime/client/sdk-client', 'runtime/clock', 'runtime/request/session-request', 'runtime/request/session-factory'];
  for (const leaf of LEAVES) {
    const reached = [...graph.reach(leaf)];
    expect([leaf, reached.filter((name) => impure.includes(name))]).toEqual([leaf, []]);
    expect([leaf, reached.filter((name) => !name.startsWith('runtime/') && !['node:crypto', 'contract', 'option-rule', 'settings'].includes(name))]).toEqual([leaf, []]);
    expect([leaf, /\b(process|console|fetch|setTimeout|Date\.now|Math\.random|new Date\(\))/.exec(graph.code(leaf))]).toEqual([leaf, null]);
  }
});

test('the time is read in one file', () => {
  const readers = graph.files('runtime/').filter((file) => /\bDate\.now|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\(/.test(graph.code(file)));
  expect(readers).toEqual(['runtime/clock']);
});

test('cryptography is used where ids, seals, tokens and signatures are made, and for the default randomness', () => {
  const allowed = ['client/lean/sha256', 'session/csrf', 'options/resolve-options', 'table/sealing', 'session/id'].map((name) => `runtime/${name}`);
  expect(graph.importersOf((name) => name === 'node:crypto').filter((file) => !allowed.includes(file))).toEqual([]);
  expect(graph.importersOf((name) => name === 'node:zlib').filter((file) => !['runtime/table/compression', 'runtime/client/lean/checksum'].includes(file))).toEqual([]);
});

test('of Node, the runtime uses its cryptography and its compression; what does I/O is left to the clients', () => {
  const isOther = (name: string) => isBuiltin(name) && name !== 'node:crypto' && name !== 'node:zlib';
  expect(graph.mentionersOf(isOther).filter((file) => /^runtime\/(?!client\/)/.test(file))).toEqual([]);
});

test('the SDK is imported where its client is made, and by testing, its types too', () => {
  const allowed = ['runtime/client/sdk-client', 'runtime/index'];
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
