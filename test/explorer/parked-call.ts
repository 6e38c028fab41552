import { keyOf } from './stored-state';
import type { Item, SessionClient } from '../../src/runtime';
import type { MemoryTable } from '../../src/testing';
import { awsError } from '../support/scripted-client';

const OPERATIONS = {
  getItem: 'GetItem', putItem: 'PutItem', updateItem: 'UpdateItem', deleteItem: 'DeleteItem', transactWrite: 'TransactWriteItems',
} as const;
type Verb = keyof typeof OPERATIONS;
type Verbs = Readonly<Record<Verb, (input: object) => Promise<unknown>>>;

interface Keyed {
  readonly Key?: Item;
  readonly Item?: Item;
}

/** A call that waits until the explorer says what becomes of it. */
export class ParkedCall {
  readonly #settle: { resolve(output: unknown): void; reject(error: unknown): void };

  /** What came of it: `done`, or the error. */
  public outcome = '';

  public constructor(
    public readonly visit: string,
    public readonly verb: Verb,
    public readonly input: object,
    settle: { resolve(output: unknown): void; reject(error: unknown): void },
  ) {
    this.#settle = settle;
  }

  public get operation(): string {
    return OPERATIONS[this.verb];
  }

  /** The keys of the items that it reads or writes. */
  public get keys(): string[] {
    const { TransactItems } = this.input as { readonly TransactItems?: readonly Readonly<Record<string, Keyed>>[] };
    const members = TransactItems?.flatMap((member) => Object.values(member)) ?? [this.input as Keyed];
    return members.map(({ Key, Item: item }) => keyOf(Key ?? item ?? {}));
  }

  public get isRead(): boolean {
    return this.verb === 'getItem';
  }

  public get isEventual(): boolean {
    return this.isRead && (this.input as { readonly ConsistentRead?: boolean }).ConsistentRead !== true;
  }

  /** Applies it to the table; what it gives hands the answer on, if somebody waits for it. */
  public async apply(table: MemoryTable, spoil: (input: never) => object = (input) => input): Promise<() => void> {
    try {
      const output = await (table as unknown as Verbs)[this.verb](spoil(this.input as never));
      this.outcome = 'done';
      return () => this.answer(output);
    } catch (error) {
      const { name, message } = error as Error;
      this.outcome = `${name}: ${message}`;
      return () => this.#settle.reject(error);
    }
  }

  public answer(output: unknown): void {
    this.#settle.resolve(output);
  }

  /** Tells the one who waits that there was no answer in time. */
  public timeOut(): void {
    this.#settle.reject(awsError('TimeoutError'));
  }

  /** The members that write without a condition; deletions need none. */
  public unconditional(): string[] {
    const { TransactItems: members } = this.input as { readonly TransactItems?: readonly Readonly<Record<string, object>>[] };
    const writes = members?.flatMap((member) => Object.entries(member)) ?? [[this.verb, this.input] as const];
    return writes
      .filter(([verb, input]) => /put|update/i.test(verb) && typeof (input as { ConditionExpression?: string }).ConditionExpression !== 'string')
      .map(([verb]) => verb);
  }
}

/** A client whose every call parks. */
export function parkingClient(visit: string, park: (call: ParkedCall) => void): SessionClient {
  const verbs = Object.keys(OPERATIONS).map((verb) => [
    verb,
    (input: object) => new Promise((resolve, reject) => park(new ParkedCall(visit, verb as Verb, input, { resolve, reject }))),
  ]);
  return { singleAttempt: true, ...Object.fromEntries(verbs) } as SessionClient;
}
