import { SessionRecord, toItem } from '../../src/runtime/table/item';
import { SessionWrite, Store, Target } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing/fake-clock';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';

const NOW = 1_767_225_600;
const key = new Uint8Array(32).fill(7);
const target: Target = { key, now: NOW };
const token = (n: number) => new Uint8Array(6).fill(n);
const record: SessionRecord = {
  ...{ exp: NOW + 1200, iat: NOW - 300, iss: NOW - 300, ver: 3 },
  ...{ flash: new Map(), dat: new Map([['name', '"Ada"']]), otherAttributes: {} },
};
const write: SessionWrite = { data: { changed: new Map([['name', '"Bob"'], ['cart', undefined]]) } };
const extension = { exp: NOW + 1500, idl: undefined };
const settings = { clock: new FakeClock(NOW * 1000), deadline: 3000, random: (size: number) => new Uint8Array(size) };
const refused: Step = { error: awsError('ConditionalCheckFailedException') };
const lost: Step = { error: awsError('TimeoutError') };

function storeOf(steps: readonly Step[]): { readonly store: Store; readonly client: ScriptedClient } {
  const client = new ScriptedClient(steps);
  return { store: new Store(client, 'Sessions', settings), client };
}

const Key = { sid: { B: key } };
const ALIVE = 'attribute_exists(sid) AND exp > :now AND attribute_not_exists(frz) AND attribute_not_exists(fmt)';

/** The one call that a verb makes. */
async function sent(verb: (store: Store) => Promise<unknown>): Promise<unknown> {
  const { store, client } = storeOf([]);
  await verb(store);
  expect(client.inputs).toHaveLength(1);
  return client.inputs[0]?.input;
}

describe('a read', () => {
  test('is eventually consistent, or strong', async () => {
    expect(await sent((store) => store.load(target, false))).toEqual({ TableName: 'Sessions', Key });
    expect(await sent((store) => store.load(target, true))).toEqual({ TableName: 'Sessions', Key, ConsistentRead: true });
  });

  test('that is refused was not answered by DynamoDB, and is no empty session', async () => {
    await expect(storeOf([refused]).store.load(target, false)).rejects.toMatchObject({ name: 'SessionUnavailableError', outcome: 'unknown' });
  });

  test('finds a session alive, frozen or dead, an item that is not one, or nothing', async () => {
    const read = async (Item: object | undefined) => storeOf([{ answer: { Item } }]).store.load(target, true);
    expect(await read(toItem(key, record))).toEqual({ kind: 'found', record });
    expect(await read(toItem(key, { ...record, exp: NOW - 1, frz: token(1) }))).toMatchObject({ kind: 'found', record: { frz: token(1) } });
    expect(await read({ ...toItem(key, record), fmt: { N: '2' } })).toEqual({ kind: 'invalid' });
    expect(await read({ sid: { B: key } })).toEqual({ kind: 'invalid' });
    expect(await read(undefined)).toEqual({ kind: 'missing' });
  });

  test('finds nothing where a session was buried', async () => {
    const { store } = storeOf([{ answer: { Item: { ...Key, frz: { B: token(1) }, exp: { N: String(NOW) } } } }]);
    expect(await store.load(target, true)).toEqual({ kind: 'missing' });
  });
});

describe('a creation', () => {
  const full = { ...record, abs: NOW + 9999, idl: 60, csr: token(1), usr: token(2), flash: new Map([['1', '["",1]']]) };

  test('is on the condition that nothing is there', async () => {
    expect(await sent((store) => store.create({ now: NOW }, () => ({ key, record: full })))).toEqual({
      TableName: 'Sessions',
      Item: {
        ...Key,
        'exp': { N: '1767226800' },
        'iat': { N: '1767225300' },
        'iss': { N: '1767225300' },
        'ver': { N: '3' },
        'abs': { N: '1767235599' },
        'idl': { N: '60' },
        'csr': { B: token(1) },
        'usr': { B: token(2) },
        'f:1': { S: '["",1]' },
        'dat': { M: { name: { S: '"Ada"' } } },
      },
      ConditionExpression: 'attribute_not_exists(sid)',
    });
  });

  /** Attempts, each with a key of its own. */
  function attempts(): () => { key: Uint8Array; record: SessionRecord } {
    let n = 0;
    return () => ({ key: new Uint8Array(32).fill(++n), record });
  }

  test('has a key of its own in each attempt, so one that was given up and arrives late brings nothing back', async () => {
    const { store, client } = storeOf([lost, { error: awsError('InternalServerError') }, { error: awsError('ThrottlingException') }]);
    const made = await store.create({ now: NOW }, attempts());
    const keys = client.inputs.map(({ input }) => (input as { Item: { sid: { B: Uint8Array } } }).Item.sid.B[0]);
    expect(keys).toEqual([1, 2, 3, 4]);
    expect(made?.key[0]).toBe(4);
  });

  test('of a key that is taken is none', async () => {
    expect(await storeOf([refused]).store.create({ now: NOW }, attempts())).toBeUndefined();
    expect(await storeOf([lost, refused]).store.create({ now: NOW }, attempts())).toBeUndefined();
  });

  test('is sent once where that is asked for', async () => {
    const { store, client } = storeOf([lost]);
    await expect(store.create({ now: NOW, mostAttempts: 1 }, attempts())).rejects.toMatchObject({ outcome: 'unknown' });
    expect(client.inputs).toHaveLength(1);
  });
});

