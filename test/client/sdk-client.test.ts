import { once } from 'node:events';
import { Socket, createServer } from 'node:net';
import { DynamoDB, DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { SdkClient, UNUSED_MIDDLEWARE, defaultSdkClient, sdkClient } from '../../src/runtime/client/sdk-client';
import { SessionClient, isClientOfSdk } from '../../src/runtime/client/session-client';
import { call } from '../../src/runtime/table/call';
import { FakeClock } from '../../src/testing';
import { ReceivedRequest, ScriptedAnswer, ScriptedServer } from '../support/scripted-server';
import { Sha256 } from '../support/sha256';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const input = { TableName: 'Sessions', Key: { sid: { B: new Uint8Array(32) } } };
const NEVER = { signal: new AbortController().signal };
const EMPTY: ScriptedAnswer = { body: '{}', headers: { 'x-amzn-requestid': 'R1' } };

let server: ScriptedServer;
const clients: { destroy(): void }[] = [];
const environment = { ...process.env };
beforeAll(async () => {
  server = await ScriptedServer.start();
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  // Neither a file of the developer's nor the metadata service of the machine.
  Object.assign(process.env, { AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none', AWS_EC2_METADATA_DISABLED: 'true' });
});
afterEach(() => {
  process.env = { ...environment };
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => server.stop());

/** The three that users have. All take commands. */
const KINDS = {
  DynamoDBClient: (config: DynamoDBClientConfig) => kept(new DynamoDBClient(config)),
  DynamoDB: (config: DynamoDBClientConfig) => kept(new DynamoDB(config)),
  DynamoDBDocumentClient: (config: DynamoDBClientConfig) => DynamoDBDocumentClient.from(kept(new DynamoDBClient(config))),
} satisfies Record<string, (config: DynamoDBClientConfig) => SdkClient>;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

function kept<Client extends { destroy(): void }>(client: Client): Client {
  clients.push(client);
  return client;
}

/** What the store makes of a call, through a client as it is. */
function read(client: SessionClient, operation = 'GetItem'): Promise<unknown> {
  const settings = { clock: new FakeClock(), deadline: 3000, random: (size: number) => new Uint8Array(size) };
  return call(client, operation, (options) => client.getItem(input, options), settings).catch((error: unknown) => error);
}

function refusal(name: string, status = 400): ScriptedAnswer {
  return { status, body: JSON.stringify({ __type: `x#${name}`, message: 'canary' }), headers: { 'x-amzn-requestid': 'R1' } };
}

describe.each(NAMES)('through a %s', (kind) => {
  const at = (config: DynamoDBClientConfig = {}) => KINDS[kind]({ region: 'us-east-1', credentials, endpoint: server.url, maxAttempts: 1, ...config });

  test('the client is known as one of the SDK, whatever methods it has', () => {
    expect(isClientOfSdk(at())).toBe(true);
  });

  test.each(['', '{}'])('a response with the body %j and without a request id is not DynamoDB’s', async (body) => {
    server.script({ anonymous: true, body });
    await expect(sdkClient(at()).getItem(input, NEVER)).rejects.toMatchObject({ name: 'UnrecognizedAnswer' });
  });

  test('an empty object says that there is no item', async () => {
    server.script(EMPTY);
    expect(await sdkClient(at()).getItem(input, NEVER)).not.toHaveProperty('Item');
  });

  test('an aborted call ends', async () => {
    server.script(EMPTY);
    const controller = new AbortController();
    controller.abort();
    await expect(sdkClient(at()).getItem(input, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('the client itself is left as it is', async () => {
    const client = at() as DynamoDBClient;
    const before = client.middlewareStack.identify();
    server.script(EMPTY);
    await sdkClient(client).getItem(input, { ...NEVER, onFailedAttempt: () => undefined });
    expect(client.middlewareStack.identify()).toEqual(before);
  });

  test('a refused connection sent nothing, and the message names the endpoint', async () => {
    const endpoint = await closedEndpoint();
    expect(await read(sdkClient(at({ endpoint })))).toMatchObject({
      code: 'unavailable', outcome: 'not-applied', message: `DynamoDB cannot be reached at ${endpoint} (ECONNREFUSED).`,
    });
  });

  test('connections that are refused each time sent nothing, however often the SDK tried', async () => {
    const client = at({ endpoint: await closedEndpoint(), retryStrategy: new ConfiguredRetryStrategy(3, 0) });
    expect(await read(sdkClient(client))).toMatchObject({ outcome: 'not-applied', cause: { $metadata: { attempts: 3 } } });
  });

  test('an unknown host sent nothing, and the message names the host', async () => {
    expect(await read(sdkClient(at({ endpoint: 'https://user:canary@dynamodb.invalid' })))).toMatchObject({
      code: 'unavailable', outcome: 'not-applied', message: 'DynamoDB cannot be reached at https://dynamodb.invalid (ENOTFOUND).',
    });
  });

  test('missing credentials are a matter of configuration, and the message says what to set', async () => {
    server.script(EMPTY);
    const { credentials: _, ...config } = { region: 'us-east-1', endpoint: server.url, credentials };
    expect(await read(sdkClient(KINDS[kind](config)))).toMatchObject({
      code: 'configuration', outcome: 'not-applied', message: expect.stringMatching(/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/),
    });
    expect(server.requests).toEqual([]);
  });

  test('a missing Region is a matter of configuration, and the message says what to set', async () => {
    server.script(EMPTY);
    expect(await read(sdkClient(KINDS[kind]({ endpoint: server.url, credentials })))).toMatchObject({
      code: 'configuration', outcome: 'not-applied', message: expect.stringContaining('AWS_REGION'),
    });
  });

  test('credentials that have expired are read again once, and the call is sent with the new ones', async () => {
    server.script(refusal('ExpiredTokenException'), EMPTY);
    let reads = 0;
    const rotating = async () => ({ accessKeyId: `KEY${++reads}`, secretAccessKey: 'b', sessionToken: 't' });
    expect(await read(sdkClient(at({ credentials: rotating })))).toMatchObject({ refused: false });
    expect(server.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual(['KEY1', 'KEY2']);
  });

  test('credentials that stay expired are unavailable, after one more call at most', async () => {
    server.script(refusal('ExpiredTokenException'));
    let reads = 0;
    const rotating = async () => ({ accessKeyId: `KEY${++reads}`, secretAccessKey: 'b' });
    expect(await read(sdkClient(at({ credentials: rotating })))).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    expect(server.requests).toHaveLength(2);
    server.script(refusal('ExpiredTokenException'));
    expect(await read(sdkClient(at()))).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    expect(server.requests).toHaveLength(1);
  });

  test('of attempts that the SDK repeats it is known whether one may have been applied', async () => {
    const client = () => sdkClient(at({ retryStrategy: new ConfiguredRetryStrategy(2, 0) }));
    server.script(refusal('ThrottlingException'), refusal('ThrottlingException'));
    expect(await read(client())).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    server.script(refusal('InternalServerError', 500), refusal('ThrottlingException'));
    expect(await read(client())).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    server.script(refusal('ThrottlingException'), refusal('ConditionalCheckFailedException'));
    expect(await read(client())).toMatchObject({ refused: true, mayHaveLanded: false });
    server.script(refusal('InternalServerError', 500), refusal('ConditionalCheckFailedException'));
    expect(await read(client())).toMatchObject({ refused: true, mayHaveLanded: true });
  });
});

test('a stand-in without settings fails with its own error', async () => {
  const failing = { send: () => Promise.reject(Object.assign(new Error('canary'), { code: 'ECONNREFUSED', syscall: 'connect' })) };
  expect(await read(sdkClient(failing as unknown as SdkClient))).toMatchObject({ message: 'DynamoDB cannot be reached (ECONNREFUSED).' });
});

test('the Region’s own endpoint is named where none is set', async () => {
  const failing = async () => {
    throw Object.assign(new Error('canary'), { code: 'ENETUNREACH', syscall: 'connect' });
  };
  const client = kept(new DynamoDBClient({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler: { handle: failing } }));
  expect(await read(sdkClient(client))).toMatchObject({
    message: 'DynamoDB cannot be reached at https://dynamodb.eu-west-1.amazonaws.com (ENETUNREACH).',
  });
});

describe('the default client', () => {
  const made = (deadline = 3000) => defaultSdkClient({ region: 'us-east-1', deadline });
  beforeEach(() => {
    Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: server.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  });

  test.each(UNUSED_MIDDLEWARE)('does without %s, which the SDK has by this name', (name) => {
    expect(kept(new DynamoDBClient({})).middlewareStack.identify().join()).toContain(name);
  });

  test('sends what DynamoDB needs and nothing to describe the machine', async () => {
    server.script(EMPTY);
    await made().getItem(input, NEVER);
    expect(Object.keys(server.requests[0]!.headers).sort()).toEqual([
      'authorization', 'connection', 'content-length', 'content-type', 'host', 'x-amz-date', 'x-amz-target',
    ]);
  });

  test.each([undefined, 'token/+='])('is signed by our signer, as the SDK’s signs the same request (session token: %s)', async (sessionToken) => {
    if (sessionToken !== undefined) process.env.AWS_SESSION_TOKEN = sessionToken;
    server.script(EMPTY);
    await made().putItem({ TableName: 'Sessions', Item: { sid: { B: Uint8Array.of(1) }, name: { S: 'Ada ✓' } }, ConditionExpression: 'a' }, NEVER);
    const [{ headers, body }] = server.requests as [ReceivedRequest];
    const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization!)![1]!.split(';');
    expect(signed).toEqual(['content-type', 'host', 'x-amz-date', ...(sessionToken ? ['x-amz-security-token'] : []), 'x-amz-target']);
    const keys = { accessKeyId: 'a', secretAccessKey: 'b', ...(sessionToken && { sessionToken }) };
    const signer = new SignatureV4({ service: 'dynamodb', region: 'us-east-1', credentials: keys, sha256: Sha256, applyChecksum: false });
    const given = Object.fromEntries(['content-type', 'host', 'x-amz-target'].map((name) => [name, String(headers[name])]));
    const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', query: {}, headers: given, body };
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date']))!;
    const signingDate = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    expect(headers.authorization).toBe((await signer.sign(request, { signingDate })).headers.authorization);
  });

  test('with a wrong clock signs again by the server’s date, once, and the next call by it at once', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const expired = refusal('InvalidSignatureException');
    server.script({ ...expired, headers: { ...expired.headers, date } }, { ...EMPTY, headers: { ...EMPTY.headers, date } });
    const client = made();
    expect(await read(client)).toMatchObject({ refused: false });
    expect(await read(client)).toMatchObject({ refused: false });
    const hours = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
    expect(hours).toHaveLength(3);
    expect(hours[1]).not.toBe(hours[0]);
    expect(hours[2]).toBe(hours[1]);
    server.script({ ...expired, headers: { ...expired.headers, date: new Date().toUTCString() } });
    expect(await read(made())).toMatchObject({ code: 'configuration' });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['InternalServerError', 'ThrottlingException'])('asks once, where the response is %s', async (name) => {
    server.script(refusal(name, 500));
    await expect(made().getItem(input, NEVER)).rejects.toMatchObject({ name });
    expect(server.requests).toHaveLength(1);
  });

  test('says where DynamoDB cannot be reached, by the endpoint of the environment', async () => {
    const endpoint = await closedEndpoint();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
    expect(await read(made())).toMatchObject({
      code: 'unavailable', outcome: 'not-applied', message: `DynamoDB cannot be reached at ${endpoint} (ECONNREFUSED).`,
    });
  });

  test('without credentials or a Region says what to set', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await read(made())).toMatchObject({ code: 'configuration', message: expect.stringContaining('AWS_ACCESS_KEY_ID') });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a' });
    expect(await read(defaultSdkClient({ region: undefined, deadline: 3000 }))).toMatchObject({
      code: 'configuration', outcome: 'not-applied', message: expect.stringContaining('AWS_REGION'),
    });
  });

  test('reads the environment again when its credentials have expired', async () => {
    server.script(EMPTY, refusal('ExpiredTokenException'), EMPTY);
    const client = made();
    await read(client);
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'ROTATED' });
    expect(await read(client)).toMatchObject({ refused: false });
    expect(server.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual(['a', 'a', 'ROTATED']);
  });

  test('closes the connection of a call that nobody waits for any more, after the store gave it up', async () => {
    const silent = createServer().unref().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
    const asked = made(30).getItem(input, NEVER);
    // Half of the deadline and 50 milliseconds; the socket's own time-out would end it after seconds only.
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('65 ms requestTimeout') });
    const [socket] = await connected;
    await once(socket.resume(), 'close');
    silent.close();
  });
});

/** The URL of a port on which nobody listens. */
async function closedEndpoint(): Promise<string> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  await new Promise((resolve) => listening.close(resolve));
  return `http://127.0.0.1:${port}`;
}
