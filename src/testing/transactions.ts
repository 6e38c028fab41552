import type { IncomingHttpHeaders } from 'node:http';

type Json = Readonly<Record<string, unknown>>;

/** One operation of a transaction: its kind and its input, in the JSON of DynamoDB's protocol. */
interface Action {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem';
  /** A ConditionCheck, which changes nothing. */
  readonly isCheck: boolean;
  readonly input: Json;
  readonly tableName: string;
  readonly key: Json;
  /** The table and the key as one text. */
  readonly target: string;
}

/** What came of one operation. */
interface Outcome {
  readonly reason: { readonly Code: string; readonly Message?: string; readonly Item?: unknown };
  readonly undo?: (() => Promise<unknown>) | undefined;
  readonly units: number;
}

/** Makes one call of an engine that has no transactions. */
export type Ask = (operation: string, input: unknown, headers: IncomingHttpHeaders) => Promise<unknown>;

/** An error response of DynamoDB. */
export class Refusal extends Error {
  public readonly status: number;
  public readonly body: Json & { readonly __type: string };

  public constructor(status: number, body: Refusal['body']) {
    super(body.__type);
    this.status = status;
    this.body = body;
  }
}

/** How long DynamoDB knows a ClientRequestToken: ten minutes, here in milliseconds. */
const TOKEN_LIFE = 600_000;
const LARGEST = 4 * 1024 * 1024;
const OPERATIONS = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'UpdateItem',
} as const;

