import { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LeanClient } from '../../src/runtime/client/lean/client';
import { defaultSdkClient, sdkClient } from '../../src/runtime/client/sdk-client';
import { PutItemInput, SessionClient, TransactWriteItem, UpdateItemInput } from '../../src/runtime/client/session-client';
import { call } from '../../src/runtime/table/call';
import { EmbeddedTable, FakeClock } from '../../src/testing';
import { findDynoxide } from '../support/engines';

const NEVER = { signal: new AbortController().signal };
const config = { region: 'us-east-1', credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } };
const SECRETS = { AWS_ACCESS_KEY_ID: 'embedded', AWS_SECRET_ACCESS_KEY: 'embedded' };
const engine = findDynoxide();

/** Everything that implements the port, at an endpoint. */
const CLIENTS: Readonly<Record<string, (endpoint: string) => SessionClient>> = {
  'the lean client': (endpoint) => new LeanClient({ region: 'us-east-1', endpoint }, SECRETS),
  'the default client': (endpoint) => {
    Object.assign(process.env, SECRETS, { AWS_ENDPOINT_URL_DYNAMODB: endpoint });
    return defaultSdkClient({ region: 'us-east-1', deadline: 3000 });
  },
  'a DynamoDBClient': (endpoint) => sdkClient(new DynamoDBClient({ ...config, endpoint })),
  'a DynamoDB': (endpoint) => sdkClient(new DynamoDB({ ...config, endpoint })),
  'a DynamoDBDocumentClient': (endpoint) => sdkClient(DynamoDBDocumentClient.from(new DynamoDBClient({ ...config, endpoint }))),
};

// There is no dynoxide for every platform; run-tests.ts prints what is then not tried, and CI on Linux fails without it.
(engine === undefined ? describe.skip : describe).each(Object.keys(CLIENTS))('through %s, on dynoxide,', (name) => {
  let table: EmbeddedTable;
  let client: SessionClient;
  let sids = 0;
  beforeAll(async () => {
    table = await engine!.start();
    client = CLIENTS[name]!(table.endpoint);
  });
  afterAll(() => table.stop());

  const newSid = (): Uint8Array => new Uint8Array(32).fill(++sids);
  const keyOf = (sid: Uint8Array) => ({ TableName: table.tableName, Key: { sid: { B: sid } } });
  const item = (sid: Uint8Array, ver: number): PutItemInput => ({
    TableName: table.tableName,
    Item: { sid: { B: sid }, ver: { N: String(ver) }, dat: { M: { token: { B: Uint8Array.of(0, 200, 7) } } } },
    ConditionExpression: 'attribute_not_exists(sid)',
  });
  const next = (sid: Uint8Array, ver: number): UpdateItemInput => ({
    ...keyOf(sid),
    UpdateExpression: 'SET ver = ver + :one',
    ConditionExpression: 'ver = :ver',
    ExpressionAttributeValues: { ':one': { N: '1' }, ':ver': { N: String(ver) } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const found = async (sid: Uint8Array) => (await client.getItem({ ...keyOf(sid), ConsistentRead: true }, NEVER)).Item;
  const write = (token: string, ...TransactItems: TransactWriteItem[]) => {
    const settings = { clock: new FakeClock(), deadline: 3000, random: (size: number) => new Uint8Array(size) };
    const input = { TransactItems, ClientRequestToken: `${name}-${token}`.replace(/\W/g, '').slice(-36) };
    return call(client, 'TransactWriteItems', (options) => client.transactWrite!(input, options), settings);
  };

  test('an update gives the whole item as it is afterwards, bytes and all', async () => {
    const sid = newSid();
    await client.putItem(item(sid, 1), NEVER);
    const { Attributes } = await client.updateItem({ ...next(sid, 1), ReturnValues: 'ALL_NEW' }, NEVER);
    expect(plain(Attributes)).toEqual({ sid: { B: [...sid] }, ver: { N: '2' }, dat: { M: { token: { B: [0, 200, 7] } } } });
    expect(await client.updateItem(next(sid, 2), NEVER)).not.toHaveProperty('Attributes');
  });

  test('an update that is refused gives the item that refused it', async () => {
    const sid = newSid();
    await client.putItem(item(sid, 1), NEVER);
    const error = await client.updateItem({ ...next(sid, 7), ReturnValues: 'ALL_NEW' }, NEVER).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(plain((error as { Item?: unknown }).Item)).toMatchObject({ sid: { B: [...sid] }, ver: { N: '1' } });
  });

  test('a transaction puts, updates and deletes at once', async () => {
    const [made, changed, ended] = [newSid(), newSid(), newSid()];
    await client.putItem(item(changed, 1), NEVER);
    await client.putItem(item(ended, 1), NEVER);
    const result = await write('all', { Put: item(made, 1) }, { Update: next(changed, 1) }, { Delete: keyOf(ended) });
    expect(result.refused).toBe(false);
    const [first, second, third] = await Promise.all([made, changed, ended].map(found));
    expect([first, second]).toMatchObject([{ ver: { N: '1' } }, { ver: { N: '2' } }]);
    expect(third).toBeUndefined();
  });

  test('a transaction of which one condition fails does nothing, and says which, with its item', async () => {
    const [made, changed] = [newSid(), newSid()];
    await client.putItem(item(changed, 1), NEVER);
    const result = await write('refused', { Put: item(made, 1) }, { Update: next(changed, 7) });
    expect(plain(result)).toMatchObject({
      refused: true, mayHaveLanded: false, reasons: [{ code: 'None' }, { code: 'ConditionalCheckFailed', item: { sid: { B: [...changed] }, ver: { N: '1' } } }],
    });
    expect(await found(made)).toBeUndefined();
  });

  test('a delete in a transaction can have a condition of its own', async () => {
    const sid = newSid();
    await client.putItem(item(sid, 1), NEVER);
    const condition = { ConditionExpression: 'ver = :ver', ExpressionAttributeValues: { ':ver': { N: '7' } } };
    expect(await write('delete', { Delete: { ...keyOf(sid), ...condition } })).toMatchObject({ refused: true, reasons: [{ code: 'ConditionalCheckFailed' }] });
    expect(await found(sid)).toBeDefined();
  });

  test('a transaction that is repeated under its token is applied once', async () => {
    const sid = newSid();
    await client.putItem(item(sid, 1), NEVER);
    expect(await write('once', { Update: next(sid, 1) })).toMatchObject({ refused: false });
    expect(await write('once', { Update: next(sid, 1) })).toMatchObject({ refused: false });
    expect(await found(sid)).toMatchObject({ ver: { N: '2' } });
  });

  test('a transaction under the token of another is neither applied nor repeated', async () => {
    const sid = newSid();
    await client.putItem(item(sid, 1), NEVER);
    await write('other', { Update: next(sid, 1) });
    await expect(write('other', { Delete: keyOf(sid) })).rejects.toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    expect(await found(sid)).toMatchObject({ ver: { N: '2' } });
  });

  test('a transaction that DynamoDB does not take is a matter of configuration', async () => {
    const sid = newSid();
    const twice = write('invalid', { Put: item(sid, 1) }, { Delete: keyOf(sid) });
    await expect(twice).rejects.toMatchObject({ code: 'configuration', outcome: 'not-applied' });
  });
});

/** Without what differs between objects that hold the same bytes. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => {
    const bytes = Object(inner) as { type?: unknown; data?: number[] };
    if (bytes.type === 'Buffer' && Array.isArray(bytes.data)) return bytes.data;
    return inner instanceof Uint8Array ? [...inner] : inner;
  })) as unknown;
}
