import { copiedItem, dynamoError, invalid, unknown } from './expression';
import {
  Prepared, Write, checked, deleteOf, fitting, itemOfRefusal, keyName, nameOf, putOf, sizeOf, updateOf,
} from './memory-write';
import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../contract';
import type {
  GetItemInput, Item, KeyInput, PutItemInput, SessionClient, UpdateItemInput,
} from '../runtime/client/session-client';
import type { Clock } from '../runtime/clock';

/** Options of a table in memory. */
export interface MemoryTableOptions {
  /** The time, for `sweep` and for tokens of transactions. @default - the machine's */
  readonly clock?: Pick<Clock, 'now'>;
}

/** One member of a transaction: just one of them. */
interface TransactMember {
  readonly Put?: Write;
  readonly Update?: Write;
  readonly Delete?: Write;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export interface MemoryTransactInput {
  readonly TransactItems: readonly TransactMember[];
  readonly ClientRequestToken?: string;
}

/** How long DynamoDB knows the token of a transaction, in milliseconds. */
const TOKEN_LIFE = 600_000;
const MOST_MEMBERS = 100;
const LARGEST_TRANSACTION = 4_194_304;
const REFUSED = 'The conditional request failed';

/**
 * A session table in memory: a `SessionClient` for tests of handlers, without an engine, a socket or a package.
 *
 * It handles every call that sessions make as DynamoDB does, one call at a time: conditions, paths, `ALL_NEW`, the item
 * of a refusal, transactions with their reasons and tokens, 400 KB for an item and 4 KB for an expression. Expressions
 * that sessions don't write are refused (`UnknownExpression`), never guessed at. Every read is strongly consistent, and
 * the table answers to any name.
 *
 * ```ts
 * const table = memoryTable();
 * const sessions = sessionFactory({ tableName: 'Sessions', client: table });
 * ```
 */
export class MemoryTable implements SessionClient {
  /** The store repeats, as it does with its own client. */
  public readonly singleAttempt = true;
  readonly #now: () => number;
  readonly #items = new Map<string, Item>();
  readonly #tokens = new Map<string, { readonly content: string; readonly until: number }>();

  public constructor({ clock = { now: () => Date.now() } }: MemoryTableOptions = {}) {
    this.#now = () => clock.now();
  }

  /** All items, as copies, in the order of their creation. */
  public items(): Item[] {
    return [...this.#items.values()].map((item) => copiedItem(item));
  }

  /** Puts an item without any condition, as another program would. */
  public put(item: Item): void {
    this.#items.set(nameOf(item), copiedItem(checked(item)));
  }

  /** Deletes an item without any condition. @param key - the value of `sid` */
  public remove(key: Uint8Array): void {
    this.#items.delete(nameOf({ [KEY_ATTRIBUTE]: { B: key } }));
  }

  /** Deletes items past their `exp`, as TTL does within days. */
  public sweep(): void {
    for (const [name, item] of this.#items) {
      const exp = item[TTL_ATTRIBUTE];
      if (exp !== undefined && 'N' in exp && Number(exp.N) <= Math.floor(this.#now() / 1000)) this.#items.delete(name);
    }
  }

  public async getItem({ Key }: GetItemInput): Promise<{ Item?: Item }> {
    const item = this.#items.get(keyName(Key));
    return item === undefined ? {} : { Item: copiedItem(item) };
  }

  public async putItem(input: PutItemInput): Promise<object> {
    this.#write(putOf(input));
    return {};
  }

  public async updateItem(input: UpdateItemInput & Write): Promise<{ Attributes?: Item }> {
    const { ReturnValues = 'NONE' } = input as Write;
    if (ReturnValues !== 'NONE' && ReturnValues !== 'ALL_NEW') throw unknown(`ReturnValues: '${ReturnValues}'`);
    const after = this.#write(updateOf(input));
    return ReturnValues === 'ALL_NEW' && after !== undefined ? { Attributes: copiedItem(after) } : {};
  }

  public async deleteItem(input: KeyInput & Write): Promise<object> {
    this.#write(deleteOf(input));
    return {};
  }

  /** All or none: each condition is checked before the first write is applied. */
  public async transactWrite({ TransactItems, ClientRequestToken }: MemoryTransactInput): Promise<object> {
    const content = JSON.stringify(TransactItems);
    if (this.#isRepeated(ClientRequestToken, content)) return {};
    const members = TransactItems.map(memberOf);
    const { length } = members;
    if (length < 1 || length > MOST_MEMBERS) throw invalid(`A transaction has 1 to ${MOST_MEMBERS} members.`);
    if (new Set(members.map(({ name }) => name)).size < length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    const attempts = members.map((member) => this.#attempt(member));
    if (attempts.some(({ reason }) => reason.Code !== 'None')) throw cancelled(attempts.map(({ reason }) => reason));
    const bytes = attempts.reduce((sum, { after }) => sum + sizeOf(after), 0);
    if (bytes > LARGEST_TRANSACTION) throw invalid(`A transaction has at most ${LARGEST_TRANSACTION} bytes.`);
    members.forEach(({ name }, i) => this.#store(name, attempts[i]?.after));
    const until = this.#now() + TOKEN_LIFE;
    if (ClientRequestToken !== undefined) this.#tokens.set(ClientRequestToken, { content, until });
    return {};
  }

  #write({ write, name, isAllowed, result }: Prepared): Item | undefined {
    const before = this.#items.get(name);
    if (!isAllowed(before ?? {})) {
      throw dynamoError('ConditionalCheckFailedException', REFUSED, itemOfRefusal(write, before));
    }
    const after = fitting(result(before));
    this.#store(name, after);
    return after;
  }

  #store(name: string, item: Item | undefined): void {
    if (item === undefined) this.#items.delete(name);
    else this.#items.set(name, item);
  }

  #isRepeated(token: string | undefined, content: string): boolean {
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known === undefined || known.until <= this.#now()) return false;
    if (known.content === content) return true;
    throw dynamoError('IdempotentParameterMismatchException', 'The token belongs to another transaction.');
  }

  /** What a member of a transaction would leave, or why it cannot be applied. */
  #attempt({ write, name, isAllowed, result }: Prepared): Attempt {
    const before = this.#items.get(name);
    if (!isAllowed(before ?? {})) {
      return { reason: { Code: 'ConditionalCheckFailed', Message: REFUSED, ...itemOfRefusal(write, before) } };
    }
    try {
      return { reason: { Code: 'None' }, after: fitting(result(before)) };
    } catch (error) {
      return { reason: { Code: 'ValidationError', Message: (error as Error).message } };
    }
  }
}

/** Makes a session table in memory, for tests of handlers. */
export function memoryTable(options?: MemoryTableOptions): MemoryTable {
  return new MemoryTable(options);
}

/** Why a transaction was not applied, one for each member. */
interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** What a member of a transaction would leave, and why it cannot. */
interface Attempt {
  readonly reason: CancellationReason;
  readonly after?: Item | undefined;
}

function cancelled(reasons: readonly CancellationReason[]): Error {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return dynamoError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

const PREPARE: Readonly<Record<string, (write: Write) => Prepared>> = {
  Put: putOf,
  Update: updateOf,
  Delete: deleteOf,
};

function memberOf(member: TransactMember): Prepared {
  const [kind = '', ...more] = Object.keys(member);
  const write = (member as Readonly<Record<string, Write>>)[kind];
  const prepare = PREPARE[kind];
  if (prepare === undefined || write === undefined || more.length > 0) {
    throw unknown(`${kind} as a member of a transaction`);
  }
  return prepare(write);
}
