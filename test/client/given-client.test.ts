import { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SessionClient, sessionFactory } from '../../src/runtime';
import { ClientOfSdk } from '../../src/runtime/client/session-client';
import { leanClient, sessionFactory as leanSessionFactory } from '../../src/runtime/lean';
import { FakeClock } from '../../src/testing';
import { ScriptedClient } from '../support/scripted-client';
import { ScriptedServer } from '../support/scripted-server';
import { TestTable } from '../support/table';

const config = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };

let server: ScriptedServer;
let table: TestTable;
const clients: { destroy(): void }[] = [];
beforeAll(async () => {
  server = await ScriptedServer.start();
  table = await TestTable.start();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  await server.stop();
  await table.stop();
});

function kept<Client extends { destroy(): void }>(client: Client): Client {
  clients.push(client);
  return client;
}

const KINDS: Readonly<Record<string, (endpoint: string) => ClientOfSdk>> = {
  DynamoDBClient: (endpoint) => kept(new DynamoDBClient({ ...config, endpoint })),
  DynamoDB: (endpoint) => kept(new DynamoDB({ ...config, endpoint })),
  DynamoDBDocumentClient: (endpoint) => DynamoDBDocumentClient.from(kept(new DynamoDBClient({ ...config, endpoint }))),
};

describe.each(Object.keys(KINDS))('a factory that is given a %s', (kind) => {
  const make = KINDS[kind]!;

  test('does not take an empty response for a session that is not there', async () => {
    server.script({ anonymous: true, body: '' });
    const sessions = sessionFactory({ tableName: 'Sessions', client: make(server.url), clock: new FakeClock() });
    const request = sessions.forRequest({ cookies: `session_id=${'A'.repeat(43)}`, https: true });
    await expect(request.session()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('gives up a silent peer at the deadline and closes its connection', async () => {
    const clock = new FakeClock();
    server.script('silence');
    const sessions = sessionFactory({ tableName: 'Sessions', client: make(server.url), clock });
    const request = sessions.forRequest({ cookies: `session_id=${'A'.repeat(43)}`, https: true });
    const opened = request.session().catch((error: unknown) => error);
    await server.asked;
    clock.advance(3000);
    expect(await opened).toMatchObject({ code: 'unavailable' });
    await server.closed;
  });

  test('stores a session, reads it and ends it', async () => {
    const sessions = sessionFactory<{ name: string }>({ tableName: table.name, client: make(table.endpoint) });
    const first = sessions.forRequest({ cookies: undefined, https: true });
    (await first.session()).set('name', 'Ada');
    const cookies = (await first.commit()).setCookie.map((cookie) => cookie.split(';')[0]).join('; ');
    const second = sessions.forRequest({ cookies, https: true });
    expect((await second.session()).get('name')).toBe('Ada');
    await second.endSession();
    expect((await sessions.forRequest({ cookies, https: true }).session()).isNew).toBe(true);
  });

  test('is refused by the lean entry point, which names the one that takes it', () => {
    expect(() => leanSessionFactory({ tableName: 'Sessions', client: make(server.url) })).toThrow(/cdk-session-table\/runtime/);
  });
});

test.each([
  ['the lean client', () => leanClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' })],
  ['a client of the user’s', () => new ScriptedClient([])],
])('%s is taken as it is by both entry points', (_, make: () => SessionClient) => {
  expect(sessionFactory({ tableName: 'Sessions', client: make() })).toBeDefined();
  expect(leanSessionFactory({ tableName: 'Sessions', client: make() })).toBeDefined();
});

test.each([null, 5, 'client', {}, { send: 'text' }])('%j is no client', (client) => {
  for (const make of [sessionFactory, leanSessionFactory]) expect(() => make({ tableName: 'Sessions', client: client as never })).toThrow(/client is/);
});
