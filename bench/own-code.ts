/**
 * The library's own share of a warm read: the handler with a client that answers from memory. Usage: own-code.ts
 * [reads]
 */
import { Goods, eventWith, signIn, visitor } from './visits';
import { SessionClient, sessionFactory } from '../src/runtime';
import { Item } from '../src/runtime/client/session-client';

async function main(reads: number): Promise<void> {
  const items = new Map<string, Item>();
  const client: SessionClient = {
    getItem: async ({ Key: { sid } }) => ({ Item: items.get(String(Object.values(sid!)[0])) }),
    putItem: async ({ Item: item }) => void items.set(String(Object.values(item.sid!)[0]), item),
    updateItem: async () => ({}),
    deleteItem: async () => ({}),
  };
  const sessions = sessionFactory<{ count: number; cart: Goods[] }>({ tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200, client });
  const event = eventWith(await signIn(sessions, 1000));
  const scenarios = {
    'no session': visitor(sessions, () => undefined),
    'read': visitor(sessions, async ({ session }) => (await session()).get('count')),
    'read and change': visitor(sessions, async ({ session }) => {
      const opened = await session();
      opened.set('count', (opened.get('count') ?? 0) + 1);
    }),
  };
  for (const [name, run] of Object.entries(scenarios)) {
    for (let i = 0; i < 2000; i++) await run(event);
    const start = process.cpuUsage();
    for (let i = 0; i < reads; i++) await run(event);
    const { user, system } = process.cpuUsage(start);
    console.log(`${name}: ${((user + system) / reads).toFixed(1)} µs`);
  }
}

void main(Number(process.argv[2] ?? 20_000));
