import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../../contract';
import { Item, SessionClient, TransactWriteItem, UpdateItemInput } from '../client/session-client';
import type { Clock, RandomBytes } from '../clock';
import { SessionUnavailableError } from '../errors';
import { CallResult, CallSettings, call } from './call';
import {
  FLASH_PREFIX, FORMAT_ATTRIBUTE, MOST_TOKENS, SessionRecord, StoredChanges, StoredValues,
  attribute, readItem, readTokens, storedAttribute, toItem, toKey,
} from './item';
import { refOf } from './key';
import type { Meter } from './meter';
import { UserEntries, UserItem, UserItemRead, readUserItem, toUserItem } from './user-item';

/** Which session a call is for, and what bounds it. */
export interface Target {
  readonly key: Uint8Array;
  /** Epoch seconds. */
  readonly now: number;
  /** Gives the milliseconds that the function has left. @default - no limit but the deadline of each call */
  readonly remainingTime?: (() => number) | undefined;
  /** Collects the cost of the call, which DynamoDB then reports. @default - none */
  readonly meter?: Meter | undefined;
}

/** The result of a read. */
export type LoadResult =
  | { readonly kind: 'found'; readonly record: SessionRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' };

/** A move of the idle deadline: the new `exp`, and the `idl` that it was computed from. */
export interface Extension {
  readonly exp: number;
  readonly idl: number | undefined;
}

/** What one update writes. */
export interface SessionWrite {
  /** The changed keys of `dat`, or all of it as a replacement. */
  readonly data: { readonly changed: StoredChanges } | { readonly whole: StoredValues };
  /** Flash messages to add and to remove. */
  readonly flash?: StoredChanges;
  /** The secret of the CSRF tokens. */
  readonly csr?: Uint8Array | undefined;
  /** The new idle deadline, on the condition that `idl` is as it was read. */
  readonly extension?: Extension | undefined;
  /** The session's own idle timeout from now on, or none, and the deadline that follows, whatever `idl` is now. */
  readonly idle?: Extension | undefined;
  /** The version that the write was made for. */
  readonly version?: number | undefined;
  /** The tokens of exact writes, this one's at the end. */
  readonly tokens?: readonly Uint8Array[];
}

/**
 * The result of an update.
 *
 * - `moved`: not written; the session is alive and this is what it is now
 * - `ended`: refused; `unknown` if an earlier attempt may have been applied before the session ended
 * - `unknown`: the session is alive, but nobody can tell whether it was written
 */
export type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'ended'; readonly outcome: 'not-applied' | 'unknown' }
  | { readonly kind: 'moved'; readonly record: SessionRecord }
  | { readonly kind: 'unknown' };

/** A change of a user's list, and of the sessions in it. */
export interface UserWrite {
  /** 1 to 36 characters, the same for each attempt. DynamoDB applies a transaction once under its token. */
  readonly token: string;
  /** The item as it was read. */
  readonly before: UserItem;
  /** The list from now on. */
  readonly entries: UserEntries;
  /** The session that is created. */
  readonly created?: { readonly key: Uint8Array; readonly record: SessionRecord } | undefined;
  /** The keys of the sessions that end. */
  readonly ended: readonly Uint8Array[];
}

/**
 * The result of a freeze.
 *
 * - `frozen`: by this token or by another one; nobody can write the image any more
 * - `alive`: not frozen, or not yet: an attempt without a response may still arrive
 * - `expired`: the session ran out
 * - `gone`: the session was signed out, or its item is damaged
 */
export type FreezeResult =
  | { readonly kind: 'frozen'; readonly image: SessionRecord }
  | { readonly kind: 'alive' | 'expired' | 'gone' };

/** How long the item of a replaced session stays, in seconds, for late requests to find it frozen. */
const FROZEN_TIME = 3600;

