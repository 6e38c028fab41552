/**
 * What sessions cost in fresh processes, by turns, as ratios to the bare calls. One hot process differs from the next by a
 * quarter; the medians of young ones repeat within 0.03. Usage: young.ts [processes of each] [requests of each]
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEngine } from './engine-process';
import { ratio, table } from './markdown';
import { measure } from './rounds';
import { ShapedData, shaped } from './shapes';
import { eventWith } from './visits';
import type { YoungTask } from './young-process';
import { WithSession, lambdaHandler, sessionFactory } from '../src/runtime';

const run = promisify(execFile);

interface Row extends Pick<YoungTask, 'use' | 'bytes' | 'keys'> {
  readonly name: string;
  /** The browser wrote a moment ago, so the read is strong. */
  readonly isMarked?: boolean;
}

const ROWS: readonly Row[] = [
  { name: 'read 1 KB, 2 keys', use: 'read', bytes: 1000, keys: 2 },
  { name: 'read 1 KB, 9 keys', use: 'read', bytes: 1000, keys: 9 },
  { name: 'read 1 KB, 9 keys, right after a write', use: 'read', bytes: 1000, keys: 9, isMarked: true },
  { name: 'read and change one key, 2 keys', use: 'change', bytes: 1000, keys: 2 },
  { name: 'read and change one key, 9 keys', use: 'change', bytes: 1000, keys: 9 },
  { name: 'sign in, 9 keys', use: 'sign-in', bytes: 1000, keys: 9 },
  { name: 'sign out', use: 'sign-out', bytes: 1000, keys: 2 },
];
const SUBJECTS: readonly YoungTask['subject'][] = ['bare', 'default', 'lean', 'given'];

/** Stores a session, and returns its cookie. */
async function signIn({ bytes, keys, isMarked = false }: Row): Promise<string> {
  const sessions = sessionFactory<ShapedData>({ tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200 });
  const handler = lambdaHandler(sessions, async (_, { session }: WithSession<ShapedData>) => {
    const opened = await session();
    for (const [key, value] of Object.entries(shaped(bytes, keys))) opened.set(key as 'cart', value as ShapedData['cart']);
    return { statusCode: 200, body: '' };
  });
  const { cookies = [] } = await handler(eventWith(), { getRemainingTimeInMillis: () => 10_000 }) as { readonly cookies?: string[] };
  return cookies.map((cookie) => cookie.split(';')[0]!).filter((cookie) => isMarked || !cookie.includes('_w=')).join('; ');
}

async function cost(row: Row, subject: YoungTask['subject'], requests: number): Promise<number> {
  const count = row.use === 'sign-out' ? requests : 1;
  const cookies = row.use === 'sign-in' ? [] : await Promise.all(Array.from({ length: count }, () => signIn(row)));
  const task: YoungTask = { subject, use: row.use, bytes: row.bytes, keys: row.keys, requests, cookies };
  const { stdout } = await run(process.execPath, ['--no-warnings', join(__dirname, 'young-process.js'), JSON.stringify(task)]);
  return Number(stdout);
}

async function main(rounds: number, requests: number): Promise<void> {
  const engine = await startEngine();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  });
  const rows: string[][] = [];
  for (const row of ROWS) {
    const costs = await measure(SUBJECTS.map((subject) => ({ name: subject, run: () => cost(row, subject, requests) })), { rounds, batch: 1 });
    rows.push([row.name, `${costs[0]!.micros.toFixed(0)} µs`, ...costs.slice(1).map(ratio)]);
  }
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} processes of ${requests} requests; median and quartiles\n`);
  console.log(table(['CPU, the bare calls = 1', 'bare SDK calls', 'default client', 'lean client', 'a given client'], rows));
  engine.stop();
  process.exit();
}

const [rounds = 7, requests = 2000] = process.argv.slice(2).map(Number);
void main(rounds, requests);
