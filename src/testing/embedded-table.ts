/// <reference path="./dynalite.d.ts" />
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TransactionFront } from './transaction-front';
import { ENV, DEFAULT_ENV_PREFIX, KEY_ATTRIBUTE, KEY_TYPE } from '../contract';

/** A session table in this process, for tests without an account. */
export interface EmbeddedTable {
  readonly tableName: string;
  /** Where the engine listens, on the loopback. */
  readonly endpoint: string;
  /** A client of the engine, for example for `sessionFactory({ client })`. */
  readonly client: DynamoDBClient;
  /** The handler's environment variables. Put them into `process.env` before you load the handler. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops the engine and the client. */
  stop(): Promise<void>;
}

const REGION = 'us-east-1';

/**
 * Starts dynalite on the loopback, in memory, and makes a table as `SessionTable` does.
 * Needs the package `dynalite`, and adds the transactions that it lacks. It never deletes by TTL.
 */
export async function startEmbeddedTable(tableName = 'Sessions'): Promise<EmbeddedTable> {
  const { default: dynalite } = await import('dynalite');
  const front = await TransactionFront.start(dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  const { endpoint } = front;
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  const stop = async () => {
    client.destroy();
    await front.stop();
  };
  try {
    await createSessionTable(client, tableName);
  } catch (error) {
    await stop();
    throw error;
  }
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
    stop,
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
