import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Server, Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { LeanClient } from '../../src/runtime/client/lean/client';
import { call } from '../../src/runtime/table/call';
import { FakeClock } from '../../src/testing';
import { ROOT } from '../package/source-graph';
import { selfSigned } from '../support/certificate';

const SECRETS = { AWS_ACCESS_KEY_ID: 'AKIDCANARY', AWS_SECRET_ACCESS_KEY: 'secret-canary' };
const input = { TableName: 'Sessions', Key: { sid: { B: new Uint8Array(32) } } };
const NEVER = { signal: new AbortController().signal };
const OK = 'HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 2\r\n\r\n{}';

/** What a server does with one request. */
type Answer = (socket: Socket, request: string) => void;
const says = (...parts: readonly string[]): Answer => (socket) => parts.forEach((part) => socket.write(part));
const saysAndEnds = (text: string): Answer => (socket) => socket.end(text);

/** Lets what is on its way on the loopback arrive. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
}

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Raw {
  readonly port: number;
  /** The requests that came, each with its number of the connection. */
  readonly requests: { readonly connection: number; readonly text: string }[];
  readonly sockets: ReadonlySet<Socket>;
}

/** A server of bytes, not of HTTP: it says what it is told, request by request; the last answer repeats. */
async function rawServer(...answers: readonly Answer[]): Promise<Raw> {
  let connections = 0;
  const requests: Raw['requests'] = [];
  return listen(createServer(), requests, (socket) => {
    const connection = ++connections;
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString();
      const [head, body] = pending.split('\r\n\r\n');
      const size = Number(/content-length: (\d+)/i.exec(head ?? '')?.[1]);
      if (body === undefined || body.length < size) return;
      requests.push({ connection, text: pending });
      pending = '';
      answers[Math.min(requests.length, answers.length) - 1]!(socket, head ?? '');
    });
  });
}

async function listen(server: Server, requests: Raw['requests'], onConnection: (socket: Socket) => void, event = 'connection'): Promise<Raw> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.on(event, onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ server, sockets });
  return { port: (server.address() as { port: number }).port, requests, sockets };
}

function clientAt(port: number, protocol = 'http', environment: Record<string, string> = SECRETS): LeanClient {
  return new LeanClient({ region: 'eu-west-1', endpoint: `${protocol}://127.0.0.1:${port}` }, environment);
}

/** What the store makes of calls, one attempt each. */
async function outcomeOf(client: LeanClient, clock = new FakeClock()): Promise<unknown> {
  const port = { ...clientPort(client), singleAttempt: false };
  const settings = { clock, deadline: 3000, random: (size: number) => new Uint8Array(size) };
  return call(port, 'UpdateItem', (options) => client.getItem(input, options), settings).catch((error: unknown) => error);
}

function clientPort(client: LeanClient) {
  return {
    endpoint: client.endpoint,
    getItem: client.getItem.bind(client),
    putItem: client.putItem.bind(client),
    updateItem: client.updateItem.bind(client),
    deleteItem: client.deleteItem.bind(client),
  };
}

