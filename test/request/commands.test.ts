import {
  ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ClientOfSdk, SessionUnavailableError, sessionFactory } from '../../src/runtime';
import { keyOf } from '../../src/runtime/table/key';
import { FakeClock } from '../../src/testing';
import { ShopData } from '../support/visitor';

const ID = 'a'.repeat(43);
const Key = { sid: { B: keyOf(ID) } };
const NOW = 1_767_225_600;
const item = {
  ...Key,
  exp: { N: String(NOW + 900) },
  iat: { N: String(NOW - 300) },
  iss: { N: String(NOW - 300) },
  ver: { N: '1' },
  dat: { M: { name: { S: '"Ada"' }, cart: { S: '["tea"]' } } },
};

const plain = new DynamoDBClient({ region: 'us-east-1' });
const CLIENTS: [string, ClientOfSdk][] = [['DynamoDBClient', plain], ['DynamoDBDocumentClient', DynamoDBDocumentClient.from(plain)]];

describe.each(CLIENTS)('a given %s', (_, client) => {
  const mock = mockClient(client as DynamoDBClient);
  beforeEach(() => {
    mock.reset();
    mock.on(GetItemCommand).resolves({ Item: item });
  });

  function begin(cookies = `session_id=${ID}`) {
    return sessionFactory<ShopData>({ tableName: 'Sessions', client, clock: new FakeClock(NOW * 1000) }).forRequest({ cookies, https: true });
  }

  /** The input of the only call of a command. */
  function inputOf(command: Parameters<typeof mock.commandCalls>[0]): unknown {
    const calls = mock.commandCalls(command);
    expect(calls).toHaveLength(1);
    return calls[0]?.args[0].input;
  }

  test('gets one GetItemCommand for a read, and an UpdateItemCommand for the touch that is due', async () => {
    const request = begin();
    expect((await request.session()).get('cart')).toEqual(['tea']);
    await request.commit();
    expect(inputOf(GetItemCommand)).toEqual({ TableName: 'Sessions', Key });
    expect(inputOf(UpdateItemCommand)).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET iss = :now, exp = :exp',
      ConditionExpression:
        'attribute_exists(sid) AND exp > :now AND attribute_not_exists(frz) AND attribute_not_exists(fmt) AND attribute_not_exists(idl)'
        + ' AND iss < :due AND exp < :exp',
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':exp': { N: '1767226800' }, ':due': { N: '1767225480' } },
    });
    expect(mock.calls()).toHaveLength(2);
  });

  test('gets one UpdateItemCommand for a change, with the changed keys and the touch', async () => {
    const request = begin();
    const session = await request.session();
    session.get('cart')?.push('milk');
    session.delete('name');
    await request.commit();
    expect(inputOf(UpdateItemCommand)).toEqual({
      TableName: 'Sessions',
      Key,
      UpdateExpression: 'SET ver = ver + :one, iss = :now, exp = :exp, dat.#0 = :0 REMOVE dat.#1',
      ConditionExpression:
        'attribute_exists(sid) AND exp > :now AND attribute_not_exists(frz) AND attribute_not_exists(fmt) AND attribute_not_exists(idl)',
      ExpressionAttributeNames: { '#0': 'cart', '#1': 'name' },
      ExpressionAttributeValues: { ':now': { N: '1767225600' }, ':exp': { N: '1767226800' }, ':one': { N: '1' }, ':0': { S: '["tea","milk"]' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('gets one PutItemCommand for a new session', async () => {
    const request = begin('');
    (await request.session()).set('name', 'Bob');
    const { setCookie } = await request.commit();
    const id = /[\w-]{43}/.exec(setCookie[0] ?? '')?.[0] ?? '';
    expect(inputOf(PutItemCommand)).toEqual({
      TableName: 'Sessions',
      Item: {
        sid: { B: keyOf(id) },
        exp: { N: '1767226800' },
        iat: { N: '1767225600' },
        iss: { N: '1767225600' },
        ver: { N: '1' },
        dat: { M: { name: { S: '"Bob"' } } },
      },
      ConditionExpression: 'attribute_not_exists(sid)',
    });
  });

  test('gets one DeleteItemCommand for the end', async () => {
    await begin().endSession();
    expect(inputOf(DeleteItemCommand)).toEqual({ TableName: 'Sessions', Key });
    expect(mock.calls()).toHaveLength(1);
  });

  test('gets a real signal with each call, and is asked once', async () => {
    mock.on(GetItemCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(begin().session()).rejects.toThrow(SessionUnavailableError);
    expect(mock.calls()).toHaveLength(1);
    const args: readonly unknown[] = mock.calls()[0]?.args ?? [];
    expect(args[1]).toEqual({ abortSignal: expect.any(AbortSignal) });
  });

  test('that says whose item refused the write saves the strong read', async () => {
    const gone = { ...item, exp: { N: String(NOW) } };
    mock.on(UpdateItemCommand).rejects(new ConditionalCheckFailedException({ message: '', $metadata: {}, Item: gone }));
    const request = begin();
    (await request.session()).set('name', 'Bob');
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(mock.calls()).toHaveLength(2);
  });
});
