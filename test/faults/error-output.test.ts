import { inspect } from 'node:util';
import { CLIENTS } from './fault-clients';
import { FaultyTable } from './faulty-table';
import { SessionError, lambdaHandler, sessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { eventOf } from '../support/events';
import { FaultName } from '../support/faults';
import { ShopData, ShopSession, Visitor } from '../support/visitor';

const faulty = FaultyTable.on();
let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

/** Every way that an error may get into a log. */
function shownBy(error: SessionError): string[] {
  return [error.message, String(error), error.stack ?? '', inspect(error, { depth: 9 }), inspect({ error }), JSON.stringify(error)];
}

interface Failed {
  readonly error: SessionError;
  readonly ref: string | undefined;
}

async function errorOf(operation: string, fault: FaultName, act: (session: ShopSession) => Promise<unknown>): Promise<Failed> {
  const visitor = await Visitor.withSession(faulty.table, clock);
  const ref = await visitor.visit((session) => session.ref);
  const { sessions } = CLIENTS['own SDK client'](faulty.proxy.endpoint, { tableName: faulty.table.name, clock });
  faulty.proxy.fail(operation, fault, Infinity, { patience: 1500, advance: (milliseconds) => clock.advance(milliseconds) });
  const request = sessions.forRequest({ cookies: visitor.jar.header(), https: true });
  const error = await (async () => act(await request.session()))().then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(SessionError);
  return { error: error as SessionError, ref };
}

const add = (session: ShopSession) => session.update('count', (count = 0) => count + 1);

test.each([
  { operation: 'GetItem', fault: 'access denied', code: 'configuration', act: async () => undefined },
  { operation: 'GetItem', fault: 'silence', code: 'unavailable', act: async () => undefined },
  { operation: 'UpdateItem', fault: 'missing table', code: 'configuration', act: async (session: ShopSession) => save(session) },
  { operation: 'UpdateItem', fault: '500', code: 'unavailable', act: async (session: ShopSession) => save(session) },
  { operation: 'UpdateItem', fault: 'connection reset', code: 'conflict', act: add },
  { operation: 'DeleteItem', fault: 'access denied', code: 'configuration', act: (session: ShopSession) => session.invalidate() },
] as const)('an error of $operation by $fault names operation, code and session, and shows nothing that AWS said', async ({ operation, fault, code, act }) => {
  const { error, ref } = await errorOf(operation, fault, act);
  expect(error).toMatchObject({ operation, code, ref });
  expect(error.message).toContain(`It is session ${ref}.`);
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ operation, code, ref });
  expect(shownBy(error).filter((text) => /arn:|canary|123456789012|127\.0\.0\.1|Ada/.test(text))).toEqual([]);
  expect(error.cause).toBeInstanceOf(Error);
});

async function save(session: ShopSession): Promise<void> {
  session.set('count', 1);
  await session.save();
}

test('what lambdaHandler writes to the log names operation, code and session, and the answer none of them', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const visitor = await Visitor.withSession(faulty.table, clock);
  const ref = await visitor.visit((session) => session.ref);
  faulty.proxy.fail('GetItem', 'access denied', 1);
  const { sessions } = CLIENTS['lean client'](faulty.proxy.endpoint, { tableName: faulty.table.name, clock });
  const handler = lambdaHandler(sessions, async (_, context) => void (await context.session()));
  const answer = await handler(eventOf('HTTP API', { cookies: visitor.jar.cookies() }), { getRemainingTimeInMillis: () => 30_000 });
  expect(answer).toMatchObject({ statusCode: 500, body: 'The service is not set up correctly.' });
  const logged = log.mock.calls.flat().join(' ');
  expect(logged).toContain('configuration');
  expect(logged).toContain('GetItem');
  expect(logged).toContain(`session ${ref}`);
  expect(`${logged}${JSON.stringify(answer)}`).not.toMatch(/arn:|canary|123456789012/);
  expect(JSON.stringify(answer)).not.toContain(ref);
});

describe('the deadline', () => {
  test('of a load with 200 milliseconds left is none: it fails at once, without a call', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const visitor = await Visitor.withSession(faulty.table, clock);
    const sessions = sessionFactory<ShopData>({ tableName: faulty.table.name, client: faulty.table.client, clock });
    faulty.table.takeCalls();
    let thrown: unknown;
    const handler = lambdaHandler(sessions, async (_, context) => {
      thrown = await context.session().catch((error: unknown) => error);
      throw thrown;
    });
    const answer = await handler(eventOf('HTTP API', { cookies: visitor.jar.cookies() }), { getRemainingTimeInMillis: () => 200 });
    expect(thrown).toMatchObject({ name: 'SessionUnavailableError', operation: 'GetItem' });
    expect(answer).toMatchObject({ statusCode: 503 });
    expect(faulty.table.takeCalls()).toEqual([]);
  });

  test.each([
    { client: 'own SDK client', patience: 1500 },
    { client: 'lean client', patience: 1500 },
    { client: 'given DynamoDBClient', patience: 3000 },
    { client: 'given DynamoDBDocumentClient', patience: 3000 },
  ] as const)('is what a silent peer costs through the $client, and not the time that the function has', async ({ client: name, patience }) => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    const { sessions, destroy } = CLIENTS[name](faulty.proxy.endpoint, { tableName: faulty.table.name, clock });
    faulty.proxy.fail('GetItem', 'silence', Infinity, { patience, advance: (milliseconds) => clock.advance(milliseconds) });
    const start = clock.now();
    const request = sessions.forRequest({ cookies: visitor.jar.header(), https: true, remainingTime: () => 900_000 });
    await expect(request.session()).rejects.toMatchObject({ code: 'unavailable' });
    destroy();
    // The last attempt is shorter than the proxy knows.
    expect(clock.now() - start).toBeGreaterThanOrEqual(3000);
    expect(clock.now() - start).toBeLessThan(4000);
    expect(clock.waiting).toBe(0);
  });
});