/**
 * `TransactWriteItems` on an engine that lacks it: applies one operation after another, and restores the items if any
 * of them is refused. Nothing else may reach the engine in the meantime.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export class Transactions {
  readonly #ask: Ask;
  readonly #now: () => number;
  readonly #done = new Map<string, { readonly request: string; readonly until: number }>();

  /** @param now - gives milliseconds that only increase, for the life of tokens */
  public constructor(ask: Ask, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** @throws Refusal as DynamoDB answers */
  public async write(request: unknown, headers: IncomingHttpHeaders): Promise<Json> {
    const { ClientRequestToken: token, ...rest } = Object(request) as Json & { readonly ClientRequestToken?: string };
    const content = JSON.stringify(rest);
    if (token !== undefined && (token.length < 1 || token.length > 36)) {
      throw invalid('ClientRequestToken has 1 to 36 characters');
    }
    if (token !== undefined && this.#isDone(token, content)) return {};
    const actions = await this.#read(rest, headers);
    const outcomes: Outcome[] = [];
    try {
      for (const action of actions) outcomes.push(await this.#apply(action, headers));
      if (outcomes.some(({ reason }) => reason.Code !== 'None')) throw cancelled(outcomes);
    } catch (error) {
      for (const { undo } of outcomes) await undo?.();
      throw error;
    }
    for (const [i, { undo }] of outcomes.entries()) if (actions[i]?.isCheck === true) await undo?.();
    if (token !== undefined) this.#done.set(token, { request: content, until: this.#now() + TOKEN_LIFE });
    return rest.ReturnConsumedCapacity === undefined || rest.ReturnConsumedCapacity === 'NONE'
      ? {}
      : { ConsumedCapacity: capacityOf(actions, outcomes) };
  }

  #isDone(token: string, request: string): boolean {
    for (const [known, { until }] of this.#done) if (until <= this.#now()) this.#done.delete(known);
    const earlier = this.#done.get(token);
    if (earlier !== undefined && earlier.request !== request) throw refusal('IdempotentParameterMismatchException');
    return earlier !== undefined;
  }

  async #read({ TransactItems: items }: Json, headers: IncomingHttpHeaders): Promise<Action[]> {
    if (!Array.isArray(items) || items.length < 1 || items.length > 100) {
      throw invalid('TransactItems has 1 to 100 members');
    }
    const actions: Action[] = [];
    for (const item of items as readonly Json[]) {
      const [kind, ...more] = Object.keys(item);
      if (kind === undefined || !Object.hasOwn(OPERATIONS, kind) || more.length > 0) {
        throw invalid('TransactItem must contain exactly one action');
      }
      const input = item[kind] as Json & { readonly TableName: string };
      const key = (input.Key ?? (await this.#keyOf(input.TableName, input.Item as Json, headers))) as Json;
      const target = JSON.stringify([input.TableName, key]);
      if (actions.some((other) => other.target === target)) {
        throw invalid('Transaction request cannot include multiple operations on one item');
      }
      actions.push({
        operation: OPERATIONS[kind as keyof typeof OPERATIONS],
        isCheck: kind === 'ConditionCheck',
        input,
        tableName: input.TableName,
        key,
        target,
      });
    }
    const size = actions.reduce(
      (bytes, { input }) => bytes + (input.Item === undefined ? 0 : JSON.stringify(input.Item).length),
      0,
    );
    if (size > LARGEST) throw invalid('the items of a transaction may have 4 MB together');
    return actions;
  }

  async #keyOf(TableName: string, item: Json, headers: IncomingHttpHeaders): Promise<Json> {
    const { Table } = (await this.#ask('DescribeTable', { TableName }, headers)) as {
      readonly Table: { readonly KeySchema: readonly { readonly AttributeName: string }[] };
    };
    return Object.fromEntries(Table.KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
  }

  async #apply(
    { operation, input, tableName: TableName, key: Key }: Action,
    headers: IncomingHttpHeaders,
  ): Promise<Outcome> {
    const { ReturnValuesOnConditionCheckFailure: onFailure, ...rest } = input;
    try {
      const asked = { ...rest, ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' };
      const { Attributes: old, ConsumedCapacity } = (await this.#ask(operation, asked, headers)) as {
        readonly Attributes?: Json;
        readonly ConsumedCapacity?: { readonly CapacityUnits: number };
      };
      return {
        reason: { Code: 'None' },
        undo: () =>
          old === undefined
            ? this.#ask('DeleteItem', { TableName, Key }, headers)
            : this.#ask('PutItem', { TableName, Item: old }, headers),
        units: ConsumedCapacity?.CapacityUnits ?? 0,
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const name = error.body.__type.split('#').at(-1);
      const Message = String(error.body.message ?? error.body.Message ?? '');
      if (name === 'ValidationException') return { reason: { Code: 'ValidationError', Message }, units: 0 };
      if (name !== 'ConditionalCheckFailedException') throw error;
      const { Item } = (await this.#ask('GetItem', { TableName, Key, ConsistentRead: true }, headers)) as {
        readonly Item?: unknown;
      };
      return {
        reason: {
          Code: 'ConditionalCheckFailed',
          Message,
          ...(onFailure === 'ALL_OLD' && Item !== undefined && { Item }),
        },
        units: 0,
      };
    }
  }
}

function cancelled(outcomes: readonly Outcome[]): Refusal {
  const CancellationReasons = outcomes.map(({ reason }) => reason);
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  const Message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return refusal('TransactionCanceledException', { Message, CancellationReasons });
}

/** A transaction costs twice what its writes cost alone. */
function capacityOf(actions: readonly Action[], outcomes: readonly Outcome[]): Json[] {
  const units = new Map<string, number>();
  for (const [i, { tableName }] of actions.entries()) {
    units.set(tableName, (units.get(tableName) ?? 0) + 2 * (outcomes[i]?.units ?? 0));
  }
  return [...units].map(([TableName, all]) => ({ TableName, CapacityUnits: all, WriteCapacityUnits: all }));
}

function invalid(message: string): Refusal {
  return refusal('ValidationException', { message }, 'com.amazon.coral.validate');
}

function refusal(name: string, members: Json = {}, namespace = 'com.amazonaws.dynamodb.v20120810'): Refusal {
  return new Refusal(400, { __type: `${namespace}#${name}`, ...members });
}
