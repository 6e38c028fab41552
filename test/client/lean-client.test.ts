import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableChecksum } from '../../src/runtime/client/lean/checksum';
import { LeanClient } from '../../src/runtime/client/lean/client';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { SessionClient, UpdateItemInput } from '../../src/runtime/client/session-client';
import { leanClient, sessionFactory } from '../../src/runtime/lean';
import { FakeClock } from '../../src/testing';
import { ScriptedServer } from '../support/scripted-server';
import { TestTable } from '../support/table';

const SECRETS = { AWS_ACCESS_KEY_ID: 'AKIDCANARY', AWS_SECRET_ACCESS_KEY: 'secret-canary', AWS_SESSION_TOKEN: 'token-canary' };
const options = { signal: new AbortController().signal };
const sid = Uint8Array.from({ length: 32 }, (_, i) => i);
const read = { TableName: 'Sessions', Key: { sid: { B: sid } } };

let table: TestTable;
let server: ScriptedServer;

beforeAll(async () => {
  table = await TestTable.start();
  server = await ScriptedServer.start();
});
afterAll(async () => {
  await table.stop();
  await server.stop();
});

/** A client of the scripted server, with an environment that may change under it. */
function scripted(environment: Record<string, string | undefined> = { ...SECRETS }, clock = new FakeClock()): LeanClient {
  return new LeanClient({ region: 'eu-west-1', endpoint: server.url }, environment, clock);
}

/** The error of a promise, after a look whether it tells a secret. */
async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await promise.then(() => new Error('it was fulfilled'), (reason: unknown) => reason);
  expect(String(error) + JSON.stringify(error)).not.toContain('canary');
  return Object(error) as Record<string, unknown>;
}

/** A result without what differs with the object that holds the same bytes, and without what only the SDK tells. */
function plain(result: unknown): unknown {
  const { $metadata: _, ...rest } = Object(result) as Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest, (__, value: unknown) => {
    const bytes = Object(value) as { type?: unknown; data?: number[] };
    if (bytes.type === 'Buffer' && Array.isArray(bytes.data)) return { bytes: bytes.data };
    return value instanceof Uint8Array ? { bytes: [...value] } : value;
  })) as unknown;
}

describe('on a table', () => {
  const item = {
    sid: { B: sid },
    exp: { N: '1800000000' },
    upd: { L: [{ B: Uint8Array.of(0, 255) }, { B: Uint8Array.of(1) }] },
    dat: { M: { name: { S: '"Ada ✓"' }, sealed: { B: Uint8Array.of(2, 200, 7) }, __proto__x: { S: '1' } } },
  };
  const update: UpdateItemInput = {
    ...read,
    UpdateExpression: 'SET dat.#0 = :0',
    ConditionExpression: 'attribute_exists(sid) AND exp > :now',
    ExpressionAttributeNames: { '#0': 'count' },
    ExpressionAttributeValues: { ':0': { B: Uint8Array.of(9, 9) }, ':now': { N: '1700000000' } },
  };

  /** All that a client gives for the same steps. */
  async function walk(client: SessionClient): Promise<unknown[]> {
    const nameOf = (error: unknown) => (error as Error).name;
    const later = { ...update, ExpressionAttributeValues: { ':0': { S: '1' }, ':now': { N: '1900000000' } } };
    return [
      await client.getItem(read, options),
      await client.putItem({ TableName: 'Sessions', Item: item, ConditionExpression: 'attribute_not_exists(sid)' }, options),
      await client.putItem({ TableName: 'Sessions', Item: item, ConditionExpression: 'attribute_not_exists(sid)' }, options).catch(nameOf),
      await client.updateItem(update, options),
      await client.updateItem(later, options).catch(nameOf),
      await client.getItem({ ...read, ConsistentRead: true }, options),
      await client.updateItem({ ...update, UpdateExpression: 'nonsense' }, options).catch(nameOf),
      await client.getItem({ ...read, TableName: 'Missing' }, options).catch(nameOf),
      await client.deleteItem(read, options),
      await client.getItem(read, options),
    ].map(plain);
  }

  test('the four operations and their refusals are what the SDK client gives', async () => {
    const lean = new LeanClient({ region: 'us-east-1', endpoint: table.endpoint }, { ...SECRETS });
    const results = await walk(lean);
    expect(results).toEqual(await walk(sdkClient(table.client)));
    expect(results[5]).toMatchObject({ Item: { dat: { M: { count: { B: { bytes: [9, 9] } } } } } });
  });

  test('sessions made with the lean client are read back, ended, and gone', async () => {
    const client = new LeanClient({ region: 'us-east-1', endpoint: table.endpoint }, { ...SECRETS });
    const sessions = sessionFactory<{ name: string }>({ tableName: table.name, client });
    const first = sessions.forRequest({ cookies: undefined, https: true });
    (await first.session()).set('name', 'Ada');
    const cookies = (await first.commit()).setCookie.map((cookie) => cookie.split(';')[0]).join('; ');
    const second = sessions.forRequest({ cookies, https: true });
    expect((await second.session()).get('name')).toBe('Ada');
    await second.endSession();
    expect((await sessions.forRequest({ cookies, https: true }).session()).isNew).toBe(true);
  });
});

