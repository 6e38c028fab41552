import { once } from 'node:events';
import { Socket, createServer } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UNUSED_MIDDLEWARE, defaultSdkClient, sdkClient } from '../../src/runtime/client/sdk-client';
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

describe('the client of whoever gives none', () => {
  const environment = { ...process.env };
  const NEVER = { signal: new AbortController().signal };
  beforeEach(() => {
    Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: server.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  });
  afterEach(() => {
    process.env = { ...environment };
  });

  test.each(UNUSED_MIDDLEWARE)('does without %s, which the SDK has by this name', (name) => {
    expect(client.middlewareStack.identify().join()).toContain(name);
  });

  test('sends what the SDK needs and nothing to describe the machine', async () => {
    server.script({ body: '{}', headers: { 'x-amzn-requestid': 'R1' } });
    await defaultSdkClient({ region: 'us-east-1', deadline: 3000 }).getItem(input, NEVER);
    expect(Object.keys(server.requests[0]!.headers).sort()).toEqual([
      'authorization', 'connection', 'content-length', 'content-type', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-target',
    ]);
  });

  test.each(['InternalServerError', 'ThrottlingException'])('asks once, where the answer is %s', async (name) => {
    server.script({ status: 500, body: JSON.stringify({ __type: name }), headers: { 'x-amzn-requestid': 'R1' } });
    await expect(defaultSdkClient({ region: 'us-east-1', deadline: 3000 }).getItem(input, NEVER)).rejects.toMatchObject({ name });
    expect(server.requests).toHaveLength(1);
  });

  test('closes the connection of a call that nobody waits for any more', async () => {
    const silent = createServer().unref().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
    const asked = defaultSdkClient({ region: 'us-east-1', deadline: 30 }).getItem(input, NEVER);
    // A third of the deadline; the socket's own time-out would end it after seconds only.
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('10 ms requestTimeout') });
    const [socket] = await connected;
    await once(socket.resume(), 'close');
    silent.close();
  });
});
