import { CLIENTS, ClientName, FaultClient } from './fault-clients';
import { USER, VERBS, Verb, VerbName } from './fault-verbs';
import { LambdaHttpResponse, WithSession, SessionError, lambdaHandler } from '../../src/runtime';
import { keyOf, refOf } from '../../src/runtime/table/key';
import { FakeClock } from '../../src/testing';
import { eventOf } from '../support/events';
import { FaultProxy } from '../support/fault-proxy';
import { CANARY_ROLE, FaultName } from '../support/faults';
import { TestTable } from '../support/table';
import { ShopData, Visitor } from '../support/visitor';

type Item = Awaited<ReturnType<TestTable['items']>>[number];

/** One cell of the matrix. */
export interface Cell {
  readonly fault: FaultName | 'stale eventual reads';
  readonly verb: VerbName;
  readonly client: ClientName;
  /** Whether the fault stays, or goes away after one call. */
  readonly lasts: boolean;
}

/** What came of a cell. */
export interface Outcome {
  /** The status that the browser gets. */
  readonly status: number;
  /** What the handler's own `await` rejected with. */
  readonly thrown: string;
  /** What became of the id cookie. */
  readonly cookie: 'none' | 'set' | 'cleared';
  /** What the browser's next request finds, once all is well again. */
  readonly stored: 'done' | 'not done' | 'ended' | 'something else';
  /** Items that live and that no browser has the id of. */
  readonly orphans: number;
  /** What is wrong whatever was expected. */
  readonly violations: readonly string[];
}

/** Runs one request whose call fails, as a browser and a handler would see it. */
export async function runCell(table: TestTable, proxy: FaultProxy, cell: Cell): Promise<Outcome> {
  const clock = new FakeClock();
  const verb: Verb = VERBS[cell.verb];
  if (cell.fault === 'stale eventual reads') await proxy.holdReplica(table.name);
  const options = verb.isUsers === true ? { absoluteTimeout: 86_400 } : {};
  const visitor = verb.isKnown ? await Visitor.withSession(table, clock, options) : new Visitor(table, clock);
  if (verb.isUsers === true) await visitor.visit((session) => session.signIn(USER));
  const before = visitor.id;
  clock.advanceSeconds(verb.wait);
  const client = CLIENTS[cell.client](proxy.endpoint, { tableName: table.name, clock, ...options });
  if (cell.fault !== 'stale eventual reads') {
    const waiting = { patience: client.patience, advance: (milliseconds: number) => clock.advance(milliseconds) };
    proxy.fail(verb.operation, cell.fault, cell.lasts ? Infinity : 1, waiting);
  }
  const start = clock.now();
  const { answer, thrown } = await send(visitor, verb, client);
  const cost = clock.now() - start;
  proxy.heal();
  client.destroy();
  visitor.jar.store(answer.cookies ?? []);
  const setCookies = (answer.cookies ?? []).filter((cookie) => cookie.startsWith('session_id='));
  const cookie = setCookies.length === 0 ? 'none' : setCookies.some((text) => text.includes('Max-Age=0')) ? 'cleared' : 'set';
  const found = await dataOf(visitor);
  const items = await table.items();
  const live = items.filter(({ exp, frz, ses }) => ses === undefined && frz === undefined && Number(exp?.N) * 1000 > clock.now());
  const reachable = Buffer.from(keyOf(visitor.id)).toString('hex');
  const violations = [
    ...(setCookies.length > 1 ? ['two id cookies'] : []),
    ...(answer.statusCode !== 200 && cookie !== 'none' ? ['a failure sent an id cookie'] : []),
    // The deadline bounds each call with all its repetitions, and a request makes four at most.
    ...(cost > 3000 * 4 ? [`it took ${cost} ms`] : []),
    ...(clock.waiting > 0 ? ['a timer is left'] : []),
    ...(JSON.stringify(answer).includes(CANARY_ROLE) ? ['the answer shows a role'] : []),
    ...unlisted(items, live),
    ...(await revived(table, clock, before, visitor.id, cookie)),
  ];
  await Promise.all(items.map((item) => table.removeItem(item)));
  table.takeCalls();
  return {
    status: answer.statusCode,
    thrown,
    cookie,
    stored: judge(found, verb),
    orphans: live.filter(({ sid }) => Buffer.from(sid?.B ?? '').toString('hex') !== reachable).length,
    violations,
  };
}

async function send(visitor: Visitor, verb: Verb, { sessions }: FaultClient): Promise<{ answer: LambdaHttpResponse; thrown: string }> {
  let thrown = 'nothing';
  const handler = lambdaHandler(sessions, async (_, context: WithSession<ShopData>) => {
    await verb.act(context, sessions).catch((error: unknown) => {
      thrown = describeError(error);
      throw error;
    });
    return { statusCode: 200, body: '' };
  });
  const event = eventOf('HTTP API', { cookies: visitor.jar.cookies() });
  try {
    return { answer: (await handler(event, { getRemainingTimeInMillis: () => 30_000 })) as LambdaHttpResponse, thrown };
  } catch {
    // What goes past the adapter is what Lambda answers with 500; it carries nothing of ours.
    return { answer: { statusCode: 500, body: '' }, thrown };
  }
}

function describeError(error: unknown): string {
  return error instanceof SessionError ? `${error.name} (${error.code})` : 'another error';
}

async function dataOf(visitor: Visitor): Promise<Readonly<Record<string, unknown>>> {
  return visitor.visit((session) => Object.fromEntries(session.entries()));
}

function judge(found: Readonly<Record<string, unknown>>, { done, notDone }: Verb): Outcome['stored'] {
  // An engine may give the entries of a map in any order.
  const text = (data: object) => JSON.stringify(Object.entries(data).sort());
  const is = (expected: object) => text(found) === text(expected);
  return is(done) ? 'done' : is(notDone) ? 'not done' : is({}) ? 'ended' : 'something else';
}

/** A user's session that lives is in the list. */
function unlisted(items: readonly Item[], live: readonly Item[]): string[] {
  const listed = new Set(items.flatMap(({ ses }) => Object.keys(ses?.M ?? {})));
  return live.some(({ usr, sid }) => usr !== undefined && !listed.has(refOf(sid?.B as Uint8Array))) ? ['a session lives and is not listed'] : [];
}

/** An id that was taken away or replaced opens nothing, and what was set with a new id is never under the old one. */
async function revived(table: TestTable, clock: FakeClock, before: string, after: string, cookie: Outcome['cookie']): Promise<string[]> {
  if (before === '' || before === after) return [];
  const old = new Visitor(table, clock);
  old.jar.set('session_id', before);
  const data = await dataOf(old);
  return [
    ...(cookie !== 'none' && Object.keys(data).length > 0 ? ['the former id opens a session'] : []),
    ...('note' in data ? ['the former id opens what was set at sign-in'] : []),
  ];
}