describe('answers that are not DynamoDB’s', () => {
  test.each([
    ['an empty one', { body: '' }, 'InvalidAnswerError', 200],
    ['a page', { body: '<html>' }, 'InvalidAnswerError', 200],
    ['a list', { body: '[]' }, 'InvalidAnswerError', 200],
    ['bytes that are no text', { body: '{"Item":{"sid":{"B":7}}}' }, 'TypeError', undefined],
    ['a wrong checksum', { headers: { 'x-amz-crc32': '1' } }, 'CRC32CheckFailed', 200],
    ['a redirect', { status: 301, headers: { location: 'http://127.0.0.1:1/' } }, 'UnknownError', 301],
    ['a gateway’s page', { status: 502, body: '<html>' }, 'UnknownError', 502],
    ['a type that is none', { status: 400, body: '{"__type":"a b"}' }, 'UnknownError', 400],
    ['a type that nobody knows', { status: 400, body: '{"__type":"com.amazon.coral#NewException","message":"well"}' }, 'NewException', 400],
    ['a type in a header', { status: 400, headers: { 'x-amzn-errortype': 'ThrottlingException:http://internal.example/' } }, 'ThrottlingException', 400],
  ])('%s rejects, with a name and the status', async (_, answer, name, httpStatusCode) => {
    server.script(answer);
    const error = await failureOf(scripted().getItem(read, options));
    expect([error.name, (error.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode]).toEqual([name, httpStatusCode]);
    expect(server.requests).toHaveLength(1);
  });

  test.each(['{}', '{"status":"ok"}'])('%s without the request id that each of DynamoDB’s has rejects, and is not taken for a missing item', async (body) => {
    server.script({ anonymous: true, body });
    await expect(scripted().getItem(read, options)).rejects.toThrow();
  });

  test('half an answer rejects and is not taken for a missing item', async () => {
    server.script({ breaks: true, headers: { 'content-length': '100' }, body: '{"Item":' }, { breaks: true, body: '{}' });
    const client = scripted();
    await expect(client.getItem(read, options)).rejects.toThrow();
    await expect(client.getItem(read, options)).rejects.toThrow();
  });

  test('a redirect is not followed, and the message says which settings to look at', async () => {
    server.script({ status: 302, headers: { location: `${server.url}/elsewhere` } });
    const { message } = await failureOf(scripted().getItem(read, options));
    expect(message).toMatch(/Redirects are not followed.*AWS_ENDPOINT_URL_DYNAMODB/);
    expect(server.requests).toHaveLength(1);
  });

  test('a right checksum passes, by Node’s function and by the table', async () => {
    const body = '{"Item":{"exp":{"N":"1"}}}';
    server.script({ body, headers: { 'x-amz-crc32': String(tableChecksum()(Buffer.from(body))) } });
    expect(await scripted().getItem(read, options)).toEqual({ Item: { exp: { N: '1' } } });
    expect(tableChecksum()(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  test('the item that refused a condition comes with the error', async () => {
    const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    const body = JSON.stringify({ __type: type, Message: 'The conditional request failed', Item: { sid: { B: 'AQI=' } } });
    server.script({ status: 400, body });
    const error = await failureOf(scripted().deleteItem(read, options));
    expect(plain(error)).toMatchObject({ name: 'ConditionalCheckFailedException', Item: { sid: { B: { bytes: [1, 2] } } } });
    expect(error.message).toBe('The conditional request failed');
  });

  test('a refused signature quotes what was signed, which stays out of the message', async () => {
    const body = JSON.stringify({ __type: 'x#InvalidSignatureException', message: 'x-amz-security-token:token-canary' });
    server.script({ status: 400, body });
    expect((await failureOf(scripted().getItem(read, options))).name).toBe('InvalidSignatureException');
  });

  test('an aborted call rejects', async () => {
    server.script({});
    const controller = new AbortController();
    controller.abort();
    expect((await failureOf(scripted().getItem(read, { signal: controller.signal }))).name).toBe('AbortError');
  });
});

describe('the time', () => {
  const expired = { status: 400, body: '{"__type":"x#InvalidSignatureException","message":"Signature expired"}' };

  test('an expired signature is answered by the server’s date, once, and the next call has it at once', async () => {
    const clock = new FakeClock();
    const date = new Date(clock.now() + 3_600_000).toUTCString();
    server.script({ ...expired, headers: { date } }, { headers: { date } });
    const client = scripted(undefined, clock);
    await client.getItem(read, options);
    await client.getItem(read, options);
    const signed = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 13));
    const right = new Date(clock.now() + 3_600_000).toISOString().replace(/[-:]/g, '').slice(0, 13);
    expect(signed.slice(1)).toEqual([right, right]);
    expect(signed[0]).not.toBe(right);
  });

  test('two calls at once with a wrong clock are both corrected', async () => {
    const clock = new FakeClock();
    const headers = { date: new Date(clock.now() + 3_600_000).toUTCString() };
    server.script({ ...expired, headers }, { ...expired, headers }, { headers });
    const client = scripted(undefined, clock);
    expect(await Promise.all([client.getItem(read, options), client.getItem(read, options)])).toEqual([{}, {}]);
    expect(server.requests).toHaveLength(4);
  });

  test('a signature that is refused for another reason, or again, is not repeated', async () => {
    const clock = new FakeClock();
    server.script({ ...expired, headers: { date: new Date(clock.now()).toUTCString() } });
    await failureOf(scripted(undefined, clock).getItem(read, options));
    expect(server.requests).toHaveLength(1);
    server.script({ ...expired, headers: { date: new Date(clock.now() + 3_600_000).toUTCString() } });
    await failureOf(scripted(undefined, clock).getItem(read, options));
    expect(server.requests).toHaveLength(2);
  });
});

describe('credentials', () => {
  const signedBy = () => server.requests.map(({ headers }) => /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1]);

  test('of the environment are read at each call', async () => {
    const environment: Record<string, string> = { ...SECRETS };
    server.script({});
    const client = scripted(environment);
    await client.getItem(read, options);
    Object.assign(environment, { AWS_ACCESS_KEY_ID: 'ROTATED', AWS_SESSION_TOKEN: 'other' });
    await client.getItem(read, options);
    expect(signedBy()).toEqual(['AKIDCANARY', 'ROTATED']);
    expect(server.requests.map(({ headers }) => headers['x-amz-security-token'])).toEqual(['token-canary', 'other']);
  });

  test.each([
    ['AWS_ACCESS_KEY_ID', 'AKIDCANARY\n'],
    ['AWS_ACCESS_KEY_ID', 'AKIDCANARY '],
    ['AWS_ACCESS_KEY_ID', 'AKIDCANARY\u00e9'],
    ['AWS_SESSION_TOKEN', 'token-canary\r\nx-amz-target: canary'],
    ['AWS_SESSION_TOKEN', 'token-canary\u0000'],
  ])('with a character that none has reject: %s, %j', async (name, value) => {
    server.script({});
    const error = await failureOf(scripted({ ...SECRETS, [name]: value }).getItem(read, options));
    expect(error.name).toBe('MissingCredentialsError');
    expect(error.message).toContain(name);
    expect(server.requests).toEqual([]);
  });

  test('with every character that headers allow are sent as they are', async () => {
    server.script({});
    const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, at) => 33 + at));
    await scripted({ AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: '日本 \n/+', AWS_SESSION_TOKEN: printable }).getItem(read, options);
    expect(server.requests[0]!.headers['x-amz-security-token']).toBe(printable);
  });

  test('that are missing reject, and name the settings', async () => {
    const error = await failureOf(scripted({}).getItem(read, options));
    expect(error.name).toBe('MissingCredentialsError');
    expect(error.message).toMatch(/AWS_ACCESS_KEY_ID.*AWS_CONTAINER_CREDENTIALS_FULL_URI/);
  });

  /** The environment of a container whose credentials the scripted server gives. */
  function container(more: Record<string, string> = {}): Record<string, string> {
    return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/creds?a=1`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer token-canary', ...more };
  }

  function given(accessKeyId: string, expiresAt: number): { body: string } {
    const Expiration = new Date(expiresAt).toISOString();
    return { body: JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: 'secret-canary', Token: 'token-canary', Expiration }) };
  }

  test('of a container are fetched once, with its token, and again shortly before they expire', async () => {
    const clock = new FakeClock();
    server.script(given('FIRST', clock.now() + 3_600_000), {}, {}, given('SECOND', clock.now() + 7_200_000), {});
    const client = scripted(container(), clock);
    await client.getItem(read, options);
    await client.getItem(read, options);
    clock.advanceSeconds(3301);
    await client.getItem(read, options);
    expect(signedBy()).toEqual([undefined, 'FIRST', 'FIRST', undefined, 'SECOND']);
    expect(server.requests[0]).toMatchObject({ url: '/creds?a=1', headers: { authorization: 'Bearer token-canary' } });
  });

  test('of a container that expired too early are fetched anew, once', async () => {
    const clock = new FakeClock();
    const expired = { status: 400, body: '{"__type":"x#ExpiredTokenException"}' };
    server.script(given('FIRST', clock.now() + 3_600_000), expired, given('SECOND', clock.now() + 3_600_000), {});
    await scripted(container(), clock).getItem(read, options);
    expect(signedBy()).toEqual([undefined, 'FIRST', undefined, 'SECOND']);
  });

  test('that still hold are used when the address fails', async () => {
    const clock = new FakeClock();
    server.script(given('FIRST', clock.now() + 3_600_000), {}, { status: 500 }, {});
    const client = scripted(container(), clock);
    await client.getItem(read, options);
    clock.advanceSeconds(3400);
    await client.getItem(read, options);
    expect(signedBy().at(-1)).toBe('FIRST');
  });

  test('of a container have their token from a file, read each time', async () => {
    const file = join(tmpdir(), `lean-token-${process.pid}`);
    writeFileSync(file, 'from the file');
    server.script(given('FIRST', Date.now() + 3_600_000), {});
    await scripted(container({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })).getItem(read, options);
    expect(server.requests[0]?.headers.authorization).toBe('from the file');
    const { message } = await failureOf(scripted(container({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${file}-none` })).getItem(read, options));
    expect(message).toMatch(/AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read/);
  });

  test.each([
    ['an address in the open', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://203.0.113.1/canary' }, /FULL_URI is not allowed/],
    ['an address that is none', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'canary' }, /FULL_URI is not allowed/],
    ['a relative one that leaves the host', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '.example.com/canary' }, /RELATIVE_URI is not allowed/],
    ['a token of two lines', { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a\r\nx: canary' }, /AUTHORIZATION_TOKEN is not one line/],
  ])('from %s are not asked for', async (_, setting, message) => {
    server.script({});
    const environment: Record<string, string> = { ...container(), ...setting };
    expect((await failureOf(scripted(environment).getItem(read, options))).message).toMatch(message);
    expect(server.requests).toEqual([]);
  });

  test('that are none reject without showing them', async () => {
    server.script({ body: '{"SecretAccessKey":"secret-canary"' });
    expect((await failureOf(scripted(container()).getItem(read, options))).name).toBe('CredentialsUnreachableError');
  });
});

