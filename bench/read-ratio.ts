/** What the warm read of 1 KB costs through a handler, as a ratio to the bare GetItem of the same SDK. Usage: read-ratio.ts [rounds] [batch] */
import { createHash } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { startEngine } from './engine-process';
import { ratio, table } from './markdown';
import { measure } from './rounds';
import { Data, Use, eventWith, signIn, visitor } from './visits';
import { sessionFactory } from '../src/runtime';
import { sessionFactory as leanFactory } from '../src/runtime/lean';

const TABLE = { tableName: 'Sessions', timeout: 86_400, reissueTime: 43_200 };

async function main(rounds: number, batch: number): Promise<void> {
  const engine = await startEngine();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  });
  const cookie = await signIn(sessionFactory<Data>(TABLE), 1000);
  const Key = { sid: { B: createHash('sha256').update(cookie.split('=')[1]!).digest() } };
  const bare = new DynamoDBClient({});
  const event = eventWith(cookie);
  const read: Use = async ({ session }) => (await session()).get('count');
  const withSdk = visitor(sessionFactory<Data>(TABLE), read);
  const withLean = visitor(leanFactory<Data>(TABLE), read);
  const costs = await measure([
    { name: 'bare GetItem of the SDK', run: () => bare.send(new GetItemCommand({ TableName: 'Sessions', Key })) },
    { name: 'a session, SDK client', run: () => withSdk(event) },
    { name: 'a session, lean client', run: () => withLean(event) },
  ], { rounds, batch });
  console.log(table(['warm read of 1 KB', 'CPU µs', 'ratio (quartiles)'], costs.map((cost) => [cost.name, cost.micros.toFixed(0), ratio(cost)])));
  bare.destroy();
  engine.stop();
  process.exit();
}

const [rounds = 15, batch = 400] = process.argv.slice(2).map(Number);
void main(rounds, batch);