const EXISTS = `attribute_exists(${KEY_ATTRIBUTE})`;
const NOT_THERE = `attribute_not_exists(${KEY_ATTRIBUTE})`;
/** Without this, an update would create a missing item, or write to one that is dead or frozen. */
const ALIVE = `${EXISTS} AND ${TTL_ATTRIBUTE} > :now AND attribute_not_exists(frz)`;
/** A newer version of the library may have written the item while this request ran. */
const SAME_FORMAT = `attribute_not_exists(${FORMAT_ATTRIBUTE})`;
/** Only forward: another request may have extended the session further. */
const OLDER = `iss < :due AND ${TTL_ATTRIBUTE} < :exp`;
const SAME_VERSION = 'ver = :ver';

function sameIdle(idl: number | undefined): string {
  return idl === undefined ? 'attribute_not_exists(idl)' : 'idl = :idl';
}

/** What all calls of a store share. */
export interface StoreSettings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Milliseconds for one call with all its attempts. */
  readonly deadline: number;
}

/**
 * The operations on the table. Every condition is in this file. Every write
 * except creation and deletion requires that the item is alive, so nothing that
 * ended comes back.
 */
export class Store {
  readonly #client: SessionClient;
  readonly #table: string;
  readonly #settings: StoreSettings;

  public constructor(client: SessionClient, table: string, settings: StoreSettings) {
    this.#client = client;
    this.#table = table;
    // Copied for each call, so without the rest of the factory's options.
    const { clock, random, deadline } = settings;
    this.#settings = { clock, random, deadline };
  }

  /** Reads a session, alive or not. */
  public async load(target: Target, strong: boolean): Promise<LoadResult> {
    const item = await this.#read(target, strong);
    if (item === undefined) return { kind: 'missing' };
    const record = readItem(item, target.key);
    if (record !== undefined) return { kind: 'found', record };
    return { kind: isBuried(item) ? 'missing' : 'invalid' };
  }

