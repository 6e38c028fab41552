import {
  DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand, TransactWriteItemsCommandInput, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { AttributeValue, Item, sessionFactory } from '../../src/runtime';
import { CookieJar, EmbeddedTable, FakeClock, MemoryTable, memoryTable } from '../../src/testing';
import { DYNALITE, embeddedEngines } from '../support/engines';

type Input = Readonly<Record<string, unknown>>;
/** One call, as both sides get it. */
interface Call {
  readonly verb: 'getItem' | 'putItem' | 'updateItem' | 'deleteItem' | 'transactWrite';
  readonly input: Input;
}

const options = { signal: new AbortController().signal };

function inMemory(table: MemoryTable, { verb, input }: Call): Promise<unknown> {
  return (table as unknown as Record<string, (given: Input, more: object) => Promise<unknown>>)[verb]!(input, options);
}

function inEngine(client: DynamoDBClient, { verb, input }: Call): Promise<unknown> {
  const given = input as never;
  switch (verb) {
    case 'getItem': return client.send(new GetItemCommand(given));
    case 'putItem': return client.send(new PutItemCommand(given));
    case 'updateItem': return client.send(new UpdateItemCommand(given));
    case 'deleteItem': return client.send(new DeleteItemCommand(given));
    default: return client.send(new TransactWriteItemsCommand(input as unknown as TransactWriteItemsCommandInput));
  }
}

/** What a caller can tell of a call: what it gave, or the name of its error with the items and reasons. */
async function outcome(made: Promise<unknown>): Promise<unknown> {
  try {
    const { Item: item, Attributes } = Object(await made) as { readonly Item?: Item; readonly Attributes?: Item };
    return plain({ item, Attributes });
  } catch (error) {
    const { name, Item: item, CancellationReasons } = error as { name: string; Item?: Item; CancellationReasons?: { Code: string; Item?: Item }[] };
    return plain({ name, item, reasons: CancellationReasons?.map(({ Code, Item: of }) => ({ Code, of })) });
  }
}

/** Without the difference between a Buffer and its bytes, or between none and undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, member: unknown) => (member instanceof Uint8Array ? [...member] : member)));
}

const N = (n: number): AttributeValue => ({ N: String(n) });
const small = fc.integer({ min: 0, max: 3 });
const values = fc.record({ ':n': small.map(N), ':s': fc.constantFrom({ S: 'a' }, { S: 'b' }), ':b': fc.constantFrom({ B: Uint8Array.of(1) }, { B: Uint8Array.of(2) }) });
const clause = fc.constantFrom(
  ...['attribute_exists(sid)', 'attribute_not_exists(sid)', 'attribute_not_exists(frz)', 'attribute_exists(#d.#k)', 'exp > :n', 'exp < :n', 'exp = :n'],
  ...['exp >= :n', 'exp <= :n', 'idl = :b', 'frz = :b', '#d.#k = :s', '#d.#k < :s', 'exp = :s', ':n < ver'],
);
const assignment = fc.constantFrom(
  ...['ver = ver + :n', 'ver = ver - :n', 'exp = :n', 'frz = :b', '#d.#k = :s', '#d.o1 = :b', '#d = :m', 'upd = :l', 'iss = exp', 'idl = if_not_exists(idl, :n)'],
  ...['#f = :s', 'nix.deep = :s', 'exp = nix'],
);
const removal = fc.constantFrom('#d.#k', '#d.o1', 'frz', '#f', 'nix');

/** Whether two paths of an update are one, or one leads through the other. Engines differ in how they refuse that within a transaction. */
function hasOverlap(text: string): boolean {
  const paths = text.split(/SET | ?REMOVE |, /).map((part) => part.split(' = ')[0] ?? '').filter((part) => part !== '');
  return paths.some((path, i) => paths.some((other, j) => i !== j && (path === other || path.startsWith(`${other}.`))));
}

const condition = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(' AND '));
const update = fc.tuple(fc.uniqueArray(assignment, { maxLength: 3 }), fc.uniqueArray(removal, { maxLength: 2 })).map(([sets, removes]) =>
  [...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []), ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : [])].join(' '))
  .filter((text) => text !== '' && !hasOverlap(text));
const names = { '#d': 'dat', '#k': 'k.1', '#f': 'f:1' };
const moreValues: Item = { ':m': { M: { 'k.1': { S: 'm' } } }, ':l': { L: [{ B: Uint8Array.of(7) }] } };

