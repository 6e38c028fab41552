import { Item } from '../../src/runtime/client/session-client';
import { SessionRecord, toItem } from '../../src/runtime/table/item';
import { Store, Target } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing/fake-clock';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';

const NOW = 1_767_225_600;
const key = new Uint8Array(32).fill(7);
const target: Target = { key, now: NOW };
const token = (n: number) => new Uint8Array(6).fill(n);
const alive: SessionRecord = {
  ...{ exp: NOW + 1200, iat: NOW - 300, iss: NOW - 300, ver: 3, upd: [token(8)] },
  ...{ flash: new Map(), dat: new Map([['name', '"Ada"']]), otherAttributes: {} },
};
const frozenBy = (n: number): SessionRecord => ({ ...alive, frz: token(n), exp: NOW + 3600 });

const lost: Step = { error: awsError('TimeoutError') };
const throttled: Step = { error: awsError('ThrottlingException') };
const refused: Step = { error: awsError('ConditionalCheckFailedException') };
const refusedBy = (record: SessionRecord): Step => ({ error: awsError('ConditionalCheckFailedException', { Item: toItem(key, record) }) });
const answers = (record: SessionRecord): Step => ({ answer: { Attributes: toItem(key, record) } });
const reads = (item: Item | undefined): Step => ({ answer: { Item: item } });
const readsRecord = (record: SessionRecord): Step => reads(toItem(key, record));
const noAnswers = Array.from({ length: 5 }, () => lost);

/** Freezes with the token 1; gives the result and the calls. */
async function freeze(steps: readonly Step[], knownExpiry = NOW + 1200): Promise<{ readonly result: unknown; readonly calls: string[] }> {
  const client = new ScriptedClient(steps);
  const settings = { clock: new FakeClock(NOW * 1000), deadline: 3000, random: (size: number) => new Uint8Array(size) };
  const result = await new Store(client, 'Sessions', settings).freeze(target, token(1), knownExpiry);
  return { result, calls: client.inputs.map(({ operation, input }) => ((input as { ConsistentRead?: true }).ConsistentRead ? `${operation}(strong)` : operation)) };
}

