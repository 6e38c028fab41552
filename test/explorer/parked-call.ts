import type { SessionClient } from '../../src/runtime';
import type { MemoryTable } from '../../src/testing';
import { awsError } from '../support/scripted-client';

const OPERATIONS = {
  getItem: 'GetItem', putItem: 'PutItem', updateItem: 'UpdateItem', deleteItem: 'DeleteItem', transactWrite: 'TransactWriteItems',
} as const;
type Verb = keyof typeof OPERATIONS;
type Verbs = Readonly<Record<Verb, (input: object) => Promise<unknown>>>;

/** A call that waits until the explorer says what becomes of it. */
export class ParkedCall {
  readonly #settle: { resolve(output: unknown): void; reject(error: unknown): void };

  /** What came of it, as a text. */
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
      this.outcome = `answered ${shown(output)}`;
      return () => this.answer(output);
    } catch (error) {
      const { name, Item: item, CancellationReasons: reasons } = error as { name: string; Item?: unknown; CancellationReasons?: unknown };
      this.outcome = `${name} ${shown({ item, reasons })}`;
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
    const writes = this.verb === 'transactWrite'
      ? (this.input as { readonly TransactItems: readonly Readonly<Record<string, object>>[] }).TransactItems.flatMap((member) => Object.entries(member))
      : [[this.verb, this.input] as const];
    return writes
      .filter(([verb, input]) => /put|update/i.test(verb) && typeof (input as { ConditionExpression?: string }).ConditionExpression !== 'string')
      .map(([verb]) => verb);
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (member instanceof Uint8Array ? Buffer.from(member).toString('hex') : member));
}

/** A client whose every call parks. */
export function parkingClient(visit: string, park: (call: ParkedCall) => void): SessionClient {
  const verbs = Object.keys(OPERATIONS).map((verb) => [
    verb,
    (input: object) => new Promise((resolve, reject) => park(new ParkedCall(visit, verb as Verb, input, { resolve, reject }))),
  ]);
  return { singleAttempt: true, ...Object.fromEntries(verbs) } as SessionClient;
}
