import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItem,
  TransactWriteItemsCommand,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { EmbeddedTable } from '../../src/testing';
import { Engine } from '../support/engines';

const key = (name: string) => ({ sid: { B: Buffer.from(name) } });

/** What an engine must do with transactions, as DynamoDB does. Each engine's test file runs it. */
export function describeTransactions({ name, start }: Engine): void {
  describe(`Transactions of ${name}`, () => {
    let table: EmbeddedTable;
    beforeEach(async () => {
      table = await start();
    });
    afterEach(() => table.stop());

    const put = (item: string, value: string, more: object = {}): TransactWriteItem => ({
      Put: { TableName: table.tableName, Item: { ...key(item), v: { S: value } }, ...more },
    });
    const drop = (item: string): TransactWriteItem => ({ Delete: { TableName: table.tableName, Key: key(item) } });
    const unlessThere = { ConditionExpression: 'attribute_not_exists(sid)' };
    const write = (TransactItems: TransactWriteItem[], more: Partial<TransactWriteItemsCommandInput> = {}) =>
      table.client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
    const read = async (item: string, client: DynamoDBClient = table.client) =>
      (await client.send(new GetItemCommand({ TableName: table.tableName, Key: key(item), ConsistentRead: true }))).Item?.v?.S;

    test('apply all of their operations', async () => {
      await write([put('a', 'old'), put('b', 'old')]);
      const update = { TableName: table.tableName, Key: key('b'), UpdateExpression: 'SET v = :v', ExpressionAttributeValues: { ':v': { S: 'new' } } };
      await write([drop('a'), { Update: update }, put('c', 'new', unlessThere)]);
      expect([await read('a'), await read('b'), await read('c')]).toEqual([undefined, 'new', 'new']);
    });

    test('that are refused leave everything as it was, and say which condition did not hold', async () => {
      await write([put('a', 'old'), put('b', 'old')]);
      const update = { TableName: table.tableName, Key: key('n'), UpdateExpression: 'SET v = :v', ExpressionAttributeValues: { ':v': { S: 'new' } } };
      const refused = write([put('a', 'new'), drop('b'), put('c', 'new'), { Update: update }, put('m', 'new', { ConditionExpression: 'attribute_exists(sid)' })]);
      await expect(refused).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        $metadata: { httpStatusCode: 400 },
        CancellationReasons: [{ Code: 'None' }, { Code: 'None' }, { Code: 'None' }, { Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
      });
      expect([await read('a'), await read('b'), await read('c'), await read('n')]).toEqual(['old', 'old', undefined, undefined]);
    });

    test('tell the item that refused them to a caller that asks, and to no other', async () => {
      await write([put('a', 'old'), put('b', 'old')]);
      const asks = { ...unlessThere, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
      const error: unknown = await write([put('a', 'new', asks), put('b', 'new', unlessThere)]).catch((caught: unknown) => caught);
      const [one, other] = (error as { CancellationReasons: { Item?: unknown }[] }).CancellationReasons;
      expect(one).toMatchObject({ Code: 'ConditionalCheckFailed', Item: { v: { S: 'old' } } });
      expect(other?.Item).toBeUndefined();
    });

    test('check a condition of an item that they leave alone', async () => {
      const check = { ConditionCheck: { TableName: table.tableName, Key: key('a'), ...unlessThere } };
      await write([check, put('b', 'new')]);
      expect([await read('a'), await read('b')]).toEqual([undefined, 'new']);
      await write([put('a', 'old')]);
      await expect(write([check, put('b', 'newer')])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
      expect(await read('b')).toBe('new');
    });

    test('with a token of an applied one are applied once, whatever has changed since', async () => {
      const once = { ClientRequestToken: 'one' };
      await write([put('a', 'new', unlessThere)], once);
      await write([put('a', 'new', unlessThere)], once);
      await write([drop('a')]);
      await write([put('a', 'new', unlessThere)], once);
      expect(await read('a')).toBeUndefined();
    });

    test('with a token of a refused one are tried again', async () => {
      await write([put('a', 'old')]);
      const again = { ClientRequestToken: 'one' };
      await expect(write([put('a', 'new', unlessThere)], again)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
      await write([drop('a')]);
      await write([put('a', 'new', unlessThere)], again);
      expect(await read('a')).toBe('new');
    });

    test('with a token of another one are refused', async () => {
      await write([put('a', 'old')], { ClientRequestToken: 'one' });
      await expect(write([put('a', 'new')], { ClientRequestToken: 'one' })).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
      expect(await read('a')).toBe('old');
    });

    test.each<[string, () => TransactWriteItem[], string]>([
      ['no operation', () => [], 'token'],
      ['101 operations', () => Array.from({ length: 101 }, (_, i) => put(`a${i}`, 'new')), 'token'],
      ['two operations on one item', () => [put('a', 'new'), drop('a')], 'token'],
      ['an operation of no kind', () => [{}], 'token'],
      ['a token of 37 characters', () => [put('a', 'new')], 'x'.repeat(37)],
      ['more than 4 MB', () => Array.from({ length: 11 }, (_, i) => put(`a${i}`, 'x'.repeat(400_000))), 'token'],
    ])('with %s are refused', async (_, items, token) => {
      await expect(write(items(), { ClientRequestToken: token })).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await read('a')).toBeUndefined();
    });

    test('on a table that is not there are refused, and nothing of them stays', async () => {
      const lost = { Update: { TableName: 'Nowhere', Key: key('a'), UpdateExpression: 'SET v = :v', ExpressionAttributeValues: { ':v': { S: 'v' } } } };
      await expect(write([put('a', 'new'), lost])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      expect(await read('a')).toBeUndefined();
    });

    test('hold 100 operations', async () => {
      await write(Array.from({ length: 100 }, (_, i) => put(`a${i}`, 'new')));
      expect(await read('a99')).toBe('new');
    });

    test('cost twice what their writes cost', async () => {
      const { ConsumedCapacity } = await write([put('a', 'x'.repeat(1500)), put('b', 'x')], { ReturnConsumedCapacity: 'TOTAL' });
      expect(ConsumedCapacity).toMatchObject([{ TableName: table.tableName, CapacityUnits: 6 }]);
    });

    test('that overlap are applied one after the other, and writes beside them see all of one or nothing', async () => {
      await write([put('a', '0'), put('b', '0')]);
      const exchange = (from: string, to: string) => {
        const condition = { ConditionExpression: 'v = :from', ExpressionAttributeValues: { ':from': { S: from } } };
        return write([put('a', to, condition), put('b', to, condition)]).then(() => 1, () => 0);
      };
      const plain = new PutItemCommand({ TableName: table.tableName, Item: { ...key('c'), v: { S: 'c' } } });
      const results = await Promise.all([...['1', '2', '3', '4'].map((to) => exchange('0', to)), table.client.send(plain).then(() => 0)]);
      expect(results.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
      expect(await read('a')).toBe(await read('b'));
      expect([await read('a'), await read('c')]).toEqual([expect.stringMatching(/[1-4]/), 'c']);
    });
  });
}
