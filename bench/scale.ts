/**
 * What a table uses at different request rates, from the library's real calls in an hour of many visitors. Usage:
 * scale.ts [visitors]
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Usage, countingClient } from './counting';
import { startEngine } from './engine-process';
import { table } from './markdown';
import { PRICE } from './month';
import { sessionTable } from './ours';
import { SECONDS_APART, SESSION_BYTES, TEN } from './request-mix';
import { Data } from './visits';
import { SessionFactoryOptions, sessionFactory } from '../src/runtime';
import { FakeClock } from '../src/testing';

const RATES = [1, 100, 10_000, 100_000];
const SECONDS_OF_MONTH = 30 * 86_400;
/** Requests of one visit. */
const VISIT = 40;

interface Shape {
  readonly name: string;
  readonly bytes: number;
  readonly options: SessionFactoryOptions;
}

const SHAPES: readonly Shape[] = [
  { name: 'defaults, 2 KB', bytes: SESSION_BYTES, options: {} },
  { name: 'reissueTime 600, 2 KB', bytes: SESSION_BYTES, options: { reissueTime: 600 } },
  { name: 'compress off, 2 KB', bytes: SESSION_BYTES, options: { compress: false } },
  { name: 'defaults, 20 KB', bytes: 20_000, options: {} },
];

/** What one request uses on average, including its visit's sign-in. */
async function perRequest(client: DynamoDBClient, usage: Usage, visitors: number, { bytes, options }: Shape): Promise<Usage> {
  Object.assign(usage, { calls: 0, read: 0, write: 0 });
  for (let visitor = 0; visitor < visitors; visitor++) {
    const clock = new FakeClock();
    const contestant = sessionTable('', sessionFactory<Data>({ tableName: 'Sessions', client, clock, ...options }), clock);
    let cookies = await contestant.visit(undefined, 'sign-in', bytes);
    for (let request = 1; request < VISIT; request++) {
      clock.advanceSeconds(SECONDS_APART);
      cookies = await contestant.visit(cookies, TEN[(request + visitor) % TEN.length]!, bytes);
    }
  }
  const requests = visitors * VISIT;
  return { calls: usage.calls / requests, read: usage.read / requests, write: usage.write / requests };
}

async function main(visitors: number): Promise<void> {
  const engine = await startEngine();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  });
  const usage: Usage = { calls: 0, read: 0, write: 0 };
  const client = countingClient(usage);
  const rows: string[][] = [];
  for (const shape of SHAPES) {
    const one = await perRequest(client, usage, visitors, shape);
    for (const rate of RATES) {
      const dollars = ((one.read * PRICE.read + one.write * PRICE.write) * rate * SECONDS_OF_MONTH) / 1e6;
      const perSecond = [one.calls, one.read, one.write].map((count) => (count * rate).toLocaleString('en', { maximumFractionDigits: 1 }));
      // Each visit has a new session, which expires: TTL has to delete as many as begin.
      const ended = ((rate / VISIT) * 86_400).toLocaleString('en', { maximumFractionDigits: 0 });
      rows.push([shape.name, rate.toLocaleString('en'), ...perSecond, ended, `$${dollars.toLocaleString('en', { maximumFractionDigits: 0 })}`]);
    }
  }
  const head = ['sessions', 'requests/s', 'calls/s', 'read units/s', 'write units/s', 'sessions that expire a day', 'a month'];
  console.log(table(head, rows));
  engine.stop();
  process.exit();
}

void main(Number(process.argv[2] ?? 10));