/** Only the placeholders that the expressions have: an engine refuses others. */
function used<Value>(all: Readonly<Record<string, Value>>, ...texts: readonly (string | undefined)[]): Readonly<Record<string, Value>> | undefined {
  const tokens = new Set(texts.join(' ').match(/[:#]\w+/g));
  const found = Object.entries(all).filter(([name]) => tokens.has(name));
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function written(some: Item, ConditionExpression: string | undefined, UpdateExpression?: string): Input {
  return {
    ...(ConditionExpression !== undefined && { ConditionExpression }),
    ...(UpdateExpression !== undefined && { UpdateExpression }),
    ExpressionAttributeNames: used(names, ConditionExpression, UpdateExpression),
    ExpressionAttributeValues: used({ ...some, ...moreValues }, ConditionExpression, UpdateExpression),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

const items = fc.record({ exp: small.map(N), ver: small.map(N), frz: fc.constant({ B: Uint8Array.of(1) }), dat: fc.constantFrom({ M: {} }, { M: { 'k.1': { S: 'a' } } }) }, {
  requiredKeys: ['ver'],
}) as fc.Arbitrary<Item>;
const which = fc.constantFrom(1, 2);

/** The calls of a write, without the table and with a number in place of the key. */
const put = fc.tuple(which, items, values, condition).map(([key, made, some, text]) => ({ key, member: 'Put' as const, input: { made, ...written(some, text) } }));
/** dynoxide lets a removal pass that leads through nothing; dynalite and DynamoDB do not, which a test of its own shows. */
const HAS_DATA = 'attribute_exists(#d)';
const updates = fc.tuple(which, values, fc.option(condition, { nil: undefined }), update)
  .map(([key, some, text, changes]) => [key, some, /REMOVE.*#d/.test(changes) ? [HAS_DATA, text].filter(Boolean).join(' AND ') : text, changes] as const)
  .map(([key, some, text, changes]) => ({ key, member: 'Update' as const, input: written(some, text, changes) }));
const deletion = fc.tuple(which, values, fc.option(condition, { nil: undefined })).map(([key, some, text]) => ({ key, member: 'Delete' as const, input: written(some, text) }));
const write = fc.oneof(put, updates, updates, deletion);
type WriteOf = typeof write extends fc.Arbitrary<infer Made> ? Made : never;

/** A key for each run, so that runs share nothing. */
function keyOf(run: number, key: number): Uint8Array {
  const bytes = new Uint8Array(8).fill(key);
  new DataView(bytes.buffer).setUint32(0, run);
  return bytes;
}

function inputOf({ key, member, input }: WriteOf, run: number): Input {
  const { made, ...rest } = input as { made?: Item };
  const sid: AttributeValue = { B: keyOf(run, key) };
  const where = member === 'Put' ? { Item: { sid, ...made } } : { Key: { sid } };
  return { TableName: 'Sessions', ...where, ...rest };
}

const VERBS = { Put: 'putItem', Update: 'updateItem', Delete: 'deleteItem' } as const;

/** dynalite does not give the item that refuses a write. */
function single(made: WriteOf, run: number, asksNew: boolean, engine: string): Call {
  const { ReturnValuesOnConditionCheckFailure: asksOld, ...input } = inputOf(made, run);
  const asked = { ...(engine !== 'dynalite' && { ReturnValuesOnConditionCheckFailure: asksOld }), ...(asksNew && made.member === 'Update' && { ReturnValues: 'ALL_NEW' }) };
  return { verb: VERBS[made.member], input: { ...input, ...asked } };
}

function transaction(members: readonly WriteOf[], run: number, token: string | undefined): Call {
  return { verb: 'transactWrite', input: { TransactItems: members.map((made) => ({ [made.member]: inputOf(made, run) })), ClientRequestToken: token } };
}

describe.each(embeddedEngines())('the table in memory does what $name does', (engine) => {
  let table: EmbeddedTable;
  let runs = 0;
  beforeAll(async () => {
    table = await engine.start();
  });
  afterAll(() => table.stop());

  async function checkAlike(calls: readonly Call[], run: number): Promise<void> {
    const memory = memoryTable();
    const reads = [1, 2].map((key): Call => ({ verb: 'getItem', input: { TableName: 'Sessions', Key: { sid: { B: keyOf(run, key) } }, ConsistentRead: true } }));
    for (const call of [...calls, ...reads]) {
      const expected = await outcome(inEngine(table.client, call));
      expect({ call: plain(call), gives: await outcome(inMemory(memory, call)) }).toEqual({ call: plain(call), gives: expected });
    }
  }

  test('to any list of single writes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(write, fc.boolean()), { minLength: 1, maxLength: 10 }), async (list) => {
      const run = ++runs;
      await checkAlike(list.map(([made, asksNew]) => single(made, run, asksNew, engine.name)), run);
    }), { numRuns: 60, seed: 4 });
  });

  // dynalite has no transactions.
  if (engine !== DYNALITE) {
    test('to any list of transactions and single writes', async () => {
      const members = fc.array(write, { minLength: 1, maxLength: 3 });
      await fc.assert(fc.asyncProperty(fc.array(fc.tuple(members, fc.boolean()), { minLength: 1, maxLength: 6 }), async (list) => {
        const run = ++runs;
        await checkAlike(list.flatMap(([made, isAlone], i) =>
          (isAlone ? made.map((one) => single(one, run, false, engine.name)) : [transaction(made, run, `token-${engine.name}-${run}-${i}`)])), run);
      }), { numRuns: 60, seed: 5 });
    });
  }
});

const key = Uint8Array.of(1);
const at = { TableName: 'Sessions', Key: { sid: { B: key } } };
const NOT_THERE = 'attribute_not_exists(sid)';

function putInput(more: Item = {}, ConditionExpression = NOT_THERE) {
  return { TableName: 'Sessions', Item: { sid: { B: key }, ...more }, ConditionExpression };
}

describe('what DynamoDB refuses is refused', () => {
  const table = memoryTable();
  const change = (UpdateExpression: string, more: object = {}) =>
    table.updateItem({ ...at, UpdateExpression, ConditionExpression: 'attribute_exists(sid)', ...more });

  beforeAll(() => table.putItem(putInput({ ver: N(1) })));

  test.each<[string, () => Promise<unknown>]>([
    ['an item of more than 400 KB', () => table.putItem(putInput({ a: { S: 'x'.repeat(409_600) } }, 'attribute_exists(sid)'))],
    ['an update that makes an item too large', () => change('SET a = :a', { ExpressionAttributeValues: { ':a': { S: 'x'.repeat(409_600) } } })],
    ['an expression of more than 4 KB', () => change(`REMOVE ${Array.from({ length: 800 }, (_, i) => `a${i}`).join(', ')}`)],
    ['a key of another type', () => table.getItem({ TableName: 'Sessions', Key: { sid: { S: 'text' } } })],
    ['a key with a second attribute', () => table.getItem({ TableName: 'Sessions', Key: { sid: { B: key }, exp: N(1) } })],
    ['an empty key', () => table.getItem({ TableName: 'Sessions', Key: { sid: { B: new Uint8Array(0) } } })],
    ['an item without a key', () => table.putItem({ ...putInput(), Item: { ver: N(1) } })],
    ['a change of the key', () => change('SET sid = :s', { ExpressionAttributeValues: { ':s': { B: key } } })],
    ['a placeholder that stands in no expression', () => change('REMOVE a', { ExpressionAttributeValues: { ':a': N(1) } })],
    ['a name that stands in no expression', () => change('REMOVE a', { ExpressionAttributeNames: { '#a': 'b' } })],
    ['a value that is not given', () => change('SET a = :a')],
    ['a name that is not given', () => change('REMOVE #a')],
    ['two changes of one attribute', () => change('SET a = ver REMOVE a')],
    ['a change below another one', () => change('SET a = ver REMOVE a.b')],
    ['a removal that leads through nothing', () => change('REMOVE a.b')],
    ['a sum with an attribute that is not there', () => change('SET a = nix + ver')],
    ['a sum with a text', () => change('SET a = ver + :a', { ExpressionAttributeValues: { ':a': { S: '1' } } })],
    ['a value of two types', () => table.putItem(putInput({ a: { S: 'a', N: '1' } as AttributeValue }))],
    ['a number that is none', () => table.putItem(putInput({ a: { N: 'a' } }))],
    ['two members of a transaction with one key', () => table.transactWrite({ TransactItems: [{ Delete: at }, { Delete: at }] })],
    ['an empty transaction', () => table.transactWrite({ TransactItems: [] })],
    ['a transaction of more than 4 MB', () => table.transactWrite({
      TransactItems: Array.from({ length: 12 }, (_, i) => ({ Put: { TableName: 'Sessions', Item: { sid: { B: Uint8Array.of(9, i) }, a: { S: 'x'.repeat(400_000) } } } })),
    })],
  ])('%s', async (_, make) => {
    const before = table.items();
    await expect(make()).rejects.toMatchObject({ name: 'ValidationException', $metadata: { attempts: 1 } });
    expect(table.items()).toEqual(before);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['OR', () => table.putItem(putInput({}, `${NOT_THERE} OR attribute_exists(sid)`))],
    ['a function', () => table.putItem(putInput({}, 'begins_with(sid, :a)'))],
    ['an index of a list', () => change('REMOVE upd[0]')],
    ['ADD', () => change('ADD ver :one')],
    ['an expression that stops', () => change('SET a =')],
    ['ReturnValues of another kind', () => change('REMOVE a', { ReturnValues: 'UPDATED_NEW' })],
    ['a check within a transaction', () => table.transactWrite({ TransactItems: [{ ConditionCheck: at } as never] })],
  ])('%s is not guessed at', async (_, make) => {
    await expect(make()).rejects.toMatchObject({ name: 'UnknownExpression' });
  });
});

test('a removal that leads through nothing is refused by dynalite too', async () => {
  const engine = await DYNALITE.start();
  const call: Call = { verb: 'updateItem', input: { ...at, UpdateExpression: 'REMOVE dat.k' } };
  expect(await outcome(inEngine(engine.client, call))).toEqual({ name: 'ValidationException' });
  await engine.stop();
});

describe('a transaction with a token', () => {
  const clock = new FakeClock();
  const add = (table: MemoryTable, ClientRequestToken: string, one = 1) => table.transactWrite({
    TransactItems: [{ Update: { ...at, UpdateExpression: 'SET ver = ver + :one', ExpressionAttributeValues: { ':one': N(one) } } }],
    ClientRequestToken,
  });
  const ver = (table: MemoryTable) => table.items()[0]?.ver;

  test('is applied once within ten minutes, however often it is sent', async () => {
    const table = memoryTable({ clock });
    table.put({ sid: { B: key }, ver: N(1) });
    for (let i = 0; i < 3; i++) await add(table, 'same');
    expect(ver(table)).toEqual(N(2));
    clock.advance(599_999);
    await add(table, 'same');
    expect(ver(table)).toEqual(N(2));
    clock.advance(1);
    await add(table, 'same');
    expect(ver(table)).toEqual(N(3));
  });

  test('is refused where the content is another', async () => {
    const table = memoryTable();
    table.put({ sid: { B: key }, ver: N(1) });
    await add(table, 'same');
    await expect(add(table, 'same', 2)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });

  test('is tried again where it was cancelled', async () => {
    const table = memoryTable();
    await expect(add(table, 'same')).rejects.toMatchObject({ name: 'TransactionCanceledException', CancellationReasons: [{ Code: 'ValidationError' }] });
    table.put({ sid: { B: key }, ver: N(1) });
    await add(table, 'same');
    expect(ver(table)).toEqual(N(2));
  });
});

test('what goes in and what comes out shares nothing with what is stored', async () => {
  const table = memoryTable();
  const given: Item = { sid: { B: Uint8Array.of(1) }, dat: { M: { a: { S: '1' } } }, upd: { L: [{ B: Uint8Array.of(5) }] } };
  await table.putItem({ TableName: 'Sessions', Item: given, ConditionExpression: NOT_THERE });
  const { Item: read } = await table.getItem(at);
  for (const item of [given, read as Item, ...table.items()]) {
    (item.dat as { M: Item }).M.a = { S: '2' };
    ((item.upd as { L: { B: Uint8Array }[] }).L[0] as { B: Uint8Array }).B[0] = 6;
  }
  expect(plain(table.items())).toEqual([{ sid: { B: [1] }, dat: { M: { a: { S: '1' } } }, upd: { L: [{ B: [5] }] } }]);
});

test('sessions live in it, and go when their time is over and TTL comes', async () => {
  const clock = new FakeClock();
  const table = memoryTable({ clock });
  const sessions = sessionFactory<{ name: string }>({ tableName: 'Sessions', client: table, clock });
  const first = sessions.forRequest({ cookies: undefined, https: true });
  (await first.session()).set('name', 'Ada');
  const jar = new CookieJar(() => clock.now());
  jar.store((await first.commit()).setCookie);
  const second = await sessions.forRequest({ cookies: jar.header(), https: true }).session();
  expect(second.get('name')).toBe('Ada');
  clock.advanceSeconds(1199);
  table.sweep();
  expect(table.items()).toHaveLength(1);
  clock.advanceSeconds(1);
  table.sweep();
  expect(table.items()).toEqual([]);
});

test('an item is removed by its key', () => {
  const table = memoryTable();
  table.put({ sid: { B: key } });
  table.remove(key);
  expect(table.items()).toEqual([]);
});
