/** The first requests of a fresh process, which is where an execution environment spends its life. Prints CPU microseconds a request. */
import { createHash, randomBytes } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ShapedData, shaped } from './shapes';
import { eventWith } from './visits';
import { LambdaHttpEvent, LambdaHttpResponse, WithSession, SessionFactory, lambdaHandler, sessionFactory } from '../src/runtime';
import { sessionFactory as leanFactory } from '../src/runtime/lean';

/** What the parent asks for. */
export interface YoungTask {
  readonly subject: 'bare' | 'default' | 'lean' | 'given';
  readonly use: 'read' | 'change' | 'sign-in' | 'sign-out';
  readonly bytes: number;
  readonly keys: number;
  readonly requests: number;
  /** Cookies of sessions that are there; a sign-out takes one for each request. */
  readonly cookies: readonly string[];
}

const OPTIONS = { tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200 };
const TableName = 'Sessions';

/** The SDK's calls with nothing around them. It parses nothing that we do not parse: a read of one key opens the text of none. */
function bare({ use, bytes, keys }: YoungTask): (cookie: string | undefined) => Promise<unknown> {
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

function ours(sessions: SessionFactory<ShapedData>, { use, bytes, keys }: YoungTask): (cookie: string | undefined) => Promise<unknown> {
  const data = shaped(bytes, keys);
  const steps: Readonly<Record<YoungTask['use'], (context: WithSession<ShapedData>) => Promise<unknown>>> = {
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

async function main(task: YoungTask): Promise<void> {
  const subjects = {
    bare: () => bare(task),
    default: () => ours(sessionFactory<ShapedData>(OPTIONS), task),
    lean: () => ours(leanFactory<ShapedData>(OPTIONS), task),
    given: () => ours(sessionFactory<ShapedData>({ ...OPTIONS, client: new DynamoDBClient({}) }), task),
  };
  const request = subjects[task.subject]();
  const start = process.cpuUsage();
  for (let i = 0; i < task.requests; i++) await request(task.cookies[i % task.cookies.length]);
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(String((user + system) / task.requests));
  process.exit();
}

void main(JSON.parse(process.argv[2]!) as YoungTask);
