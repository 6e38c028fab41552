/** One value in DynamoDB's own form. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

/** An item to write. */
export type Item = Record<string, AttributeValue>;

/** What every call names: the table and the session. */
export interface KeyInput {
  TableName: string;
  Key: Item;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export interface GetItemInput extends KeyInput {
  ConsistentRead?: boolean;
}

/** What every write may ask for. */
export interface WriteInput {
  /**
   * Asks for the units that the write consumes, returned as `ConsumedCapacity`. A client that does not know the setting
   * may ignore it.
   */
  ReturnConsumedCapacity?: 'TOTAL';
}

/** The condition of a write. */
export interface ConditionInput {
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  /** Asks for the item that failed the condition. A client that does not know the setting may ignore it. */
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export interface PutItemInput extends ConditionInput, WriteInput {
  TableName: string;
  Item: Item;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export interface UpdateItemInput extends KeyInput, ConditionInput, WriteInput {
  UpdateExpression: string;
  /** Asks for the whole item as it is after the write. */
  ReturnValues?: 'ALL_NEW';
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export interface DeleteItemInput extends KeyInput, Partial<ConditionInput>, WriteInput {}

/** One write of a transaction. */
export type TransactWriteItem =
  | { Put: Omit<PutItemInput, keyof WriteInput> }
  | { Update: Omit<UpdateItemInput, 'ReturnValues' | keyof WriteInput> }
  | { Delete: Omit<DeleteItemInput, keyof WriteInput> };

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export interface TransactWriteItemsInput extends WriteInput {
  /** At most 100, each of another item. */
  TransactItems: TransactWriteItem[];
  /** 1 to 36 characters. DynamoDB applies the same transaction under the same token once, for 10 minutes. */
  ClientRequestToken: string;
}

/** What comes with each call. */
export interface CallOptions {
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /**
   * A client that repeats failed calls itself reports every attempt that failed, the last one too. So the store knows
   * whether one of them may have been applied.
   *
   * @default - an attempt that only `$metadata.attempts` counts may have been applied
   */
  readonly onFailedAttempt?: (error: unknown) => void;
}

/**
 * The four operations that a session needs, and a fifth for a user's sessions, in
 * the shapes of DynamoDB's API.
 *
 * A call rejects with an error whose `name` is DynamoDB's name for it
 * (`ConditionalCheckFailedException`, `ThrottlingException`, …), or with Node's
 * error where the network failed, whose `code` and `syscall` say how. If there
 * was a response, `$metadata.httpStatusCode` has its status, and
 * `$metadata.attempts` how often the call was sent. A refused condition may carry
 * the item as `Item`, a cancelled transaction its `CancellationReasons`.
 */
export interface SessionClient {
  /**
   * Whether a call is one attempt, so that the store may repeat it.
   *
   * @default - `false`: the client repeats failed calls itself
   */
  readonly singleAttempt?: boolean;
  /** The URL that calls go to, for the message of one that could not be sent. It may be known only after a failure. */
  readonly endpoint?: string | undefined;
  getItem(input: GetItemInput, options: CallOptions): Promise<{ readonly Item?: unknown }>;
  putItem(input: PutItemInput, options: CallOptions): Promise<unknown>;
  updateItem(input: UpdateItemInput, options: CallOptions): Promise<{ readonly Attributes?: unknown }>;
  deleteItem(input: DeleteItemInput, options: CallOptions): Promise<unknown>;
  /** Needed only for the sessions of users. */
  transactWrite?(input: TransactWriteItemsInput, options: CallOptions): Promise<unknown>;
}

/** A client of the AWS SDK: `DynamoDBClient`, `DynamoDB` or `DynamoDBDocumentClient`. */
export interface ClientOfSdk {
  send(...args: never[]): unknown;
}

/**
 * Whether a client is the SDK's, which its `send` shows, and not an
 * implementation of the port. The SDK's `DynamoDB` has methods with the names of
 * the port's, but they take the signal elsewhere and do not notice an empty
 * response.
 */
export function isClientOfSdk(client: SessionClient | ClientOfSdk): client is ClientOfSdk {
  return typeof (client as Partial<ClientOfSdk>).send === 'function';
}

/** What the library passes to the clients that it makes. */
export interface ClientSettings {
  readonly region: string | undefined;
  /** Milliseconds for one call with all its repetitions. */
  readonly deadline: number;
}
