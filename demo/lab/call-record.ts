/** One attempt of a call to DynamoDB, as the meter saw it. */
export interface DynamoCall {
  readonly operation: string;
  readonly kind: 'read' | 'write';
  /** Writes are always consistent. */
  readonly consistent: boolean;
  /** The line of the handler that asked for it; 0 for what the library does by itself once the handler has returned. */
  readonly line: number;
  /** Milliseconds since the request began. */
  readonly startedAt: number;
  endedAt: number;
  /** Request units, as the engine counts them. */
  units: number;
  /** What came back, if it is not what was asked for: `condition not met`, `throttled`, `no answer`. */
  outcome?: string;
}

/** Whether the condition of a write was not met: nothing was written, and it costs the same. */
export const REFUSED = 'condition not met';

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Answer {
  readonly __type?: string;
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

interface TransactItem {
  readonly Put?: { readonly Item: object };
}

/** Bytes in one write unit. */
const KILOBYTE = 1024;

/** Notes the engine's response in the record. */
export function noteAnswer(call: DynamoCall, asked: object, answer: Answer): void {
  const { __type: type = '', ConsumedCapacity } = answer;
  if (/#(?:ConditionalCheckFailed|TransactionCanceled)Exception$/.test(type)) call.outcome = REFUSED;
  else if (type !== '') call.outcome = type.split('#').pop()!;
  const capacities = [ConsumedCapacity ?? []].flat();
  const counted = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  if (call.operation === 'TransactWriteItems') call.units = transactionUnits(asked as { TransactItems?: readonly TransactItem[] });
  // A refused write is billed like a write, but the error does not say its units. Such items are below 1 KB here, so it
  // is one.
  else call.units = counted || (call.outcome === REFUSED ? 1 : 0);
}

/**
 * The embedded engine does not count transactions: each write in one is two units a kilobyte.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 */
function transactionUnits({ TransactItems = [] }: { readonly TransactItems?: readonly TransactItem[] }): number {
  return TransactItems.reduce((sum, { Put }) => sum + 2 * (Put ? Math.ceil(JSON.stringify(Put.Item).length / KILOBYTE) : 1), 0);
}