  /**
   * Creates a session and resolves to the attempt that did; `undefined` if the key is taken.
   *
   * @param next - makes the item of each attempt. Each has its own key, so an attempt that was given up and arrives
   *   late brings nothing back
   */
  public async create<Attempt extends { readonly key: Uint8Array; readonly record: SessionRecord }>(
    target: Omit<Target, 'key'> & { readonly mostAttempts?: number },
    next: () => Attempt,
  ): Promise<Attempt | undefined> {
    let made: Attempt | undefined;
    const answer = await this.#call('PutItem', target, (options) => {
      made = next();
      const input = { ...this.#write(target), Item: toItem(made.key, made.record), ConditionExpression: NOT_THERE };
      return this.#client.putItem(input, options);
    });
    return answer.refused ? undefined : made;
  }

  /** Writes only the changes. */
  public async update(target: Target, write: SessionWrite): Promise<WriteResult> {
    const { extension, version } = write;
    const condition = [ALIVE, SAME_FORMAT];
    if (extension !== undefined) condition.push(sameIdle(extension.idl));
    if (version !== undefined) condition.push(SAME_VERSION);
    const isExact = condition.length > 2;
    const answer = await this.#update(
      target,
      expressionOf(write, target.now),
      condition,
      isExact ? 'ALL_OLD' : undefined,
    );
    if (!answer.refused) return { kind: 'written' };
    if (isExact) return this.#refused(target, answer, write);
    return { kind: 'ended', outcome: answer.mayHaveLanded ? 'unknown' : 'not-applied' };
  }

  /**
   * Extends a session that was only read; resolves to whether it did. If not, another request has extended it further.
   */
  public async touch(target: Target, { exp, idl }: Extension, reissueTime: number): Promise<boolean> {
    const update = new Expression({ ':due': attribute('iss', target.now - reissueTime) }).extend(target.now, exp);
    update.value(':idl', idl === undefined ? undefined : attribute('idl', idl));
    const answer = await this.#update(target, update, [ALIVE, SAME_FORMAT, sameIdle(idl), OLDER]);
    if (!answer.refused) return true;
    if (!answer.mayHaveLanded) return false;
    // The next attempt is refused if an earlier one was applied, or if the session has ended.
    const record = readItem(answer.item ?? (await this.#read(target, true)), target.key);
    return record !== undefined && record.frz === undefined && record.exp === exp;
  }

  /**
   * Freezes a session that gets a new id. From then on nobody can write it, so
   * the image that comes back is final: no acknowledged change is missing.
   *
   * @param token - the same for each repetition of one regenerate
   * @param knownExpiry - `exp` as the request knows it, for an item that is gone
   */
  public async freeze(target: Target, token: Uint8Array, knownExpiry: number): Promise<FreezeResult> {
    const update = new Expression({ ':now': attribute('iat', target.now) })
      .assign('frz', ':frz', attribute('frz', token))
      .assign(TTL_ATTRIBUTE, ':exp', attribute(TTL_ATTRIBUTE, target.now + FROZEN_TIME));
    let item: unknown;
    try {
      const answer = await this.#update(target, update, [ALIVE, SAME_FORMAT], 'ALL_OLD', 'ALL_NEW');
      item = answer.refused ? answer.item : (Object(answer.output) as { readonly Attributes?: unknown }).Attributes;
    } catch (error) {
      // The read below finds out whether it was frozen.
      if (!isLost(error)) throw error;
    }
    let image = readItem(item, target.key);
    if (image === undefined) {
      // Not every client returns the item.
      item = await this.#read(target, true);
      if (item === undefined) return { kind: knownExpiry <= target.now ? 'expired' : 'gone' };
      image = readItem(item, target.key);
    }
    // An item frozen without data was deleted, not replaced.
    if (image === undefined) return { kind: 'gone' };
    if (image.frz !== undefined) return { kind: 'frozen', image };
    return { kind: image.exp <= target.now ? 'expired' : 'alive' };
  }

  /** Deletes a session. A missing one is already deleted. */
  public async delete(target: Target): Promise<void> {
    const input = { ...this.#write(target), Key: toKey(target.key) };
    await this.#call('DeleteItem', target, (options) => this.#client.deleteItem(input, options));
  }

  /**
   * Deletes a session whose id was given by the application: a frozen item
   * without data stays for an hour, so that a creation which arrives late is refused.
   */
  public async bury(target: Target, token: Uint8Array): Promise<void> {
    const { key, now } = target;
    const item = {
      ...toKey(key),
      frz: attribute('frz', token),
      [TTL_ATTRIBUTE]: attribute(TTL_ATTRIBUTE, now + FROZEN_TIME),
    };
    const input = { ...this.#write(target), Item: item, ConditionExpression: 'attribute_not_exists(frz)' };
    // A frozen item is already dead.
    await this.#call('PutItem', target, (options) => this.#client.putItem(input, options));
  }

  /** Whether the client has transactions, which the sessions of a user need. */
  public get hasTransactions(): boolean {
    return this.#client.transactWrite !== undefined;
  }

  /** Reads a user's item, strongly. */
  public async loadUser(target: Target): Promise<UserItemRead> {
    return readUserItem(await this.#read(target, true, false), target.key);
  }

  /**
   * Changes a user's list together with its sessions, all or nothing; the key is that of the user's item. Resolves to
   * whether it did; if not, the list has changed since it was read.
   *
   * `ver` alone is the condition, and no call deletes the item, so a transaction that arrives late is refused even
   * after DynamoDB has forgotten its token.
   */
  public async writeUser(
    { key: user, ...bounds }: Target,
    { token, before, entries, created, ended }: UserWrite,
  ): Promise<boolean> {
    const { version } = before;
    const { TableName, ...asked } = this.#write(bounds);
    const list = {
      TableName,
      Item: toUserItem(user, before, entries, bounds.now),
      ConditionExpression: version === undefined ? 'attribute_not_exists(ver)' : SAME_VERSION,
      ...(version !== undefined && { ExpressionAttributeValues: { ':ver': version } }),
    };
    const TransactItems: TransactWriteItem[] = [
      { Put: list },
      ...ended.map((key) => ({ Delete: { TableName, Key: toKey(key) } })),
    ];
    if (created !== undefined) {
      TransactItems.unshift({
        Put: { TableName, Item: toItem(created.key, created.record), ConditionExpression: NOT_THERE },
      });
    }
    const input = { TransactItems, ClientRequestToken: token, ...asked };
    const { transactWrite } = this.#client;
    if (transactWrite === undefined) throw new TypeError('The client has no transactWrite.');
    const answer = await this.#call(
      'TransactWriteItems',
      { ...bounds, ...(created && { key: created.key }) },
      (options) => transactWrite.call(this.#client, input, options),
    );
    return !answer.refused;
  }

  /**
   * What the refusal of an exact write means, by the item.
   *
   * | the item that refused it | then |
   * |---|---|
   * | has our token, alive or frozen | an earlier attempt was applied: `written` |
   * | is alive and keeps a token from before ours | ours never was there: `moved` |
   * | is alive with eight other tokens | ours may have been pushed out: `unknown`, if a response was lost |
   * | is dead, frozen or gone | `ended`; `unknown` if a response was lost, because the write may have come before |
   */
  async #refused(
    target: Target,
    { item: given, mayHaveLanded }: Refusal,
    { tokens }: SessionWrite,
  ): Promise<WriteResult> {
    const item = given ?? (await this.#read(target, true));
    const present = readTokens(item);
    if (tokens !== undefined && includes(present, tokens.at(-1))) return { kind: 'written' };
    const record = readItem(item, target.key);
    if (record === undefined || record.frz !== undefined || record.exp <= target.now) {
      return { kind: 'ended', outcome: mayHaveLanded ? 'unknown' : 'not-applied' };
    }
    const isPushedOut = present.length >= MOST_TOKENS && !tokens?.some((token) => includes(present, token));
    return mayHaveLanded && tokens !== undefined && isPushedOut ? { kind: 'unknown' } : { kind: 'moved', record };
  }

  /** @param isSession - whether an error may name the item: the hash of a user's key stands for the user */
  async #read({ key, ...bounds }: Target, strong: boolean, isSession = true): Promise<unknown> {
    const input = { TableName: this.#table, Key: toKey(key), ...(strong && { ConsistentRead: true }) };
    const answer = await this.#call('GetItem', isSession ? { key, ...bounds } : bounds, (options) =>
      this.#client.getItem(input, options),
    );
    if (!answer.refused) return Object(answer.output).Item as unknown;
    throw new SessionUnavailableError('unavailable', 'The response to GetItem did not come from DynamoDB.', {
      operation: 'GetItem',
      outcome: 'unknown',
      ...(isSession && { ref: refOf(key) }),
    });
  }

  #update(
    target: Target, expression: Expression, condition: readonly string[], refused?: 'ALL_OLD', written?: 'ALL_NEW',
  ): Promise<CallResult<unknown>> {
    const input: UpdateItemInput = {
      ...this.#write(target),
      Key: toKey(target.key),
      ...expression.build(),
      ConditionExpression: condition.join(' AND '),
      ...(refused && { ReturnValuesOnConditionCheckFailure: refused }),
      ...(written && { ReturnValues: written }),
    };
    return this.#call('UpdateItem', target, (options) => this.#client.updateItem(input, options));
  }

  /** What each write names, and what it asks for if its cost is metered. */
  #write({ meter }: Omit<Target, 'key'>): { readonly TableName: string; readonly ReturnConsumedCapacity?: 'TOTAL' } {
    return { TableName: this.#table, ...(meter && { ReturnConsumedCapacity: 'TOTAL' }) };
  }

  async #call<Output>(
    operation: string,
    target: Omit<CallSettings, keyof StoreSettings> & Omit<Target, 'key'>,
    send: Parameters<typeof call<Output>>[2],
  ): Promise<CallResult<Output>> {
    const { clock } = this.#settings;
    const start = clock.now();
    let answer: CallResult<Output> | undefined;
    try {
      return (answer = await call(this.#client, operation, send, { ...this.#settings, ...target }));
    } finally {
      target.meter?.add(Math.max(0, clock.now() - start), answer?.refused === false ? answer.output : undefined);
    }
  }
}

type Refusal = Extract<CallResult<unknown>, { readonly refused: true }>;

/** Whether an item is what `bury` leaves behind. */
function isBuried(item: unknown): boolean {
  const attributes = Object(item) as Readonly<Record<string, unknown>>;
  return attributes.frz !== undefined && attributes.dat === undefined;
}

function isLost(error: unknown): boolean {
  return error instanceof SessionUnavailableError && error.outcome === 'unknown';
}

function includes(tokens: readonly Uint8Array[], token: Uint8Array | undefined): boolean {
  return token !== undefined && tokens.some((other) => Buffer.compare(other, token) === 0);
}

function expressionOf({ data, flash, csr, extension, idle, version, tokens }: SessionWrite, now: number): Expression {
  const update = new Expression({ ':now': attribute('iat', now), ':one': { N: '1' } }).increment('ver', ':one');
  const end = idle ?? extension;
  if (end !== undefined) update.extend(now, end.exp);
  if (idle !== undefined && idle.idl === undefined) update.remove('idl');
  if (idle?.idl !== undefined) update.assign('idl', ':idl', attribute('idl', idle.idl));
  if (extension?.idl !== undefined) update.value(':idl', attribute('idl', extension.idl));
  if (version !== undefined) update.value(':ver', attribute('ver', version));
  if (tokens !== undefined) update.assign('upd', ':upd', attribute('upd', tokens));
  if (csr !== undefined) update.assign('csr', ':csr', attribute('csr', csr));
  if ('whole' in data) update.assign('dat', ':dat', attribute('dat', data.whole));
  else update.change('dat.', data.changed);
  if (flash !== undefined) update.change('', new Map([...flash].map(([name, value]) => [FLASH_PREFIX + name, value])));
  return update;
}

/**
 * Writes an update expression: `SET ver = ver + :one, dat.#0 = :0 REMOVE dat.#1`.
 *
 * Names that an application chose get short placeholders, because they may be
 * anything and an expression has at most 4 KB.
 */
class Expression {
  readonly #set: string[] = [];
  readonly #remove: string[] = [];
  readonly #names: Record<string, string> = {};
  readonly #values: Item;
  #count = 0;

  public constructor(values: Item) {
    this.#values = values;
  }

  /** A value that only the condition names. */
  public value(placeholder: string, value: Item[string] | undefined): this {
    if (value !== undefined) this.#values[placeholder] = value;
    return this;
  }

  public assign(name: string, placeholder: string, value: Item[string]): this {
    this.#set.push(`${name} = ${placeholder}`);
    return this.value(placeholder, value);
  }

  public increment(name: string, placeholder: string): this {
    this.#set.push(`${name} = ${name} + ${placeholder}`);
    return this;
  }

  public remove(name: string): this {
    this.#remove.push(name);
    return this;
  }

  /** Moves the idle deadline. */
  public extend(now: number, exp: number): this {
    return this.assign('iss', ':now', attribute('iss', now)).assign(
      TTL_ATTRIBUTE,
      ':exp',
      attribute(TTL_ATTRIBUTE, exp),
    );
  }

  /** Sets or removes what is named, below a path or at the top. */
  public change(path: string, changes: StoredChanges): void {
    for (const [name, value] of changes) {
      // Short placeholders: 100 keys, 100 messages to add and 250 to remove fit into 4 KB.
      const n = (this.#count++).toString(36);
      this.#names[`#${n}`] = name;
      if (value === undefined) this.remove(`${path}#${n}`);
      else this.assign(`${path}#${n}`, `:${n}`, storedAttribute(value));
    }
  }

  public build(): Pick<UpdateItemInput, 'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
    const remove = this.#remove.length > 0 ? ` REMOVE ${this.#remove.join(', ')}` : '';
    return {
      UpdateExpression: `SET ${this.#set.join(', ')}${remove}`,
      ...(this.#count > 0 && { ExpressionAttributeNames: this.#names }),
      ExpressionAttributeValues: this.#values,
    };
  }
}
