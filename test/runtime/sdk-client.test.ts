import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { ScriptedServer } from '../support/scripted-server';

let server: ScriptedServer;
let client: DynamoDBClient;
beforeAll(async () => {
  server = await ScriptedServer.start();
  client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const input = { TableName: 'Sessions', Key: { sid: { B: new Uint8Array(32) } } };

describe.each(['DynamoDBClient', 'DynamoDBDocumentClient'] as const)('through a %s', (kind) => {
  const ask = () => sdkClient(kind === 'DynamoDBClient' ? client : DynamoDBDocumentClient.from(client)).getItem(input, { signal: new AbortController().signal });

  test.each(['', '{}'])('an answer with the body %j and without a request id is none of DynamoDB', async (body) => {
    server.script({ body });
    await expect(ask()).rejects.toMatchObject({ name: 'UnrecognizedAnswer' });
  });

  test('an empty object is the answer that there is no item', async () => {
    server.script({ body: '{}', headers: { 'x-amzn-requestid': 'R1' } });
    expect(await ask()).not.toHaveProperty('Item');
  });

  test('the client itself is left as it is', async () => {
    const before = client.middlewareStack.identify();
    server.script({ body: '{}', headers: { 'x-amzn-requestid': 'R1' } });
    await ask();
    expect(client.middlewareStack.identify()).toEqual(before);
  });
});
