import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type SessionClient, type SessionFactory, type SessionFactoryOptions, sessionFactory } from '../../../src/runtime';
import { sdkClient } from '../../../src/runtime/client/sdk-client';
import { type EmbeddedTable, FakeClock, startEmbeddedTable } from '../../../src/testing';

/** What sessions hold in these tests. */
export interface Shop {
  name: string;
  count: number;
  cart: string[];
  note: string;
}

type Verb = 'getItem' | 'putItem' | 'updateItem' | 'deleteItem';

/** A call that is held before it reaches the table. */
export interface Gate {
  readonly reached: Promise<void>;
  open(): void;
}

/** The table of one file of tests: what was called, and what is to go wrong. */
export class Table {
  public static async start(): Promise<Table> {
    return new Table(await startEmbeddedTable());
  }

  public readonly clock = new FakeClock();
  public readonly calls: string[] = [];
  public readonly events: string[] = [];
  /** The name of the error that each call rejects with, while there is one. */
  public failure: string | undefined;
  readonly #table: EmbeddedTable;
  readonly #holds: { readonly verb: Verb; readonly arrive: () => void; readonly opened: Promise<void> }[] = [];

  private constructor(table: EmbeddedTable) {
    this.#table = table;
  }

  public sessions<Data extends object = Shop>(options: SessionFactoryOptions = {}): SessionFactory<Data> {
    const onEvent = ({ type }: { readonly type: string }): void => void this.events.push(type);
    const given = { tableName: this.#table.tableName, client: this.#client(), clock: this.clock, onEvent, ...options };
    return sessionFactory(given) as unknown as SessionFactory<Data>;
  }

  /** The names of the calls since the last time. */
  public takeCalls(): string[] {
    return this.calls.splice(0);
  }

  /** How many sessions there are, without those that were ended. */
  public async items(): Promise<number> {
    return (await this.scan()).filter((item) => !Object.hasOwn(item, 'frz')).length;
  }

  public async scan(): Promise<object[]> {
    const { Items = [] } = await this.#table.client.send(new ScanCommand({ TableName: this.#table.tableName }));
    return Items;
  }

  /** Holds the next call of a verb. */
  public hold(verb: Verb): Gate {
    let arrive = (): void => undefined;
    let open = (): void => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#holds.push({ verb, arrive, opened });
    return { reached, open };
  }

  public stop(): Promise<void> {
    return this.#table.stop();
  }

  #client(): SessionClient {
    const client: SessionClient = sdkClient(this.#table.client as Pick<DynamoDBClient, 'send'>);
    const pass = (verb: Verb) => async (input: never, options: never): Promise<unknown> => {
      const { ConsistentRead } = Object(input) as { readonly ConsistentRead?: boolean };
      this.calls.push(ConsistentRead === true ? `${verb}(strong)` : verb);
      const held = this.#holds.findIndex((hold) => hold.verb === verb);
      if (held >= 0) {
        const [hold] = this.#holds.splice(held, 1);
        hold?.arrive();
        await hold?.opened;
      }
      if (this.failure !== undefined) throw Object.assign(new Error(this.failure), { name: this.failure, $metadata: { httpStatusCode: 400 } });
      return (client[verb] as (input: never, options: never) => Promise<unknown>)(input, options);
    };
    const verbs = { getItem: pass('getItem'), putItem: pass('putItem'), updateItem: pass('updateItem'), deleteItem: pass('deleteItem') };
    return { ...verbs } as unknown as SessionClient;
  }
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await wait(0);
}
