/** One subject in a process of its own. Takes its task from the standard input; prints the CPU microseconds of one request. */
import { createHash, randomBytes } from 'node:crypto';
import { ShapedData, shaped } from './shapes';
import { eventWith } from './visits';
import type { LambdaHttpEvent, LambdaHttpResponse, WithSession, SessionFactory } from '../src/runtime';

/** What the parent asks for. */
export interface Task {
  readonly subject: 'bare' | 'default' | 'lean' | 'given';
  readonly use: 'read' | 'change' | 'sign-in' | 'sign-out';
  readonly bytes: number;
  readonly keys: number;
  /** Requests that come before those that are measured: 0 for a young process. */
  readonly before: number;
  readonly requests: number;
  /** Cookies of sessions that are there, taken by turns; a sign-out takes one for each request. */
  readonly cookies: readonly string[];
}

const OPTIONS = { tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200 };
const TableName = 'Sessions';

/** One request. */
type Visit = (cookie: string | undefined) => Promise<unknown>;

/** The SDK's calls with nothing around them. It parses nothing that we do not parse: a read of one key opens the text of none. */
async function bare({ use, bytes, keys }: Task): Promise<Visit> {
  const { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({});
  const data = JSON.stringify(shaped(bytes, keys));
  const keyOf = (cookie = '') => ({ sid: { B: createHash('sha256').update(cookie.split('; ')[0]!.split('=')[1] ?? '').digest() } });
  const put = (sid: Uint8Array, text: string) =>
    client.send(new PutItemCommand({ TableName, Item: { sid: { B: sid }, exp: { N: '9999999999' }, dat: { S: text } } }));
  const steps = {
    'read': (cookie?: string) => client.send(new GetItemCommand({ TableName, Key: keyOf(cookie) })),
    'change': async (cookie?: string) => {
      await client.send(new GetItemCommand({ TableName, Key: keyOf(cookie) }));
      return put(keyOf('bare=').sid.B, data);
    },
    'sign-in': () => put(randomBytes(32), data),
    'sign-out': (cookie?: string) => client.send(new DeleteItemCommand({ TableName, Key: keyOf(cookie) })),
  };
  return steps[use];
}

/** What a bundle of the handler would hold. */
type Runtime = Pick<typeof import('../src/runtime'), 'lambdaHandler'>;

function ours({ lambdaHandler }: Runtime, sessions: SessionFactory<ShapedData>, { use, bytes, keys }: Task): Visit {
  const data = shaped(bytes, keys);
  const steps: Readonly<Record<Task['use'], (context: WithSession<ShapedData>) => Promise<unknown>>> = {
    'read': async ({ session }) => (await session()).get('count'),
    'change': async ({ session }) => {
      const opened = await session();
      opened.set('count', (opened.get('count') ?? 0) + 1);
    },
    'sign-in': async ({ session }) => {
      const opened = await session();
      for (const [key, value] of Object.entries(data)) opened.set(key as 'cart', value as ShapedData['cart']);
    },
    'sign-out': ({ endSession }) => endSession(),
  };
  const handler = lambdaHandler(sessions, async (_: LambdaHttpEvent, context: WithSession<ShapedData>): Promise<LambdaHttpResponse> => {
    await steps[use](context);
    return { statusCode: 200, body: 'ok' };
  });
  return (cookie) => handler(eventWith(cookie), { getRemainingTimeInMillis: () => 10_000 });
}

async function main(task: Task): Promise<void> {
  // Each loads what its bundle would, and nothing else: what lies in the heap costs collections.
  const subjects: Readonly<Record<Task['subject'], () => Promise<Visit>>> = {
    bare: () => bare(task),
    default: async () => {
      const runtime = await import('../src/runtime');
      return ours(runtime, runtime.sessionFactory<ShapedData>(OPTIONS), task);
    },
    lean: async () => {
      const runtime = await import('../src/runtime/lean');
      return ours(runtime, runtime.sessionFactory<ShapedData>(OPTIONS), task);
    },
    given: async () => {
      const [runtime, { DynamoDBClient }] = [await import('../src/runtime'), await import('@aws-sdk/client-dynamodb')];
      return ours(runtime, runtime.sessionFactory<ShapedData>({ ...OPTIONS, client: new DynamoDBClient({}) }), task);
    },
  };
  const request = await subjects[task.subject]();
  let start = process.cpuUsage();
  for (let i = 0; i < task.before + task.requests; i++) {
    if (i === task.before) start = process.cpuUsage();
    await request(task.cookies[i % task.cookies.length]);
  }
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(String((user + system) / task.requests));
  process.exit();
}

async function input(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

void input().then((text) => main(JSON.parse(text) as Task));