describe('a change', () => {
  test('names its keys by placeholders, on the condition that the session is alive', async () => {
    expect(await sent((store) => store.update(target, write))).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET ver = ver + :one, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: ALIVE,
      ExpressionAttributeNames: { '#0': 'name', '#1': 'cart' },
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':one': { N: '1' }, ':0': { S: '"Bob"' } },
    });
  });

  test('that extends the session holds the idle timeout as it was read', async () => {
    expect(await sent((store) => store.update(target, { ...write, extension }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, iss = :now, exp = :exp, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: `${ALIVE} AND attribute_not_exists(idl)`,
      ExpressionAttributeValues: { ':exp': { N: '1767227100' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(await sent((store) => store.update(target, { ...write, extension: { ...extension, idl: 60 } }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, iss = :now, exp = :exp, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: `${ALIVE} AND idl = :idl`,
      ExpressionAttributeValues: { ':idl': { N: '60' } },
    });
  });

  test('that remembers the visitor sets the idle timeout and the end, whatever they are now, and forgetting removes it', async () => {
    expect(await sent((store) => store.update(target, { ...write, idle: { exp: NOW + 60, idl: 60 } }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, iss = :now, exp = :exp, idl = :idl, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: ALIVE,
      ExpressionAttributeValues: { ':exp': { N: String(NOW + 60) }, ':idl': { N: '60' } },
    });
    expect(await sent((store) => store.update(target, { ...write, idle: extension }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, iss = :now, exp = :exp, dat.#0 = :0 REMOVE idl, dat.#1',
      ConditionExpression: ALIVE,
    });
  });

  test('of messages and of the secret of tokens stands beside the data', async () => {
    const flash = new Map([['new', '["",1]'], ['old', undefined]]);
    expect(await sent((store) => store.update(target, { ...write, flash, csr: token(5) }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, csr = :csr, dat.#0 = :0, #2 = :2 REMOVE dat.#1, #3',
      ExpressionAttributeNames: { '#2': 'f:new', '#3': 'f:old' },
      ExpressionAttributeValues: { ':csr': { B: token(5) }, ':2': { S: '["",1]' } },
    });
  });

  test('of all the data holds the version', async () => {
    const input = await sent((store) => store.update(target, { data: { whole: new Map([['a', '1']]) }, version: 3 }));
    expect(input).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, dat = :dat',
      ConditionExpression: `${ALIVE} AND ver = :ver`,
      ExpressionAttributeValues: { ':dat': { M: { a: { S: '1' } } }, ':ver': { N: '3' } },
    });
    expect(input).not.toHaveProperty('ExpressionAttributeNames');
  });

  test('that is exact holds the version, and leaves its token', async () => {
    expect(await sent((store) => store.update(target, { ...write, version: 3, tokens: [token(1), token(2)] }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, upd = :upd, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: `${ALIVE} AND ver = :ver`,
      ExpressionAttributeValues: { ':ver': { N: '3' }, ':upd': { L: [{ B: token(1) }, { B: token(2) }] } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('that is plain and refused costs no further call: the session is dead', async () => {
    const { store, client } = storeOf([refused]);
    expect(await store.update(target, write)).toEqual({ kind: 'ended', outcome: 'not-applied' });
    expect(client.inputs).toHaveLength(1);
  });

  test('that is plain and refused after an attempt without an answer may have been applied before the end', async () => {
    expect(await storeOf([lost, refused]).store.update(target, write)).toEqual({ kind: 'ended', outcome: 'unknown' });
    const throttled: Step = { error: awsError('ThrottlingException') };
    expect(await storeOf([throttled, refused]).store.update(target, write)).toEqual({ kind: 'ended', outcome: 'not-applied' });
  });

  const exact: SessionWrite = { ...write, version: 3, tokens: [token(1), token(9)] };
  const refusedBy = (Item: object): Step => ({ error: awsError('ConditionalCheckFailedException', { Item }) });

  test('that is exact and lost is known by its token in a frozen item, and unknown where a frozen item has it not', async () => {
    const frozen = { ...record, frz: token(5), exp: NOW + 3600 };
    const applied = toItem(key, { ...frozen, upd: [token(9), token(10)] });
    expect(await storeOf([lost, refusedBy(applied)]).store.update(target, exact)).toEqual({ kind: 'written' });
    const other = toItem(key, { ...frozen, upd: [token(1)] });
    expect(await storeOf([lost, refusedBy(other)]).store.update(target, exact)).toEqual({ kind: 'ended', outcome: 'unknown' });
    expect(await storeOf([refusedBy(other)]).store.update(target, exact)).toEqual({ kind: 'ended', outcome: 'not-applied' });
  });

  test('that is exact and lost is not taken for applied by the token of another write', async () => {
    const moved = toItem(key, { ...record, ver: 4, upd: [token(1), token(3)] });
    expect(await storeOf([lost, refusedBy(moved)]).store.update(target, exact)).toMatchObject({ kind: 'moved', record: { ver: 4 } });
  });

  test('that is exact and refused is looked up strongly where the refusal does not bring the item', async () => {
    const { store, client } = storeOf([refused, { answer: { Item: toItem(key, { ...record, ver: 4 }) } }]);
    expect(await store.update(target, exact)).toMatchObject({ kind: 'moved', record: { ver: 4 } });
    expect(client.inputs[1]).toEqual({ operation: 'GetItem', input: { TableName: 'Sessions', Key, ConsistentRead: true } });
  });

  test('that extends a session whose idle timeout was changed meanwhile learns of it', async () => {
    const item = toItem(key, { ...record, idl: 60 });
    expect(await storeOf([refusedBy(item)]).store.update(target, { ...write, extension })).toMatchObject({ kind: 'moved', record: { idl: 60 } });
  });
});

describe('a touch', () => {
  test('goes forward only, and holds the idle timeout as it was read', async () => {
    expect(await sent((store) => store.touch(target, extension, 120))).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET iss = :now, exp = :exp',
      ConditionExpression: `${ALIVE} AND attribute_not_exists(idl) AND iss < :due AND exp < :exp`,
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':exp': { N: '1767227100' }, ':due': { N: '1767225480' } },
    });
    expect(await sent((store) => store.touch(target, { exp: NOW + 60, idl: 60 }, 6))).toMatchObject({
      ConditionExpression: `${ALIVE} AND idl = :idl AND iss < :due AND exp < :exp`,
      ExpressionAttributeValues: { ':idl': { N: '60' }, ':due': { N: String(NOW - 6) } },
    });
  });

  test('that is refused did nothing, unless an attempt without an answer did', async () => {
    expect(await storeOf([refused]).store.touch(target, extension, 120)).toBe(false);
    const item = toItem(key, { ...record, exp: extension.exp });
    expect(await storeOf([lost, refused, { answer: { Item: item } }]).store.touch(target, extension, 120)).toBe(true);
    expect(await storeOf([lost, refused, { answer: {} }]).store.touch(target, extension, 120)).toBe(false);
  });
});

test('a deletion needs no condition', async () => {
  expect(await sent((store) => store.delete(target))).toEqual({ TableName: 'Sessions', Key });
});

test('a burial leaves a frozen item without data for an hour, in place of anything that is not frozen', async () => {
  expect(await sent((store) => store.bury(target, token(4)))).toEqual({
    TableName: 'Sessions',
    Item: { ...Key, frz: { B: token(4) }, exp: { N: String(NOW + 3600) } },
    ConditionExpression: 'attribute_not_exists(frz)',
  });
  expect(await storeOf([refused]).store.bury(target, token(4))).toBeUndefined();
});

test('names of every kind never get into the text of an expression', async () => {
  const names = ['__proto__', 'constructor', 'x REMOVE dat', '#0', ':0', 'SET', 'a.b'];
  const changed = new Map(names.map((name) => [name, '1']));
  const flash = new Map(names.map((name) => [name, '["",1]']));
  const input = (await sent((store) => store.update(target, { data: { changed }, flash }))) as Record<string, string>;
  expect(input.UpdateExpression).toMatch(/^SET ver = ver \+ :one(, dat\.#\w = :\w){7}(, #\w = :\w){7}$/);
  expect(Object.values(input.ExpressionAttributeNames ?? {})).toEqual([...names, ...names.map((name) => `f:${name}`)]);
});

test('the largest change of one update stays within the 4 KB of an expression', async () => {
  const name = 'k'.repeat(240);
  const many = <Value>(count: number, value: Value) =>
    Array.from({ length: count }, (_, i): [string, Value] => [`${name}${String(value)}${i}`, value]);
  const largest: SessionWrite = {
    ...{ data: { changed: new Map(many(100, '1')) }, flash: new Map([...many<string | undefined>(100, '["",1]'), ...many(250, undefined)]) },
    ...{ csr: token(1), tokens: [token(1)], version: 3, extension: { exp: NOW + 1500, idl: 60 } },
  };
  const input = (await sent((store) => store.update(target, largest))) as Record<string, string>;
  expect(Object.keys(input.ExpressionAttributeNames ?? {})).toHaveLength(450);
  expect(input.UpdateExpression!.length).toBeLessThanOrEqual(4096);
  expect(input.ConditionExpression!.length).toBeLessThan(4096);
});

test('the time that the function has left bounds each verb', async () => {
  const hurried: Target = { ...target, remainingTime: () => 400 };
  const { store, client } = storeOf([]);
  const verbs = [
    () => store.load(hurried, false), () => store.create(hurried, () => ({ key, record })), () => store.update(hurried, write),
    () => store.touch(hurried, extension, 120), () => store.freeze(hurried, token(1), NOW), () => store.delete(hurried),
    () => store.bury(hurried, token(1)),
  ];
  for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ name: 'SessionUnavailableError', outcome: 'not-applied' });
  expect(client.inputs).toEqual([]);
});
