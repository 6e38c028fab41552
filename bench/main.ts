/** Compares with other stores, in one process, and prints Markdown. Usage: main.ts [rounds] [the part of each batch to run, 1 is all] */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { architect } from './architect';
import { bareSdk } from './bare';
import { Contestant } from './contestant';
import { Usage, countingClient } from './counting';
import { startEngine } from './engine-process';
import { connectDynamodb, dynamodbSessionStore } from './express-stores';
import { ratio, table } from './markdown';
import { month } from './month';
import { sessionTable } from './ours';
import { measure } from './rounds';
import { SCENARIOS, subjectOf } from './scenarios';
import { Data } from './visits';
import { sessionFactory } from '../src/runtime';
import { sessionFactory as leanFactory } from '../src/runtime/lean';
import { FakeClock } from '../src/testing';

const OPTIONS = { tableName: 'Sessions' };

async function contestants(): Promise<Contestant[]> {
  const client = new DynamoDBClient({});
  return [
    bareSdk(client),
    sessionTable('ours, SDK client', sessionFactory<Data>(OPTIONS)),
    sessionTable('ours, document client', sessionFactory<Data>({ ...OPTIONS, client: DynamoDBDocumentClient.from(client) })),
    sessionTable('ours, lean client', leanFactory<Data>(OPTIONS)),
    connectDynamodb(client),
    dynamodbSessionStore(client),
    await architect(),
  ];
}

async function costs(rounds: number, part: number): Promise<string> {
  const all = await contestants();
  const rows: string[][] = [];
  for (const scenario of SCENARIOS) {
    const shorter = { ...scenario, batch: Math.max(2, Math.round(scenario.batch * part)) };
    // What makes no call is still compared with one: the floor reads.
    const floor = scenario.use === 'none' ? ({ ...shorter, use: 'read', cookie: 'own' } as const) : shorter;
    const measured = await measure(all.map((one, index) => subjectOf(one, index === 0 ? floor : shorter)), { rounds, batch: shorter.batch });
    rows.push([scenario.name, `${measured[0]!.micros.toFixed(0)} µs`, ...measured.slice(1).map(ratio)]);
  }
  return table(['CPU, the bare calls = 1', ...all.map(({ name }) => name)], rows);
}

async function months(): Promise<string> {
  const rows: string[][] = [];
  for (const make of [
    (client: DynamoDBClient, clock: FakeClock) => sessionTable('ours', sessionFactory<Data>({ ...OPTIONS, client, clock }), clock),
    (client: DynamoDBClient) => connectDynamodb(client),
    (client: DynamoDBClient) => dynamodbSessionStore(client),
  ]) {
    const [usage, clock]: [Usage, FakeClock] = [{ calls: 0, read: 0, write: 0 }, new FakeClock()];
    const contestant = make(countingClient(usage), clock);
    const { calls, read, write, dollars } = await month(contestant, usage, clock);
    rows.push([contestant.name, ...[calls, read, write].map((count) => (count / 1e6).toFixed(2)), `$${dollars.toFixed(2)}`]);
  }
  return table(['10 million requests', 'calls (million)', 'read units (million)', 'write units (million)', 'price'], rows);
}

async function main(rounds: number, part: number): Promise<void> {
  const engine = await startEngine();
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  });
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} rounds; median and quartiles\n`);
  console.log(`${await months()}\n`);
  console.log(await costs(rounds, part));
  engine.stop();
  process.exit();
}

const [rounds = 9, part = 1] = process.argv.slice(2).map(Number);
void main(rounds, part);
