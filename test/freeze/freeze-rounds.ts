import { join } from 'node:path';
import { Invocation, LambdaEnvironment } from './lambda-environment';
import { CookieJar, startEmbeddedTable } from '../../src/testing';
import { eventOf } from '../support/events';
import { FaultProxy } from '../support/fault-proxy';

/** What came of all rounds. */
export interface FreezeReport {
  readonly rounds: number;
  /** Connections that were cut while the process was frozen. */
  readonly cut: number;
  /** Connections that were silently dropped while it was. */
  readonly dropped: number;
  /** Calls that were under way when an answer was out. */
  readonly pending: number;
  /** What a user would have seen, or what was lost; at most a few of each. */
  readonly wrong: readonly string[];
}

/**
 * Freezes a function the moment its answer is out, does to its connections what
 * a long freeze does, thaws it and sends the next event; again and again.
 */
export async function runFreezeRounds(rounds: number): Promise<FreezeReport> {
  const table = await startEmbeddedTable();
  const proxy = await FaultProxy.start(table.endpoint);
  const lambda = await LambdaEnvironment.start({
    entry: join(__dirname, 'functions/shop.ts'),
    variables: { ...table.environment, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint },
  });
  const jar = new CookieJar();
  const totals = { cut: 0, dropped: 0, pending: 0 };
  const wrong: string[] = [];
  try {
    for (let round = 1; round <= rounds && wrong.length < 5; round++) {
      const event = { ...eventOf('HTTP API', { cookies: jar.cookies() }), rawQueryString: String(round) };
      const invocation = await lambda.invoke(event, () => {
        lambda.freeze();
        totals.pending += proxy.openCalls;
      });
      wrong.push(...problemsOf(invocation, round, jar));
      // Most are cut, some are dropped without a word, and some survive.
      if (round % 20 === 7) totals.dropped += proxy.dropConnections();
      else if (round % 4 !== 0) totals.cut += proxy.cutConnections();
      lambda.thaw();
    }
    const calls = proxy.calls.length;
    await new Promise((resolve) => setImmediate(resolve));
    if (proxy.calls.length !== calls) wrong.push('a call came after the last answer');
  } finally {
    await lambda.stop();
    await proxy.stop();
    await table.stop();
  }
  return { rounds, ...totals, wrong };
}

function problemsOf({ answer, isError }: Invocation, round: number, jar: CookieJar): string[] {
  const { statusCode, body, cookies = [] } = Object(answer) as { statusCode?: number; body?: string; cookies?: string[] };
  if (isError || statusCode !== 200) return [`round ${round}: ${JSON.stringify(answer)}`];
  jar.store(cookies);
  const { round: stored, count } = JSON.parse(body ?? '{}') as { readonly round: number; readonly count: number };
  const expected = { stored: round - 1, count: Math.floor((round - 1) / 3) };
  return stored === expected.stored && count === expected.count ? [] : [`round ${round} found ${JSON.stringify({ stored, count })}`];
}
