import { SessionUnavailableError } from '../../src/runtime';
import { Item } from '../../src/runtime/client/session-client';
import { SessionRecord, toItem } from '../../src/runtime/table/item';
import { SessionWrite, Store, WriteResult } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';

const NOW = 1_767_225_600;
const key = new Uint8Array(32).fill(7);
const target = { key, now: NOW };
const token = (n: number) => new Uint8Array(6).fill(n);
const dat = new Map([['name', '"Ada"']]);
const record: SessionRecord = { exp: NOW + 1200, iat: NOW, iss: NOW, ver: 4, flash: new Map(), dat, otherAttributes: {} };
const lost: Step = { error: awsError('TimeoutError') };
const throttled: Step = { error: awsError('ThrottlingException') };
const refusedBy = (item?: Item): Step => ({ error: awsError('ConditionalCheckFailedException', item && { Item: item }) });
const tokens = (...numbers: number[]): Item => ({ ...toItem(key, record), upd: { L: numbers.map((n) => ({ B: token(n) })) } });

/** An exact change for version 3, after the writes with the tokens 1 and 2; its own token is 9. */
const exact: SessionWrite = { data: { changed: new Map([['name', '"Bob"']]) }, version: 3, tokens: [token(1), token(2), token(9)] };

function storeOf(steps: readonly Step[]): { store: Store; client: ScriptedClient } {
  const client = new ScriptedClient(steps);
  const settings = { clock: new FakeClock(NOW * 1000), deadline: 3000, random: (size: number) => new Uint8Array(size) };
  return { store: new Store(client, 'Sessions', settings), client };
}

describe('an exact change that is refused', () => {
  const CASES: [string, Item, readonly Step[], WriteResult['kind']][] = [
    ['has been written, where its token is there', tokens(3, 9, 4), [lost], 'written'],
    ['has been written, where its token is there, also if no attempt is known to be lost', tokens(9), [], 'written'],
    ['was for another version, where its token is not there', tokens(1, 2, 3), [], 'moved'],
    ['was for another version, where fewer than eight tokens are there', tokens(3, 4, 5, 6, 7, 8, 10), [lost], 'moved'],
    ['was for another version, where a token from before it is still there', tokens(2, 3, 4, 5, 6, 7, 8, 10), [lost], 'moved'],
    ['was for another version, where eight others are there and no answer was lost', tokens(3, 4, 5, 6, 7, 8, 10, 11), [], 'moved'],
    ['was for another version, where eight others are there and it was throttled', tokens(3, 4, 5, 6, 7, 8, 10, 11), [throttled], 'moved'],
    ['nobody can tell of, where eight others are there and an answer was lost', tokens(3, 4, 5, 6, 7, 8, 10, 11), [lost], 'unknown'],
    ['has been written, where its token is in a frozen session', { ...tokens(3, 9), frz: { B: token(1) } }, [lost], 'written'],
    ['met a frozen session, which its token is not in', { ...tokens(3), frz: { B: token(1) } }, [lost], 'ended'],
    ['met no session', {}, [], 'ended'],
    ['met the end of the session this very second', { ...tokens(3), exp: { N: String(NOW) }, iss: { N: '1' }, iat: { N: '1' } }, [], 'ended'],
    ['has been written, where its token is in a session that has ended', { upd: { L: [{ B: token(9) }] }, exp: { N: '5' } }, [lost], 'written'],
    ['met a session of a newer version', { ...tokens(3), fmt: { N: '2' } }, [], 'ended'],
    ['met a damaged session', { ...tokens(3), ver: { S: '4' } }, [], 'ended'],
    ['met an item whose tokens are damaged', { ...toItem(key, record), upd: { S: 'x' } }, [lost], 'ended'],
  ];
  test.each(CASES)('%s', async (_, item, before, kind) => {
    const { store, client } = storeOf([...before, refusedBy(item)]);
    expect(await store.update(target, exact)).toMatchObject({ kind });
    expect(client.inputs.map(({ operation }) => operation)).toEqual([...before.map(() => 'UpdateItem'), 'UpdateItem']);
  });

  test.each(CASES)('and brings no item is looked for by one strong read, and %s', async (_, item, before, kind) => {
    const { store, client } = storeOf([...before, refusedBy(), { answer: { Item: item } }]);
    expect(await store.update(target, exact)).toMatchObject({ kind });
    expect(client.inputs.at(-1)).toEqual({ operation: 'GetItem', input: { TableName: 'Sessions', Key: { sid: { B: key } }, ConsistentRead: true } });
  });

  test('and brings no item, and is not found either, met no session', async () => {
    expect(await storeOf([refusedBy(), { answer: {} }]).store.update(target, exact)).toEqual({ kind: 'ended', outcome: 'not-applied' });
  });

  test('and whose strong read fails is unavailable', async () => {
    const { store } = storeOf([refusedBy(), { error: awsError('AccessDeniedException') }]);
    await expect(store.update(target, exact)).rejects.toThrow(SessionUnavailableError);
  });
});

