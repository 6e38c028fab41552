import { inspect } from 'node:util';
import { AttributeValue, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { findId } from './canary';
import { DYNALITE, Engine } from './engines';
import { keyOf } from '../../src/runtime/table/key';
import { EmbeddedTable } from '../../src/testing';

/** One call that went to DynamoDB. */
export interface RecordedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A table for one test file, that tells which calls were made. */
export class TestTable {
  public static async start(engine: Engine = DYNALITE): Promise<TestTable> {
    return new TestTable(await engine.start());
  }

  public readonly calls: RecordedCall[] = [];
  /** The client whose calls are recorded. */
  public readonly client: DynamoDBClient;
  readonly #table: EmbeddedTable;

  private constructor(table: EmbeddedTable) {
    this.#table = table;
    this.client = new DynamoDBClient({ endpoint: table.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    this.client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          this.calls.push({ operation: commandName.replace(/Command$/, ''), input: args.input as RecordedCall['input'] });
          return next(args);
        },
      { step: 'initialize' },
    );
  }

  public get name(): string {
    return this.#table.tableName;
  }

  public get endpoint(): string {
    return this.#table.endpoint;
  }

  public get environment(): Readonly<Record<string, string>> {
    return this.#table.environment;
  }

  /** The names of the calls since the last time, `GetItem(strong)` for a consistent read. */
  public takeCalls(): string[] {
    return this.calls.splice(0).map(({ operation, input }) => (input.ConsistentRead === true ? `${operation}(strong)` : operation));
  }

  public async items(): Promise<Record<string, AttributeValue>[]> {
    const { Items = [] } = await this.#table.client.send(new ScanCommand({ TableName: this.name }));
    return Items;
  }

  public async item(id: string): Promise<Record<string, AttributeValue> | undefined> {
    const Key = { sid: { B: keyOf(id) } };
    return (await this.#table.client.send(new GetItemCommand({ TableName: this.name, Key, ConsistentRead: true }))).Item;
  }

  /** Puts an item as it is, past the library. */
  public async put(item: Record<string, AttributeValue>): Promise<void> {
    await this.#table.client.send(new PutItemCommand({ TableName: this.name, Item: item }));
  }

  /** Deletes an item past the library, as TTL does. */
  public async remove(id: string): Promise<void> {
    await this.#table.client.send(new DeleteItemCommand({ TableName: this.name, Key: { sid: { B: keyOf(id) } } }));
  }

  /** Deletes an item as it was read, past the library. */
  public async removeItem({ sid }: Record<string, AttributeValue>): Promise<void> {
    if (sid !== undefined) await this.#table.client.send(new DeleteItemCommand({ TableName: this.name, Key: { sid } }));
  }

  /** Ends the table, in which no session id may stand by then. */
  public async stop(): Promise<void> {
    expect(findId((await this.items()).map((item) => inspect(item, { depth: 9, maxStringLength: null })))).toBeUndefined();
    this.client.destroy();
    await this.#table.stop();
  }
}