describe('a response', () => {
  test.each<[string, Answer]>([
    ['whose head breaks off', saysAndEnds('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-le')],
    ['that is nothing at all', (socket) => socket.end()],
    ['that is reset', (socket) => socket.resetAndDestroy()],
    ['that is not HTTP', saysAndEnds('SSH-2.0-OpenSSH_9.6\r\n')],
    ['whose body breaks off', saysAndEnds('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 100\r\n\r\n{"Item":{}}')],
    ['whose chunks break off', saysAndEnds('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n')],
    ['whose body is reset', (socket) => socket.write('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 100\r\n\r\n{}', () => socket.resetAndDestroy())],
    ['that is longer than it says', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 4\r\n\r\n{"Item":{}}')],
    ['whose length is not a number', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: many\r\n\r\n{}')],
    ['with two lengths', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}\n')],
    ['without a length whose JSON breaks off', saysAndEnds('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\n\r\n{"Item":{')],
    ['with a wrong CRC', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\nx-amz-crc32: 1\r\ncontent-length: 2\r\n\r\n{}')],
    ['with a CRC that is not a number', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\nx-amz-crc32: none\r\ncontent-length: 2\r\n\r\n{}')],
    ['that is a page', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>')],
    ['that is empty', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 0\r\n\r\n')],
    ['without a body by its status', says('HTTP/1.1 204 No Content\r\n\r\n')],
    ['that leads elsewhere', says('HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n')],
    ['that switches the protocol', says('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')],
    ['with a header of 100 KB', says(`HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\nx-large: ${'a'.repeat(100_000)}\r\ncontent-length: 2\r\n\r\n{}`)],
  ])('%s is not taken for one of DynamoDB, and its call may have been applied', async (_, answer) => {
    const { port, requests } = await rawServer(answer);
    expect(await outcomeOf(clientAt(port))).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(requests).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['comes after informational ones', says('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', OK)],
    ['comes byte by byte', (socket) => [...OK].forEach((byte) => socket.write(byte))],
    ['comes in chunks', says('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n')],
    ['ends with its connection', saysAndEnds('HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\n\r\n{}')],
  ])('that %s is read', async (_, answer) => {
    const { port } = await rawServer(answer);
    expect(await clientAt(port).getItem(input, NEVER)).toEqual({});
  });

  test.each<[string, string]>([
    ['half a head', 'HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 10\r\n\r\n{}'],
    ['informational responses alone', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['nothing', ''],
  ])('that never ends after %s is given up at the deadline, and its connection is closed', async (_, text) => {
    const clock = new FakeClock();
    let asked = (): void => undefined;
    const reached = new Promise<void>((resolve) => (asked = resolve));
    const { port, sockets } = await rawServer((socket) => {
      socket.write(text);
      asked();
    });
    const outcome = outcomeOf(clientAt(port), clock);
    await reached;
    const closed = Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    clock.advance(3000);
    expect(await outcome).toMatchObject({ code: 'unavailable', outcome: 'unknown', cause: { name: 'TimeoutError' } });
    await closed;
  });
});

describe('a connection', () => {
  test('is used for one call after the other', async () => {
    const { port, requests } = await rawServer(says(OK));
    const client = clientAt(port);
    for (let i = 0; i < 3; i++) expect(await client.getItem(input, NEVER)).toEqual({});
    expect(requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
  });

  test('that the server closed between two calls is replaced', async () => {
    const { port, requests, sockets } = await rawServer(says(OK));
    const client = clientAt(port);
    await client.getItem(input, NEVER);
    const closed = [...sockets].map(async (socket) => once(socket.destroy(), 'close'));
    await Promise.all(closed);
    await turns();
    expect(await client.getItem(input, NEVER)).toEqual({});
    expect(requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('that dies as a second call is sent may have brought it there, and leaves the client usable', async () => {
    const { port } = await rawServer(says(OK), (socket) => socket.resetAndDestroy(), says(OK));
    const client = clientAt(port);
    await client.getItem(input, NEVER);
    expect(await outcomeOf(client)).toMatchObject({ outcome: 'unknown', cause: { code: 'ECONNRESET' } });
    expect(await client.getItem(input, NEVER)).toEqual({});
  });

  test.each(['with the one before', 'later'])('that brings a response nobody asked for, %s, does not give it to the next call', async (when) => {
    const item = '{"Item":{"name":{"S":"of another"}}}';
    const stray = `HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: ${item.length}\r\n\r\n${item}`;
    const { port, sockets } = await rawServer(says(when === 'later' ? OK : OK + stray), says(OK));
    const client = clientAt(port);
    expect(await client.getItem(input, NEVER)).toEqual({});
    if (when === 'later') await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.write(stray, resolve))));
    await turns();
    expect(await client.getItem(input, NEVER).catch(() => 'failed')).not.toHaveProperty('Item');
  });

  test('for each of fifty calls at once brings each its own response', async () => {
    const { port, requests } = await rawServer((socket, head) => {
      const target = /x-amz-target: (\S+)/i.exec(head)![1]!;
      const body = JSON.stringify({ Item: { target: { S: target } } });
      socket.write(`HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const client = clientAt(port);
    const results = await Promise.all(Array.from({ length: 60 }, () => client.getItem(input, NEVER)));
    expect(results.every(({ Item }) => JSON.stringify(Item) === '{"target":{"S":"DynamoDB_20120810.GetItem"}}')).toBe(true);
    expect(new Set(requests.map(({ connection }) => connection)).size).toBeLessThanOrEqual(50);
  });

  test('is not opened for a call that was given up before', async () => {
    const { port, requests } = await rawServer(says(OK));
    await expect(clientAt(port).getItem(input, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests).toEqual([]);
  });

  test('leaves no listener on a signal that outlives the call', async () => {
    const { port } = await rawServer(says(OK));
    const { signal } = new AbortController();
    const [add, remove] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
    const client = clientAt(port);
    for (let i = 0; i < 20; i++) await client.getItem(input, { signal });
    expect(remove.mock.calls.length).toBe(add.mock.calls.length);
  });

  test('that nobody listens for sent nothing', async () => {
    const { port } = await rawServer(says(OK));
    const { server } = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    expect(await outcomeOf(clientAt(port))).toMatchObject({
      code: 'unavailable', outcome: 'not-applied', message: `DynamoDB cannot be reached at http://127.0.0.1:${port} (ECONNREFUSED).`,
    });
  });

  test('to a host that is not known sent nothing', async () => {
    const client = new LeanClient({ region: 'eu-west-1', endpoint: 'https://dynamodb.invalid' }, SECRETS);
    expect(await outcomeOf(client)).toMatchObject({
      outcome: 'not-applied', message: 'DynamoDB cannot be reached at https://dynamodb.invalid (ENOTFOUND).',
    });
  });
});

describe('TLS', () => {
  test.each<[string, Answer, string]>([
    ['is answered in plain HTTP', saysAndEnds('HTTP/1.1 400 Bad Request\r\n\r\n'), 'EPROTO|ERR_SSL_\\w+'],
    ['is closed at its first message', (socket) => socket.destroy(), 'ECONNRESET'],
    ['is reset at its first message', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ])('that %s sent nothing', async (_, answer, code) => {
    const { port } = await listen(createServer(), [], (socket) => socket.once('data', () => answer(socket, '')));
    const error = await outcomeOf(clientAt(port, 'https'));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    expect(String((error as Error).message)).toMatch(new RegExp(`^DynamoDB cannot be reached at https://127.0.0.1:${port} \\((?:${code})\\)\\.$`));
  });

  test('that is never answered sent nothing by the deadline', async () => {
    const clock = new FakeClock();
    let greeted = (): void => undefined;
    const reached = new Promise<void>((resolve) => (greeted = resolve));
    const { port } = await listen(createServer(), [], (socket) => socket.once('data', greeted));
    const outcome = outcomeOf(clientAt(port, 'https'), clock);
    await reached;
    clock.advance(3000);
    expect(await outcome).toMatchObject({
      code: 'unavailable', outcome: 'not-applied', message: `DynamoDB cannot be reached at https://127.0.0.1:${port} (ETIMEDOUT).`,
    });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('by %s with a certificate that nobody signed sent nothing, not a byte', async (version) => {
    let received = '';
    const server = createTlsServer({ ...selfSigned(), minVersion: version, maxVersion: version });
    const { port } = await listen(server, [], (socket) => socket.on('data', (chunk) => (received += chunk.toString())), 'secureConnection');
    server.on('tlsClientError', () => undefined);
    expect(await outcomeOf(clientAt(port, 'https'))).toMatchObject({
      outcome: 'not-applied', message: `DynamoDB cannot be reached at https://127.0.0.1:${port} (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    });
    expect(received).toBe('');
  });

  test('with a certificate that holds carries one call after the other', async () => {
    const pair = selfSigned();
    let connections = 0;
    const { port } = await listen(createTlsServer(pair), [], (socket) => {
      connections++;
      socket.on('data', () => socket.write(OK));
    }, 'secureConnection');
    const folder = mkdtempSync(join(tmpdir(), 'lean-tls-'));
    try {
      // Node reads the certificates that it trusts when it starts.
      const trusted = join(folder, 'cert.pem');
      const outfile = join(folder, 'calls.cjs');
      writeFileSync(trusted, pair.cert);
      const contents = `import { leanClient } from './src/runtime/lean';
        const client = leanClient({ region: 'eu-west-1', endpoint: 'https://127.0.0.1:${port}' });
        const options = { signal: new AbortController().signal };
        const read = { TableName: 'Sessions', Key: { sid: { B: new Uint8Array(32) } } };
        client.getItem(read, options).then(() => client.getItem(read, options)).then((result) => console.log(JSON.stringify(result)));`;
      const stdin = { contents, resolveDir: ROOT, loader: 'ts' } as const;
      await build({ stdin, outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' });
      const env = { ...SECRETS, PATH: process.env.PATH ?? '', NODE_EXTRA_CA_CERTS: trusted };
      const { stdout } = await promisify(execFile)(process.execPath, [outfile], { env });
      expect(stdout).toBe('{}\n');
      expect(connections).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
