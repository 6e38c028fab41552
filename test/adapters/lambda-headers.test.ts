import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaContext, LambdaHttpEvent, WithSession, SessionUnavailableError, lambdaHandler, sessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { EventSource, eventOf } from '../support/events';
import { TestTable } from '../support/table';
import { ShopData, Visitor } from '../support/visitor';

const SOURCES: EventSource[] = ['REST API', 'HTTP API', 'function URL', 'ALB, multi-value', 'ALB, single'];
const context: LambdaContext = { getRemainingTimeInMillis: () => 30_000 };

let table: TestTable;
let clock: FakeClock;
let visitor: Visitor;
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(async () => {
  clock = new FakeClock();
  visitor = await Visitor.withSession(table, clock);
});
afterAll(() => table.stop());

type Body = (full: WithSession<ShopData>) => Promise<unknown>;

async function answer(event: unknown, body: Body, client: DynamoDBClient = table.client): Promise<Readonly<Record<string, unknown>>> {
  const sessions = sessionFactory<ShopData>({ tableName: table.name, client, clock });
  const handler = lambdaHandler(sessions, (_: LambdaHttpEvent, full) => body(full));
  return (await handler(event as LambdaHttpEvent, context)) as Readonly<Record<string, unknown>>;
}

const readName: Body = async ({ session }) => ({ statusCode: 200, body: (await session()).get('name') ?? 'nobody' });
const setName: Body = async ({ session }) => {
  (await session()).set('name', 'Ada');
  return { statusCode: 200, body: '' };
};

describe('the cookie of a request is found', () => {
  const PLACES: [string, EventSource, (cookie: string) => object][] = [
    ['headers, in any case', 'REST API', (cookie) => ({ headers: { COOKIE: cookie }, multiValueHeaders: null })],
    ['headers beside multi-value headers without it', 'REST API', (cookie) => ({ headers: { cookie }, multiValueHeaders: { accept: ['*'] } })],
    ['multi-value headers alone', 'REST API', (cookie) => ({ headers: null, multiValueHeaders: { Cookie: ['theme=dark', cookie] } })],
    ['the cookies of payload 2.0', 'HTTP API', (cookie) => ({ cookies: ['theme=dark', cookie] })],
    ['the headers of payload 2.0', 'function URL', (cookie) => ({ headers: { cookie: `theme=dark; ${cookie}` } })],
    ['both, as the same cookie twice', 'HTTP API', (cookie) => ({ headers: { Cookie: cookie }, cookies: [cookie] })],
    ['multi-value headers of a load balancer', 'ALB, multi-value', (cookie) => ({ multiValueHeaders: { cookie: ['theme=dark', cookie] } })],
    ['headers of a load balancer', 'ALB, single', (cookie) => ({ headers: { Cookie: cookie } })],
  ];
  test.each(PLACES)('in %s', async (_, source, place) => {
    expect(await answer({ ...eventOf(source), ...place(`session_id=${visitor.id}`) }, readName)).toMatchObject({ body: 'Ada' });
  });

  test('and two that differ are none, whichever places they are in', async () => {
    const other = await Visitor.withSession(table, clock);
    const event = { ...eventOf('HTTP API'), headers: { cookie: `session_id=${visitor.id}` }, cookies: [`session_id=${other.id}`] };
    expect(await answer(event, readName)).toMatchObject({ body: 'nobody' });
    expect(table.takeCalls()).toEqual(['GetItem(strong)', 'GetItem(strong)']);
  });

  const STRANGE: [string, object][] = [
    ['a header that is a number', { headers: { cookie: 7 } }],
    ['a header that is null', { headers: { cookie: null } }],
    ['cookies that are no list', { cookies: 'session_id=x' }],
    ['cookies that are an object', { cookies: {} }],
    ['cookies of other types', { cookies: [null, 7, {}, ['a']] }],
    ['no headers', { headers: null }],
  ];
  test.each(STRANGE)('in no event with %s, and none fails', async (_, more) => {
    expect(await answer({ ...eventOf('HTTP API'), ...more }, readName)).toMatchObject({ statusCode: 200, body: 'nobody' });
    expect(table.takeCalls()).toEqual([]);
  });
});

