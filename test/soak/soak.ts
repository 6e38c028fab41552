import { Action, Found, SoakBrowser } from './soak-browser';
import { LambdaHttpResponse, WithSession, SessionError, lambdaHandler, sessionFactory } from '../../src/runtime';
import { CookieJar, EmbeddedTable } from '../../src/testing';
import { Engine } from '../support/engines';
import { eventOf } from '../support/events';
import { FaultProxy } from '../support/fault-proxy';
import { FaultName } from '../support/faults';

/** How long, how much and how badly. */
export interface SoakOptions {
  readonly engine: Engine;
  readonly seconds: number;
  readonly mostRequests: number;
  /** The part of calls that something happens to. */
  readonly faults: number;
}

/** What came of it. */
export interface SoakReport {
  requests: number;
  calls: number;
  faults: number;
  /** Answers by status, and what handlers or commits failed with. */
  readonly errors: Map<string, number>;
  lost: number;
  revived: number;
  wrong: number;
  readonly heap: { start: number; warm: number; end: number };
}

interface Data {
  note: number;
  count: number;
}

const BROWSERS = 200;
const AT_ONCE = 4;
const FORMER_IDS = 500;
const WARM_SECONDS = 60;
const SPRINKLED: readonly FaultName[] = [
  ...(['throttled, ThrottlingException', '500', '500 after it was applied', '503', 'connection reset'] as const),
  ...(['connection reset after it was applied', 'answer cut short after it was applied', 'empty answer with status 200', 'silence'] as const),
];
/** Out of a hundred requests. */
const MIX: readonly [Action, number][] = [
  ['idle', 6], ['read', 46], ['set', 18], ['update', 12], ['flash', 6], ['sign in', 5], ['sign out', 3], ['former id', 4],
];

/** Lets two hundred browsers use a handler, and holds what they find against what they were told. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const table = await options.engine.start();
  const proxy = await FaultProxy.start(table.endpoint);
  const report: SoakReport = {
    ...{ requests: 0, calls: 0, faults: 0, errors: new Map<string, number>(), lost: 0, revived: 0, wrong: 0 },
    heap: { start: heap(), warm: 0, end: 0 },
  };
  const failures: string[] = [];
  proxy.choose = () => {
    report.calls++;
    if (Math.random() >= options.faults) return undefined;
    report.faults++;
    return SPRINKLED[Math.floor(Math.random() * SPRINKLED.length)];
  };
  const send = handlerOf(table, proxy, failures);
  const browsers = Array.from({ length: BROWSERS }, () => new SoakBrowser());
  const formerIds: string[] = [];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;

  const work = async (): Promise<void> => {
    while (elapsed() < options.seconds && report.requests < options.mostRequests) {
      const browser = browsers.splice(Math.floor(Math.random() * browsers.length), 1)[0] as SoakBrowser;
      await visit(browser, pick(), ++report.requests, { report, formerIds, send });
      browsers.push(browser);
      proxy.calls.length = 0;
      for (const kind of failures.splice(0)) report.errors.set(kind, (report.errors.get(kind) ?? 0) + 1);
      if (report.heap.warm === 0 && elapsed() > Math.min(WARM_SECONDS, options.seconds / 2)) report.heap.warm = heap();
    }
  };
  const errors = console.error;
  console.error = () => undefined;
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    console.error = errors;
    report.heap.end = heap();
    await proxy.stop();
    await table.stop();
  }
  return report;
}

type Send = (jar: CookieJar, action: Action, note: number) => Promise<{ readonly answer: LambdaHttpResponse; readonly found: Found | undefined }>;

interface Scene {
  readonly report: SoakReport;
  readonly formerIds: string[];
  readonly send: Send;
}

async function visit(browser: SoakBrowser, action: Action, note: number, { report, formerIds, send }: Scene): Promise<void> {
  if (action === 'former id') {
    const jar = new CookieJar();
    jar.set('session_id', formerIds[Math.floor(Math.random() * formerIds.length)] ?? '');
    jar.set('session_id_w', '1');
    const { found } = await send(jar, action, note);
    if (found !== undefined && (found.note !== undefined || found.count > 0)) report.revived++;
    return;
  }
  const before = browser.id;
  const { answer, found } = await send(browser.jar, action, note);
  const verdict = found === undefined ? undefined : browser.judge(found);
  if (verdict !== undefined) report[verdict]++;
  browser.take(action, note, answer);
  if (before === undefined || before === browser.id || answer.statusCode !== 200) return;
  formerIds.push(before);
  if (formerIds.length > FORMER_IDS) formerIds.shift();
}

/** The handler, as a browser reaches it. */
function handlerOf(table: EmbeddedTable, proxy: FaultProxy, failures: string[]): Send {
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  const sessions = sessionFactory<Data>({ tableName: table.tableName, deadline: 900 });
  return async (jar, action, note) => {
    let found: Found | undefined;
    const handler = lambdaHandler(sessions, async (_, context) => {
      found = await act(context, action, note).catch((error: unknown) => {
        failures.push(error instanceof SessionError ? `${error.name} (${error.code}) in the handler` : String(error));
        throw error;
      });
      return { statusCode: 200, body: '' };
    });
    const answer = await (handler(eventOf('HTTP API', { cookies: jar.cookies() }), { getRemainingTimeInMillis: () => 30_000 }) as Promise<LambdaHttpResponse>)
      .catch((): LambdaHttpResponse => ({ statusCode: 500, body: '' }));
    if (answer.statusCode !== 200) failures.push(`answer ${answer.statusCode}`);
    return { answer, found };
  };
}

async function act(context: WithSession<Data>, action: Action, note: number): Promise<Found | undefined> {
  if (action === 'idle') return undefined;
  if (action === 'sign out') return void (await context.endSession());
  const session = await context.session();
  const found = { note: session.get('note'), count: session.get('count') ?? 0 };
  if (action === 'set' || action === 'sign in') session.set('note', note);
  if (action === 'sign in') session.regenerate();
  if (action === 'update') await session.update('count', (count = 0) => count + 1);
  if (action === 'flash' && session.popFlash().length === 0) session.flash('hello');
  return found;
}

function pick(): Action {
  let at = Math.random() * 100;
  for (const [action, part] of MIX) if ((at -= part) < 0) return action;
  return 'read';
}

/** Megabytes in use, after a collection where that can be asked for. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}