test('sets the token and the end for TTL on the condition that the session is alive, and asks for both images', async () => {
  const client = new ScriptedClient([answers(frozenBy(1))]);
  const settings = { clock: new FakeClock(NOW * 1000), deadline: 3000, random: (size: number) => new Uint8Array(size) };
  await new Store(client, 'Sessions', settings).freeze(target, token(1), NOW);
  expect(client.inputs).toEqual([{
    operation: 'UpdateItem',
    input: {
      TableName: 'Sessions',
      Key: { sid: { B: key } },
      UpdateExpression: 'SET frz = :frz, exp = :exp',
      ConditionExpression: 'attribute_exists(sid) AND exp > :now AND attribute_not_exists(frz) AND attribute_not_exists(fmt)',
      ExpressionAttributeValues: { ':now': { N: String(NOW) }, ':frz': { B: token(1) }, ':exp': { N: String(NOW + 3600) } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnValues: 'ALL_NEW',
    },
  }]);
});

type Row = [string, readonly Step[], object, readonly string[]];

const frozen = (by: number) => ({ kind: 'frozen', image: frozenBy(by) });

const ANSWERED: Row[] = [
  ['an answer with the image is final', [answers(frozenBy(1))], frozen(1), ['UpdateItem']],
  ['an answer without it is looked up strongly', [{ answer: {} }, readsRecord(frozenBy(1))], frozen(1), ['UpdateItem', 'GetItem(strong)']],
  ['an answer that cannot be read is looked up strongly', [{ answer: { Attributes: { sid: { B: 'BwcHBwc=' } } } }, readsRecord(frozenBy(1))], frozen(1), ['UpdateItem', 'GetItem(strong)']],
];

const REFUSED: Row[] = [
  ['by an own attempt that got no answer: the image is final', [lost, refusedBy(frozenBy(1))], frozen(1), ['UpdateItem', 'UpdateItem']],
  ['by another freeze: its image is final too', [refusedBy(frozenBy(2))], frozen(2), ['UpdateItem']],
  ['by a session that ran out', [refusedBy({ ...alive, exp: NOW })], { kind: 'expired' }, ['UpdateItem']],
  ['and the item is gone: signed out', [refused, reads(undefined)], { kind: 'gone' }, ['UpdateItem', 'GetItem(strong)']],
  ['by a client that does not give the item: another freeze is found by a strong read', [refused, readsRecord(frozenBy(2))], frozen(2), ['UpdateItem', 'GetItem(strong)']],
  ['by a client that does not give the item, and the session ran out', [refused, readsRecord({ ...alive, exp: NOW - 1 })], { kind: 'expired' }, ['UpdateItem', 'GetItem(strong)']],
  ['by an item of a newer format', [refused, reads({ ...toItem(key, alive), fmt: { N: '2' } })], { kind: 'gone' }, ['UpdateItem', 'GetItem(strong)']],
  ['by a frozen item without data: it was deleted', [refused, reads({ sid: { B: key }, frz: { B: token(3) }, exp: { N: String(NOW + 9) } })], { kind: 'gone' }, ['UpdateItem', 'GetItem(strong)']],
  ['after it was throttled, by another freeze', [throttled, refusedBy(frozenBy(2))], frozen(2), ['UpdateItem', 'UpdateItem']],
];

const five = Array.from({ length: 5 }, () => 'UpdateItem');

const UNANSWERED: Row[] = [
  ['it was frozen: the image is final', [...noAnswers, readsRecord(frozenBy(1))], frozen(1), [...five, 'GetItem(strong)']],
  ['another one froze it: its image is final', [...noAnswers, readsRecord(frozenBy(2))], frozen(2), [...five, 'GetItem(strong)']],
  ['the item is alive: the freeze may still arrive', [...noAnswers, readsRecord(alive)], { kind: 'alive' }, [...five, 'GetItem(strong)']],
  ['the session ran out', [...noAnswers, readsRecord({ ...alive, exp: NOW })], { kind: 'expired' }, [...five, 'GetItem(strong)']],
  ['the item is gone', [...noAnswers, reads(undefined)], { kind: 'gone' }, [...five, 'GetItem(strong)']],
];

test.each(ANSWERED)('%s', async (_, steps, result, calls) => {
  expect(await freeze(steps)).toEqual({ result, calls });
});

test.each(REFUSED)('a freeze is refused %s', async (_, steps, result, calls) => {
  expect(await freeze(steps)).toEqual({ result, calls });
});

test.each(UNANSWERED)('no attempt was answered, and a strong read tells: %s', async (_, steps, result, calls) => {
  expect(await freeze(steps)).toEqual({ result, calls });
});

test.each([[NOW, 'expired'], [NOW + 1, 'gone']])('of an item that is gone and was to end at %d, it is said to be %s', async (knownExpiry, kind) => {
  expect((await freeze([refused, reads(undefined)], knownExpiry)).result).toEqual({ kind });
});

test('a second in which the session is still alive is no end', async () => {
  expect((await freeze([...noAnswers, readsRecord({ ...alive, exp: NOW + 1 })])).result).toEqual({ kind: 'alive' });
});

test('what certainly did nothing throws, and is not looked up', async () => {
  const denied: Step = { error: awsError('AccessDeniedException') };
  await expect(freeze([denied])).rejects.toMatchObject({ code: 'configuration', outcome: 'not-applied' });
  await expect(freeze(Array.from({ length: 5 }, () => throttled))).rejects.toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
});

test('where no answer came and the read fails too, the error says so', async () => {
  await expect(freeze([...noAnswers, ...noAnswers])).rejects.toMatchObject({ name: 'SessionUnavailableError', operation: 'GetItem' });
});