describe('a proxy in the environment', () => {
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
    jest.resetModules();
    jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  });
  afterEach(() => jest.restoreAllMocks());

  /** Makes clients in a copy of the module that has warned of nothing yet. */
  async function make(environment: Record<string, string>, times = 1, endpoint = 'https://dynamodb.eu-west-1.amazonaws.com'): Promise<void> {
    const { LeanClient: Fresh } = await import('../../src/runtime/client/lean/client');
    for (let i = 0; i < times; i++) expect(() => new Fresh({ region: 'eu-west-1', endpoint }, environment)).not.toThrow();
  }

  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])('by %s is not used, which one warning says', async (name) => {
    await make({ [name]: 'http://user:canary@proxy.example:8080' }, 3);
    expect(warnings).toEqual([expect.stringContaining(name)]);
    expect(warnings.join()).not.toContain('canary');
  });

  test('is nothing to warn of where it is not meant for the endpoint', async () => {
    await make({ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'localhost, .amazonaws.com' });
    await make({ HTTPS_PROXY: 'http://proxy.example', no_proxy: '*' });
    await make({ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: '*.amazonaws.com' });
    await make({ HTTPS_PROXY: 'http://proxy.example', HTTP_PROXY: '' }, 1, 'http://127.0.0.1:8000');
    expect(warnings).toEqual([]);
    await make({ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'localhost,,.example.com' });
    expect(warnings).toHaveLength(1);
  });
});

describe('the entry point', () => {
  test('a client of the SDK is refused, with the entry point that takes it', () => {
    expect(() => sessionFactory({ tableName: 'Sessions', client: table.client })).toThrow(/cdk-session-table\/runtime/);
  });

  test('leanClient takes what its options say', async () => {
    server.script({});
    await failureOf(leanClient({ region: 'eu-west-1', endpoint: server.url }).getItem(read, options));
    expect(() => leanClient({ region: 'eu-west-1', endpoint: 'canary' })).toThrow(/the option endpoint is not a URL/);
  });
});
