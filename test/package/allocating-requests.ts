/** Prints the bytes that a request allocates, by what it does with its session. Run by `allocations.test.ts` in a process of its own. */
import { Item, LambdaHttpResponse, SessionClient, SessionFactory, lambdaHandler, sessionFactory } from '../../src/runtime';

interface Data {
  readonly name: string;
  readonly count: number;
}

const REQUESTS = 500;

/** A client that answers from memory, so that what is counted is the library's own. */
function memoryClient(): SessionClient {
  let item: Item | undefined;
  return {
    getItem: async () => ({ Item: item }),
    putItem: async (input) => void (item = input.Item),
    updateItem: async () => ({}),
    deleteItem: async () => ({}),
  };
}

type Use = (session: () => ReturnType<ReturnType<SessionFactory<Data>['forRequest']>['session']>) => Promise<unknown> | undefined;

const USES: Readonly<Record<string, Use>> = {
  none: () => undefined,
  read: async (session) => (await session()).get('count'),
  change: async (session) => {
    const opened = await session();
    opened.set('count', (opened.get('count') ?? 0) + 1);
  },
};

function handlerOf(sessions: SessionFactory<Data>, use: Use, cookies: string[] = []): () => Promise<LambdaHttpResponse> {
  const handler = lambdaHandler(sessions, async (_, { session }): Promise<LambdaHttpResponse> => {
    await use(session);
    return { statusCode: 200, body: '' };
  });
  const event = { version: '2.0', headers: { host: 'shop.example.com' }, cookies, requestContext: { http: { method: 'GET' } } };
  return () => handler(event, { getRemainingTimeInMillis: () => 10_000 });
}

async function main(): Promise<void> {
  const sessions = sessionFactory<Data>({ tableName: 'Sessions', client: memoryClient() });
  const { cookies = [] } = await handlerOf(sessions, async (session) => (await session()).set('name', 'Ada'))();
  const own = cookies.map((cookie) => cookie.split(';')[0] ?? '').filter((cookie) => cookie.startsWith('session_id='));
  const bytes: Record<string, number> = {};
  for (const [name, use] of Object.entries(USES)) {
    const serve = handlerOf(sessions, use, own);
    for (let i = 0; i < REQUESTS; i++) await serve();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < REQUESTS; i++) await serve();
    bytes[name] = Math.round((process.memoryUsage().heapUsed - before) / REQUESTS);
  }
  process.stdout.write(JSON.stringify(bytes));
}

void main();
