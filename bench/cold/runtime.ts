/** A handler on the SDK's client, from the start of its process to its first read. */
import { sessionFactory } from '../../src/runtime';
import { eventWith, visitor } from '../visits';

const handler = visitor(sessionFactory({ tableName: 'Sessions' }), async ({ session }) => (await session()).get('count'));
void handler(eventWith(process.env.COOKIE)).then(() => {
  console.log(JSON.stringify(process.cpuUsage()));
  process.exit();
});
