/// <reference path="./dynalite.d.ts" />
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ENV, DEFAULT_ENV_PREFIX, KEY_ATTRIBUTE, KEY_TYPE } from '../contract';

/** A session table in this process, for tests without an account. */
export interface EmbeddedTable {
  readonly tableName: string;
  /** Where the engine listens, on the loopback. */
  readonly endpoint: string;
  /** A client of the engine. Close over it or give it to `sessionFactory({ client })`. */
  readonly client: DynamoDBClient;
  /** What a handler's environment needs, to be put into `process.env` before the handler is loaded. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the engine and the client. */
  stop(): Promise<void>;
}

const REGION = 'us-east-1';

/**
 * Starts dynalite on the loopback, in memory, and makes a table as `SessionTable` does.
 * Needs the package `dynalite`. It never deletes by TTL.
 */
export async function startEmbeddedTable(tableName = 'Sessions'): Promise<EmbeddedTable> {
  const { default: dynalite } = await import('dynalite');
  const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  await createSessionTable(client, tableName);
  return {
    tableName,
    endpoint,
    client,
    environment: {
      [DEFAULT_ENV_PREFIX + ENV.name]: tableName,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Makes a table with the key that sessions need, on demand. */
export async function createSessionTable(client: DynamoDBClient, tableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [{ AttributeName: KEY_ATTRIBUTE, AttributeType: KEY_TYPE }],
      KeySchema: [{ AttributeName: KEY_ATTRIBUTE, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}