describe('headers of the handler', () => {
  const VARY: [string, string][] = [
    ['Cookie', 'Cookie'], ['accept, COOKIE', 'accept, COOKIE'], ['*', '*'], ['Cookies', 'Cookies, Cookie'], ['', 'Cookie'],
  ];
  test.each(VARY)('Vary %j becomes %j', async (given, merged) => {
    const result = { statusCode: 200, headers: { Vary: given }, body: '' };
    expect(await answer(eventOf('HTTP API'), async (full) => (await readName(full)) && result)).toMatchObject({ headers: { Vary: merged } });
  });

  test('in both forms are merged into one, and none is lost', async () => {
    const multiValueHeaders = { vary: ['Accept', 'Origin'], list: ['a', 'b'] };
    for (const source of ['REST API', 'ALB, multi-value'] as const) {
      const result = await answer(eventOf(source), async (full) => {
        await setName(full);
        return { statusCode: 200, headers: { 'VARY': 'Host', 'x-own': '1' }, multiValueHeaders, body: '' };
      });
      const merged = 'Host, Accept, Origin, Cookie';
      expect(result).toMatchObject({ headers: { 'x-own': '1' }, multiValueHeaders: { list: ['a', 'b'] } });
      expect(result).toMatchObject(source === 'REST API' ? { headers: { Vary: merged } } : { multiValueHeaders: { Vary: [merged] } });
    }
    expect(multiValueHeaders).toEqual({ vary: ['Accept', 'Origin'], list: ['a', 'b'] });
  });

  test('of another source count too where there is room for one cookie only', async () => {
    const handler: Body = async (full) => ({ ...Object(await setName(full)), cookies: ['theme=dark'] });
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await answer(eventOf('ALB, single'), handler)).toMatchObject({ statusCode: 500 });
    expect(String(log.mock.calls[0])).toContain('one Set-Cookie');
    log.mockRestore();
  });

  test.each(SOURCES)('that set no Set-Cookie do not matter to %s', async (source) => {
    expect(await answer(eventOf(source), async (full) => ({ ...Object(await setName(full)), cookies: [] }))).toMatchObject({ statusCode: 200 });
  });

  test.each(['REST API', 'ALB, single'] as const)('have no place in a text that is returned to %s, and it stays as it is', async (source) => {
    for (const result of ['a text', undefined]) {
      expect(await answer(eventOf(source), async (full) => (await readName(full)) && result)).toBe(result);
    }
  });

  test.each([[{ 'set-cookie': undefined }], [{ 'Set-Cookie': null }]])('that are empty add no cookie: %j', async (headers) => {
    const result = await answer(eventOf('HTTP API'), async (full) => ({ ...Object(await setName(full)), headers }));
    expect(result.cookies).toEqual([expect.stringMatching(/^session_id=/), expect.stringMatching(/^session_id_w=/)]);
  });
});

test.each(SOURCES)('a store out of reach is 503 with Retry-After where %s looks for headers', async (source) => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
  const result = await answer(eventOf(source, { cookies: visitor.jar.cookies() }), readName, client);
  expect(result).toMatchObject({ statusCode: 503, body: expect.stringContaining('unavailable') });
  expect(source === 'ALB, multi-value' ? result.multiValueHeaders : result.headers).toMatchObject(
    source === 'ALB, multi-value' ? { 'retry-after': ['1'] } : { 'retry-after': '1' },
  );
  expect(JSON.stringify(result)).not.toMatch(/set-cookie|session_id/i);
  log.mockRestore();
});

test('a 503 after a save carries the cookies of what was saved', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const result = await answer(eventOf('HTTP API'), async ({ session }) => {
    const opened = await session();
    opened.set('name', 'Bob');
    await opened.save();
    throw new SessionUnavailableError('unavailable', 'another call failed');
  });
  expect(result).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1', 'Vary': 'Cookie', 'cache-control': 'no-store' } });
  const [id = ''] = /[\w-]{43}/.exec(String(result.cookies)) ?? [];
  expect((await table.item(id))?.dat).toEqual({ M: { name: { S: '"Bob"' } } });
  log.mockRestore();
});
