import { CLIENTS, ClientName } from './fault-clients';
import { VERBS, Verb, VerbName } from './fault-verbs';
import { LambdaHttpResponse, SessionFactoryOptions, lambdaHandler, sessionFactory } from '../../src/runtime';
import { sessionRef, hashSessionId } from '../../src/runtime/session-id';
import { FakeClock } from '../../src/testing';
import { eventOf } from '../support/events';
import { FaultName, FaultProxy } from '../support/fault-proxy';
import { TestTable } from '../support/table';
import { ShopData, Visitor } from '../support/visitor';

/** One cell of the matrix. */
export interface Cell {
  readonly fault: FaultName;
  readonly verb: VerbName;
  readonly client: ClientName;
  /** Whether the fault goes away after the first call, or stays. */
  readonly lasts: boolean;
}

/** What came of a cell. */
export interface Outcome {
  /** What the browser got. */
  readonly status: number;
  /** What the id cookie of the answer did. */
  readonly cookie: 'none' | 'set' | 'cleared';
  /** What the visitor's next request finds, once all is well again. */
  readonly then: 'done' | 'not done' | 'neither';
  /** What is wrong whatever was expected. */
  readonly violations: readonly string[];
}

/** Runs one request whose call fails, as a browser and a handler would see it. */
export async function runCell(table: TestTable, proxy: FaultProxy, { fault, verb: name, client: clientName, lasts }: Cell): Promise<Outcome> {
  const clock = new FakeClock();
  const verb: Verb = VERBS[name];
  const visitor = verb.isKnown ? await Visitor.withSession(table, clock) : new Visitor(table, clock);
  const before = visitor.id;
  clock.advanceSeconds(verb.wait);
  const { client, destroy } = CLIENTS[clientName](proxy.endpoint);
  // Nobody waits in a test: when nothing more will come, the deadline does, or its third where the store repeats.
  const silent = clientName.startsWith('given') ? 3000 : 1000;
  proxy.onHush = () => void setImmediate(() => clock.advance(silent));
  proxy.fail(verb.operation, fault, lasts ? Infinity : 1);
  const answer = await send(visitor, verb, { tableName: table.name, client, clock });
  proxy.heal();
  destroy();
  const setCookie = (answer.cookies ?? []).filter((cookie) => cookie.startsWith('session_id='));
  visitor.jar.store(answer.cookies ?? []);
  const found = await visitor.visit((session) => Object.fromEntries(session.entries()));
  const then = same(found, verb.done) ? 'done' : same(found, verb.notDone) ? 'not done' : 'neither';
  const cookie = setCookie.length === 0 ? 'none' : setCookie[0]?.includes('Max-Age=0') ? 'cleared' : 'set';
  const violations = [
    ...(setCookie.length > 1 ? ['two id cookies'] : []),
    ...(answer.statusCode !== 200 && cookie !== 'none' ? ['a failure sent an id cookie'] : []),
    ...(await revived(table, clock, before, name, answer.statusCode)),
  ];
  return { status: answer.statusCode, cookie, then, violations };
}

async function send(visitor: Visitor, verb: Verb, options: SessionFactoryOptions): Promise<LambdaHttpResponse> {
  const handler = lambdaHandler(sessionFactory<ShopData>(options), async (_, { session }) => {
    await verb.act(await session());
    return { statusCode: 200, body: '' };
  });
  const event = eventOf('HTTP API', { cookies: visitor.jar.cookies() });
  try {
    return (await handler(event, { getRemainingTimeInMillis: () => 30_000 })) as LambdaHttpResponse;
  } catch (error) {
    // What goes past the adapter is what Lambda answers with 500; it carries nothing of ours.
    return { statusCode: 500, body: (error as Error).name };
  }
}

/** After a successful sign-out or new id the old one opens nothing, and of one session there is one item. */
async function revived(table: TestTable, clock: FakeClock, id: string, verb: VerbName, status: number): Promise<string[]> {
  if (id === '' || status !== 200 || !/delete|regenerate/.test(verb)) return [];
  const old = new Visitor(table, clock);
  old.jar.set('session_id', id);
  const isNew = await old.visit((session) => session.isNew);
  return isNew ? [] : [`the session ${sessionRef(hashSessionId(id))} lives on`];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