describe('a plain change that is refused', () => {
  test('met no living session, and nothing is read', async () => {
    const { store, client } = storeOf([refusedBy()]);
    expect(await store.update(target, { data: exact.data })).toEqual({ kind: 'ended', outcome: 'not-applied' });
    expect(client.inputs).toHaveLength(1);
  });

  test('after a lost response may have been written before the session ended', async () => {
    const { store } = storeOf([lost, refusedBy()]);
    expect(await store.update(target, { data: exact.data })).toEqual({ kind: 'ended', outcome: 'unknown' });
  });

  test('is told what the session is now, where it was to extend it', async () => {
    const extension = { exp: NOW + 1200, idl: undefined };
    const { store } = storeOf([refusedBy({ ...toItem(key, record), idl: { N: '60' } })]);
    expect(await store.update(target, { data: exact.data, extension })).toMatchObject({ kind: 'moved', record: { idl: 60, ver: 4 } });
  });
});

describe('a touch that is refused', () => {
  const extension = { exp: NOW + 1200, idl: undefined };

  test('did nothing, and nothing more is done', async () => {
    const { store, client } = storeOf([refusedBy()]);
    expect(await store.touch(target, extension, 120)).toBe(false);
    expect(client.inputs).toHaveLength(1);
  });

  test('has been done where an answer was lost before and the session has the new end, and not where it ended or was throttled', async () => {
    const touched: Step = { answer: { Item: toItem(key, { ...record, exp: extension.exp }) } };
    expect(await storeOf([lost, refusedBy(), touched]).store.touch(target, extension, 120)).toBe(true);
    expect(await storeOf([lost, refusedBy(), { answer: { Item: { ...tokens(3), frz: { B: token(1) } } } }]).store.touch(target, extension, 120)).toBe(false);
    expect(await storeOf([lost, refusedBy(), { answer: {} }]).store.touch(target, extension, 120)).toBe(false);
    expect(await storeOf([throttled, refusedBy()]).store.touch(target, extension, 120)).toBe(false);
  });
});

test('a creation that is refused is none, lost answer or not: another id is to be made', async () => {
  const next = () => ({ key, record });
  expect(await storeOf([refusedBy()]).store.create({ now: NOW }, next)).toBeUndefined();
  expect(await storeOf([lost, refusedBy()]).store.create({ now: NOW }, next)).toBeUndefined();
});

test('a read that is refused was not answered by DynamoDB', async () => {
  const error = await storeOf([refusedBy()]).store.load(target, false).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SessionUnavailableError);
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('GetItem') });
});

test.each([undefined, null, 7, 'text', {}])('an answer that is %j has no item', async (answer) => {
  const { store } = storeOf([{ answer: answer as object }]);
  expect(await store.load(target, true)).toEqual({ kind: 'missing' });
});
