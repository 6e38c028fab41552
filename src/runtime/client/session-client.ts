/** One value in DynamoDB's own form. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

/** An item to write. */
export type Item = Record<string, AttributeValue>;

/** What every call says: which table, which session. */
export interface KeyInput {
  TableName: string;
  Key: Item;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export interface GetItemInput extends KeyInput {
  ConsistentRead?: boolean;
}

/** The condition of a write. */
export interface ConditionInput {
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export interface PutItemInput extends ConditionInput {
  TableName: string;
  Item: Item;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export interface UpdateItemInput extends KeyInput, ConditionInput {
  UpdateExpression: string;
  /** Asks for the item that refused the write; what does not know it may leave it out. */
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export type DeleteItemInput = KeyInput;

/** What comes with each call. */
export interface CallOptions {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * The four operations that a session needs, in the shapes of DynamoDB's API.
 *
 * A call rejects with an error whose `name` is DynamoDB's name of it
 * (`ConditionalCheckFailedException`, `ThrottlingException`, …). Where there
 * was an answer, `$metadata.httpStatusCode` has its status, and
 * `$metadata.attempts` how many times the call was sent. A refused condition
 * may carry the item as `Item`.
 */
export interface SessionClient {
  /**
   * Whether a call is one attempt, so that the store may repeat it.
   *
   * @default false - the client repeats failed calls itself
   */
  readonly singleAttempt?: boolean;
  getItem(input: GetItemInput, options: CallOptions): Promise<{ readonly Item?: unknown }>;
  putItem(input: PutItemInput, options: CallOptions): Promise<unknown>;
  updateItem(input: UpdateItemInput, options: CallOptions): Promise<unknown>;
  deleteItem(input: DeleteItemInput, options: CallOptions): Promise<unknown>;
}

/** A client of the AWS SDK, plain or document, known by its one method. */
export interface ClientOfSdk {
  send(...args: never[]): unknown;
}

/** What a client of our own making is to know. */
export interface ClientSettings {
  readonly region: string | undefined;
  /** Milliseconds for one call, with all that is repeated of it. */
  readonly deadline: number;
}
