import { AttributeValue, CreateTableCommand, CreateTableCommandInput, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { TransactionFront } from '../../src/testing/transaction-front';

/** What the SDK needs to sign a request; the engine accepts anything. */
export const ENGINE_ACCESS = { region: 'us-east-1', accessKeyId: 'demo', secretAccessKey: 'demo' } as const;

/** Keeps the SDK from warning of the Node.js that it runs on, which in Lambda is a newer one. */
export const ENGINE_QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } as const;

/** An item, as the engine returns it. */
export type EngineItem = Record<string, AttributeValue>;

/** An embedded engine that speaks DynamoDB's protocol, with transactions, and keeps everything in memory. */
export class Engine {
  private front!: TransactionFront;
  private client!: DynamoDBClient;
  private tableName = '';

  /** Starts the engine with one table. */
  public async start(table: CreateTableCommandInput): Promise<void> {
    this.front = await TransactionFront.start(dynalite({ createTableMs: 0 }));
    const { region, ...credentials } = ENGINE_ACCESS;
    this.client = new DynamoDBClient({ endpoint: this.url.href, region, credentials });
    this.tableName = table.TableName!;
    await this.client.send(new CreateTableCommand(table));
  }

  public get url(): URL {
    return new URL(this.front.endpoint);
  }

  /** Reads an item without the meter. */
  public async item(key: Uint8Array): Promise<EngineItem | undefined> {
    const input = { TableName: this.tableName, Key: { sid: { B: key } }, ConsistentRead: true };
    const { Item } = await this.client.send(new GetItemCommand(input));
    return Item;
  }

  public async close(): Promise<void> {
    this.client.destroy();
    await this.front.stop();
  }
}
