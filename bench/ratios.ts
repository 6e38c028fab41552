/**
 * What sessions cost as ratios to the bare calls, each subject in processes of its own, by turns: from a fresh process's first
 * request on, and when it is hot. Prints each row as it is done. Usage: ratios.ts [young|hot|cold|all] [processes of each]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { COLD_SUBJECTS, coldStarts } from './cold-start';
import { startEngine } from './engine-process';
import { ratio, row } from './markdown';
import type { Task } from './ratios-process';
import { measure } from './rounds';
import { ShapedData, shaped } from './shapes';
import { eventWith } from './visits';
import { WithSession, lambdaHandler, sessionFactory } from '../src/runtime';

interface Row extends Pick<Task, 'use' | 'bytes' | 'keys'> {
  readonly name: string;
  /** The browser wrote a moment ago, so the read is strong. */
  readonly isMarked?: boolean;
}

/** Requests of a hot process before those that are measured, and these, for a session of 1 KB. */
const [YOUNG, HOT_BEFORE, HOT] = [2000, 10_000, 3000];

const READ: Row = { name: 'read 1 KB, 9 keys', use: 'read', bytes: 1000, keys: 9 };
const CHANGE: Row = { name: 'read and change one key, 9 keys', use: 'change', bytes: 1000, keys: 9 };
const SIGN_IN: Row = { name: 'sign in, 9 keys', use: 'sign-in', bytes: 1000, keys: 9 };
const SIGN_OUT: Row = { name: 'sign out', use: 'sign-out', bytes: 1000, keys: 2 };

const YOUNG_ROWS: readonly Row[] = [
  { ...READ, name: 'read 1 KB, 2 keys', keys: 2 },
  READ,
  { ...READ, name: 'read 1 KB, 9 keys, right after a write', isMarked: true },
  CHANGE,
  SIGN_IN,
  SIGN_OUT,
];
const HOT_ROWS: readonly Row[] = [
  READ,
  CHANGE,
  SIGN_IN,
  SIGN_OUT,
  { ...READ, name: 'read 20 KB, 9 keys', bytes: 20_000 },
  { ...CHANGE, name: 'change one key of 200 KB, 9 keys', bytes: 200_000 },
];
const SUBJECTS: readonly Task['subject'][] = ['bare', 'default', 'lean', 'given'];

/** Stores sessions, and returns their cookies. */
async function signIn({ bytes, keys, isMarked = false }: Row, count: number): Promise<string[]> {
  const sessions = sessionFactory<ShapedData>({ tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200 });
  const data = Object.entries(shaped(bytes, keys));
  const handler = lambdaHandler(sessions, async (_, { session }: WithSession<ShapedData>) => {
    const opened = await session();
    for (const [key, value] of data) opened.set(key as 'cart', value as ShapedData['cart']);
    return { statusCode: 200, body: '' };
  });
  const signed: string[] = [];
  while (signed.length < count) {
    const { cookies = [] } = await handler(eventWith(), { getRemainingTimeInMillis: () => 10_000 }) as { readonly cookies?: string[] };
    signed.push(cookies.map((cookie) => cookie.split(';')[0]!).filter((cookie) => isMarked || !cookie.includes('_w=')).join('; '));
  }
  return signed;
}

/** CPU microseconds of a request in a process of its own. */
async function cost(of: Row, subject: Task['subject'], before: number, requests: number): Promise<number> {
  const cookies = await signIn(of, { 'sign-in': 0, 'sign-out': before + requests, 'read': 1, 'change': 1 }[of.use]);
  const task: Task = { subject, use: of.use, bytes: of.bytes, keys: of.keys, before, requests, cookies };
  const child = spawn(process.execPath, ['--no-warnings', join(__dirname, 'ratios-process.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(task));
  const printed = await text(child.stdout);
  if (printed === '') throw new Error(`the process of '${of.name}', ${subject}, ended without a figure`);
  return Number(printed);
}

/** Requests before those that are measured, and these. */
type LengthOf = (row: Row) => readonly [before: number, requests: number];

async function printRows(title: string, rows: readonly Row[], rounds: number, lengthOf: LengthOf): Promise<void> {
  console.log(`\n${row([title, 'bare SDK calls', 'default client', 'lean client', 'a given client'])}\n${row(Array<string>(5).fill('---'))}`);
  for (const each of rows) {
    const [before, requests] = lengthOf(each);
    const subjects = SUBJECTS.map((name) => ({ name, run: () => cost(each, name, before, requests) }));
    const costs = await measure(subjects, { rounds, batch: 1 });
    console.log(row([each.name, `${costs[0]!.micros.toFixed(0)} µs`, ...costs.slice(1).map(ratio)]));
  }
}

async function printColdStarts(rounds: number): Promise<void> {
  const [cookie] = await signIn({ ...READ, keys: 2 }, 1);
  console.log(`\n${row(['start of a process to its first read', 'CPU', 'ratio', 'bundle, KB'])}\n${row(Array<string>(4).fill('---'))}`);
  for (const [at, start] of (await coldStarts(cookie!, rounds)).entries()) {
    console.log(row([COLD_SUBJECTS[at]!, `${(start.micros / 1000).toFixed(0)} ms`, ratio(start), (start.bytes / 1000).toFixed(1)]));
  }
}

async function main(what: string, processes: number | undefined): Promise<void> {
  const engine = await startEngine();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  });
  const asked = (part: string): boolean => what === part || what === 'all';
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${engine.name}; medians and quartiles`);
  if (asked('young')) await printRows(`young: requests 1 to ${YOUNG}`, YOUNG_ROWS, processes ?? 7, () => [0, YOUNG]);
  // Larger sessions take longer, and are hot sooner: their code runs once a line, not once a request.
  const hotLength = ({ bytes }: Row) => [Math.round(HOT_BEFORE * Math.min(1, 5000 / bytes)), Math.round(HOT * Math.min(1, 10_000 / bytes))] as const;
  if (asked('hot')) await printRows(`hot: after ${HOT_BEFORE} requests`, HOT_ROWS, processes ?? 3, hotLength);
  if (asked('cold')) await printColdStarts(processes ?? 15);
  engine.stop();
  process.exit();
}

const [what = 'all', processes] = process.argv.slice(2);
void main(what, processes === undefined ? undefined : Number(processes));
