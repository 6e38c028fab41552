/**
 * From the start of an execution environment to its first read, under Lambda's own runtime client: the CPU of the whole process,
 * which is mostly Node's and the runtime client's. For each version of Node that is installed. Usage: lambda-starts.ts [starts of each]
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startEngine } from './engine-process';
import { connectDynamodb } from './express-stores';
import { ratio, row } from './markdown';
import { sessionTable } from './ours';
import { measure } from './rounds';
import { Data } from './visits';
import { sessionFactory } from '../src/runtime';
import { LambdaEnvironment } from '../test/freeze/lambda-environment';

const SUBJECTS = { 'bare': 'client only', 'runtime': './runtime', 'lean': './lean', 'connect-dynamodb': 'connect-dynamodb' } as const;

/** Installed by `npm run bench:starts`, where they exist for the platform. */
const OTHERS = ['node-22', 'node-24'].map((name) => join(process.cwd(), 'bench/node_modules', name, 'bin/node'));

async function start(subject: string, format: 'cjs' | 'esm', node: string, variables: Readonly<Record<string, string | undefined>>): Promise<number> {
  const environment = await LambdaEnvironment.start({ entry: join(process.cwd(), 'bench/cold', `${subject}.ts`), format, node, variables });
  const { answer, isError } = await environment.invoke({});
  await environment.stop();
  if (isError) throw new Error(`${subject}, ${format}: ${JSON.stringify(answer)}`);
  const { user, system } = answer as NodeJS.CpuUsage;
  return user + system;
}

async function main(rounds: number): Promise<void> {
  const engine = await startEngine();
  const account = {
    AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench',
  };
  Object.assign(process.env, account);
  const variables = {
    ...account,
    COOKIE: await sessionTable('', sessionFactory<Data>({ tableName: 'Sessions' })).visit(undefined, 'sign-in', 1000),
    EXPRESS_COOKIE: await connectDynamodb(new DynamoDBClient({})).visit(undefined, 'sign-in', 1000),
  };
  console.log(`${new Date().toISOString().slice(0, 10)}, ${engine.name}, ${rounds} starts of each; medians and quartiles, the client only = 1\n`);
  console.log(`${row(['Node, bundle', ...Object.values(SUBJECTS)])}\n${row(Array<string>(5).fill('---'))}`);
  for (const node of [process.execPath, ...OTHERS.filter((path) => existsSync(path))]) {
    const version = execFileSync(node, ['--version']).toString().trim();
    for (const format of ['cjs', 'esm'] as const) {
      const subjects = Object.keys(SUBJECTS).map((name) => ({ name, run: () => start(name, format, node, variables) }));
      const costs = await measure(subjects, { rounds, batch: 1 });
      console.log(row([`${version}, ${format}`, `${(costs[0]!.micros / 1000).toFixed(0)} ms`, ...costs.slice(1).map(ratio)]));
    }
  }
  engine.stop();
  process.exit();
}

void main(Number(process.argv[2] ?? 9));
