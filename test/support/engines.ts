import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EmbeddedTable, createSessionTable, startEmbeddedTable } from '../../src/testing';

/** Something that speaks DynamoDB's protocol, with a table of sessions in it. */
export interface Engine {
  readonly name: string;
  start(): Promise<EmbeddedTable>;
}

export const DYNALITE: Engine = { name: 'dynalite', start: () => startEmbeddedTable() };

const CREDENTIALS = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };

/**
 * The engine whose binary is there for some platforms alone; nothing where it is not, and the log says so.
 *
 * @throws Error in CI on Linux x64, where there is a binary: what only it shows must not go untried unnoticed
 */
export function findDynoxide(): Engine | undefined {
  const binary = dynoxideBinary();
  const platform = `${process.platform}-${process.arch}`;
  if (binary === undefined) {
    const message = `NOT RUN on dynoxide: its binary for ${platform} is not installed. Not tried: ${notTried().join('; ')}.`;
    if (process.env.CI && platform === 'linux-x64') throw new Error(`${message} Install the optional dependencies.`);
    console.warn(message);
    return undefined;
  }
  return { name: 'dynoxide', start: () => startDynoxide(binary) };
}

/** The guarantees that only dynoxide shows, as dynalite lacks what they stand on. */
export function notTried(): string[] {
  return [
    'that a refused write brings the item that refused it, so that a lost answer costs no further read',
    'that a transaction of several items is applied as a whole or not at all, and once for each token',
    'that the table in memory does to transactions what an engine does',
    'that races, lost answers, late calls and replicas that lag end alike on a second engine',
  ];
}

/** Both embedded engines, as far as they are here. */
export function embeddedEngines(): Engine[] {
  return [DYNALITE, findDynoxide()].filter((engine) => engine !== undefined);
}

/** An engine that the user has, with a table of its own for each start. */
export function engineAt(endpoint: string): Engine {
  return {
    name: endpoint,
    start: async () => {
      const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
      const tableName = `Sessions-${process.pid}-${Date.now()}`;
      return tableIn(client, endpoint, tableName, async () => void (await client.send(new DeleteTableCommand({ TableName: tableName }))));
    },
  };
}

function dynoxideBinary(): string | undefined {
  const name = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  try {
    const from = createRequire(join(__dirname, '../engines/package.json'));
    const binary = join(dirname(from.resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`)), name);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

async function startDynoxide(binary: string): Promise<EmbeddedTable> {
  const port = await freePort();
  const server = spawn(binary, ['--port', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  // It listens a few milliseconds after it was started; until then each attempt is refused at once.
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 });
  for (const until = Date.now() + 10_000; ;) {
    try {
      await client.send(new ListTablesCommand({}));
      break;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
  return tableIn(client, endpoint, 'Sessions', async () => {
    server.kill();
    await ended;
  });
}

async function tableIn(client: DynamoDBClient, endpoint: string, tableName: string, end: () => Promise<void>): Promise<EmbeddedTable> {
  await createSessionTable(client, tableName);
  const stop = async (): Promise<void> => {
    await end();
    client.destroy();
  };
  return { tableName, endpoint, client, environment: {}, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
