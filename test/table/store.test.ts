import { sdkClient } from '../../src/runtime/client/sdk-client';
import { SessionRecord, toItem } from '../../src/runtime/table/item';
import { SessionWrite, Store } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';
import { TestTable } from '../support/table';

const NOW = 1_767_225_600;
const key = new Uint8Array(32).fill(7);
const token = (n: number) => new Uint8Array(6).fill(n);
const record: SessionRecord = {
  exp: NOW + 1200, iat: NOW - 300, iss: NOW - 300, ver: 3, upd: [], flash: new Map(), dat: new Map([['name', '"Ada"']]), foreign: 0,
};
const write: SessionWrite = { data: { changed: new Map([['name', '"Bob"'], ['cart', undefined]]) } };
const extension = { exp: NOW + 1200 + 300, idl: undefined };
const settings = { clock: new FakeClock(NOW * 1000), deadline: 3000, random: (size: number) => new Uint8Array(size) };

describe('the calls as DynamoDB gets them', () => {
  const Key = { sid: { B: key } };
  const ALIVE = 'attribute_exists(sid) AND exp > :now AND attribute_not_exists(fmt)';

  async function sent(verb: (store: Store) => Promise<unknown>): Promise<unknown> {
    const client = new ScriptedClient([]);
    await verb(new Store(client, 'Sessions', settings));
    expect(client.inputs).toHaveLength(1);
    return client.inputs[0]?.input;
  }

  test('a read is eventually consistent, or strong', async () => {
    expect(await sent((store) => store.load(key, false))).toEqual({ TableName: 'Sessions', Key });
    expect(await sent((store) => store.load(key, true))).toEqual({ TableName: 'Sessions', Key, ConsistentRead: true });
  });

  test('a creation is on the condition that nothing is there', async () => {
    expect(await sent((store) => store.create(key, { ...record, abs: NOW + 9999, idl: 60, csr: token(1), flash: new Map([['f:1', '["",1]']]) }))).toEqual({
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
        'f:1': { S: '["",1]' },
        'dat': { M: { name: { S: '"Ada"' } } },
      },
      ConditionExpression: 'attribute_not_exists(sid)',
    });
  });

  test('a change names its keys by placeholders, on the condition that the session is alive', async () => {
    expect(await sent((store) => store.update(key, NOW, write))).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET ver = ver + :one, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: ALIVE,
      ExpressionAttributeNames: { '#0': 'name', '#1': 'cart' },
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':one': { N: '1' }, ':0': { S: '"Bob"' } },
    });
  });

  test('a change that extends the session holds the idle timeout as it was read', async () => {
    expect(await sent((store) => store.update(key, NOW, { ...write, extension }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, exp = :exp, iss = :now, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: `${ALIVE} AND attribute_not_exists(idl)`,
      ExpressionAttributeValues: { ':exp': { N: '1767227100' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(await sent((store) => store.update(key, NOW, { ...write, extension: { ...extension, idl: 60 } }))).toMatchObject({
      ConditionExpression: `${ALIVE} AND idl = :idl`,
      ExpressionAttributeValues: { ':idl': { N: '60' } },
    });
  });

  test('an exact change holds the version, and leaves its token', async () => {
    expect(await sent((store) => store.update(key, NOW, { ...write, version: 3, tokens: [token(1), token(2)] }))).toMatchObject({
      UpdateExpression: 'SET ver = ver + :one, upd = :upd, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression: `${ALIVE} AND ver = :ver`,
      ExpressionAttributeValues: { ':ver': { N: '3' }, ':upd': { L: [{ B: token(1) }, { B: token(2) }] } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  const refused: Step = { error: awsError('ConditionalCheckFailedException') };

  test('a read that is refused is not an answer of DynamoDB, and no empty session', async () => {
    const client = new ScriptedClient([refused]);
    await expect(new Store(client, 'Sessions', settings).load(key, false)).rejects.toMatchObject({ name: 'SessionUnavailableError' });
  });

  test('a plain change that is refused costs no further call: the session is dead', async () => {
    const client = new ScriptedClient([refused]);
    expect(await new Store(client, 'Sessions', settings).update(key, NOW, write)).toEqual({ kind: 'ended' });
    expect(client.inputs).toHaveLength(1);
  });

  test.each([[7, 'moved'], [8, 'unknown']])('a lost exact change that finds %i tokens of others is %s', async (count, kind) => {
    const upd = Array.from({ length: count }, (_, i) => token(100 + i));
    const Item = toItem(key, { ...record, ver: 9, upd });
    const client = new ScriptedClient([{ error: awsError('TimeoutError') }, { error: awsError('ConditionalCheckFailedException', { Item }) }]);
    const outcome = await new Store(client, 'Sessions', settings).update(key, NOW, { ...write, version: 3, tokens: [token(1)] });
    expect(outcome).toMatchObject({ kind });
  });

  test('what a refused exact change met is read strongly, where the refusal does not bring it', async () => {
    const client = new ScriptedClient([refused]);
    await new Store(client, 'Sessions', settings).update(key, NOW, { ...write, version: 3, tokens: [token(1)] });
    expect(client.inputs[1]).toEqual({ operation: 'GetItem', input: { TableName: 'Sessions', Key, ConsistentRead: true } });
  });

  test('a touch goes forward only', async () => {
    expect(await sent((store) => store.touch(key, NOW, extension, 120))).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET exp = :exp, iss = :now',
      ConditionExpression: `${ALIVE} AND attribute_not_exists(idl) AND iss < :due AND exp < :exp`,
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':exp': { N: '1767227100' }, ':due': { N: '1767225480' } },
    });
  });

  test('the end of a replaced session takes its data away', async () => {
    expect(await sent((store) => store.replace(key, NOW, { ...record, flash: new Map([['f:1', '["",1]']]) }, [token(1)]))).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET exp = :past, upd = :upd REMOVE #0, #1',
      ConditionExpression: `${ALIVE} AND ver = :ver`,
      ExpressionAttributeNames: { '#0': 'dat', '#1': 'f:1' },
      ExpressionAttributeValues: {
        ':now': { N: '1767225600' }, ':ver': { N: '3' }, ':past': { N: '1767139200' }, ':upd': { L: [{ B: token(1) }] },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('a deletion needs no condition', async () => {
    expect(await sent((store) => store.delete(key))).toEqual({ TableName: 'Sessions', Key });
  });
});

describe('what the table makes of them', () => {
  let table: TestTable;
  let store: Store;
  beforeAll(async () => {
    table = await TestTable.start();
    store = new Store(sdkClient(table.client), table.name, settings);
  });
  afterAll(() => table.stop());
  beforeEach(() => store.delete(key));

  async function stored(): Promise<SessionRecord | undefined> {
    const found = await store.load(key, true);
    return found.kind === 'found' ? found.record : undefined;
  }

  /** Puts an item past the library, with attributes over those of the record. */
  async function given(more: Parameters<TestTable['put']>[0] = {}): Promise<void> {
    await table.put({ ...toItem(key, record), ...more } as Parameters<TestTable['put']>[0]);
  }

  test('a second creation under one key is none', async () => {
    expect(await store.create(key, record)).toBe(true);
    expect(await store.create(key, { ...record, ver: 9 })).toBe(false);
    expect(await stored()).toMatchObject({ ver: 3 });
  });

  test('a change is written, and other keys and strange attributes stay', async () => {
    await given({ strange: { S: 'kept' }, dat: { M: { name: { S: '"Ada"' }, cart: { S: '[]' }, other: { S: '1' } } } });
    expect(await store.update(key, NOW, write)).toEqual({ kind: 'written' });
    expect(await stored()).toMatchObject({ ver: 4, dat: new Map([['name', '"Bob"'], ['other', '1']]), foreign: 'strangekept'.length });
  });

  const dead: [string, Parameters<TestTable['put']>[0] | undefined][] = [
    ['is not there', undefined],
    ['is past its time', { exp: { N: String(NOW - 1) } }],
    ['is dead this very second', { exp: { N: String(NOW) } }],
    ['has a newer format', { fmt: { N: '2' } }],
  ];
  test.each(dead)('nothing is written to a session that %s', async (_, more) => {
    if (more !== undefined) await given(more);
    const before = await table.items();
    for (const what of [write, { ...write, extension }, { ...write, version: 3, tokens: [token(1)] }]) {
      expect(await store.update(key, NOW, what)).toEqual({ kind: 'ended' });
    }
    expect(await store.touch(key, NOW, extension, 120)).toBe(false);
    expect(await store.replace(key, NOW, record, [token(1)])).toEqual({ kind: 'ended' });
    expect(await table.items()).toEqual(before);
  });

  test('a change that was made for another idle timeout or version is told what the session is now', async () => {
    await given({ idl: { N: '60' } });
    expect(await store.update(key, NOW, { ...write, extension })).toMatchObject({ kind: 'moved', record: { idl: 60 } });
    expect(await store.update(key, NOW, { ...write, version: 2, tokens: [token(1)] })).toMatchObject({ kind: 'moved', record: { ver: 3 } });
    expect(await store.replace(key, NOW, { ...record, ver: 2 }, [token(1)])).toMatchObject({ kind: 'moved', record: { ver: 3 } });
    expect(await stored()).toMatchObject({ ver: 3 });
  });

  const untouched: [string, Parameters<TestTable['put']>[0]][] = [
    ['was touched just now', { iss: { N: String(NOW - 120) } }],
    ['ends later already', { exp: { N: String(extension.exp) } }],
    ['has an idle timeout of its own', { idl: { N: '60' } }],
  ];
  test.each(untouched)('a touch leaves a session as it is that %s', async (_, more) => {
    await given(more);
    const before = await table.items();
    expect(await store.touch(key, NOW, extension, 120)).toBe(false);
    expect(await table.items()).toEqual(before);
  });

  test('a touch extends the session and leaves its version', async () => {
    await given();
    expect(await store.touch(key, NOW, extension, 120)).toBe(true);
    expect(await stored()).toMatchObject({ exp: extension.exp, iss: NOW, ver: 3 });
  });

  test('an exact change that finds its own token has been written', async () => {
    await given({ ver: { N: '4' }, upd: { L: [{ B: token(1) }, { B: token(2) }] } });
    expect(await store.update(key, NOW, { ...write, version: 3, tokens: [token(1)] })).toEqual({ kind: 'written' });
    await given({ exp: { N: '5' }, upd: { L: [{ B: token(1) }] } });
    expect(await store.replace(key, NOW, record, [token(1)])).toEqual({ kind: 'written' });
  });

  test('what is deleted twice is deleted', async () => {
    await given();
    await store.delete(key);
    await store.delete(key);
    expect(await store.load(key, true)).toEqual({ kind: 'missing' });
  });
});
