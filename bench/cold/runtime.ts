/** A handler that reads its session through the SDK's client. Returns the CPU time of its process so far. */
import { sessionFactory } from '../../src/runtime';
import { eventWith, visitor } from '../visits';

const read = visitor(sessionFactory({ tableName: 'Sessions' }), async ({ session }) => (await session()).get('count'));

export async function handler(): Promise<NodeJS.CpuUsage> {
  await read(eventWith(process.env.COOKIE));
  return process.cpuUsage();
}
