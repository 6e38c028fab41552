// Over 200 lines because every condition expression is to stand in this one file, beside the verbs that use it.
import { CallResult as Answer, CallSettings, call } from './call';
import { TTL_ATTRIBUTE } from '../../contract';
import { Item, SessionClient, UpdateItemInput } from '../client/session-client';
import { SessionUnavailableError } from '../errors';
import {
  FORMAT_ATTRIBUTE, MOST_TOKENS, SessionRecord, readItem, readTokens, toData, toItem, toKey, toNumber, toStored, toTokens,
} from './item';
import { MOST_CHANGES, StoredChanges, StoredValues } from './stored-values';
import { UpdateBuilder } from './update-expression';
import { sessionRef } from '../session/id';

/** What a read found. */
export type Found =
  | { readonly kind: 'found'; readonly record: SessionRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' };

/** A move of the idle deadline: the new `exp`, and the `idl` that it was reckoned with. */
export interface Extension {
  readonly exp: number;
  readonly idl: number | undefined;
}

/** What one update writes. */
export interface SessionWrite {
  /** The changed keys of `dat`, or all of it in place of what is there. */
  readonly data: { readonly changed: StoredChanges } | { readonly whole: StoredValues };
  /** The flash messages to add and to remove. */
  readonly flash?: StoredChanges;
  /** The nonce of the CSRF token. */
  readonly nonce?: Uint8Array | undefined;
  /** The new idle deadline, on the condition that `idl` is as it was read. */
  readonly extension?: Extension | undefined;
  /** The session's own idle timeout from now on, whatever it was, and the deadline that comes of it. */
  readonly remember?: { readonly exp: number; readonly idl: number } | undefined;
  /** The version that the write was made for. */
  readonly version?: number | undefined;
  /** The tokens of exact writes, this one's at the end. */
  readonly tokens?: readonly Uint8Array[];
}

/**
 * What became of an update. `moved`: not written, the session is alive and this
 * is what it is now. `unknown`: it may have been written, and what could tell
 * has been pushed out by others since.
 */
export type Updated =
  | { readonly kind: 'written' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'moved'; readonly record: SessionRecord }
  | { readonly kind: 'unknown' };

/** Alive: what TTL has not yet deleted is dead all the same, and an update would create what is not there. */
const ALIVE = `attribute_exists(sid) AND ${TTL_ATTRIBUTE} > :now`;
/** A newer version may have written the item anew while this request ran. */
const SAME_FORMAT = `attribute_not_exists(${FORMAT_ATTRIBUTE})`;
const NOT_THERE = 'attribute_not_exists(sid)';
/** Only forward: another request may have extended it further. */
const OLDER = `iss < :due AND ${TTL_ATTRIBUTE} < :exp`;
const SAME_VERSION = 'ver = :ver';
const EXTEND = `${TTL_ATTRIBUTE} = :exp, iss = :now`;
/** How far in the past the end of a replaced session lies: its item is of no use, and TTL deletes it. */
const LONG_ENDED = 86_400;

function sameIdle(idl: number | undefined): string {
  return idl === undefined ? 'attribute_not_exists(idl)' : 'idl = :idl';
}

/** The idle timeout as a value, where the expression has one. */
function idleValue(idl: number | undefined): Item {
  return idl === undefined ? {} : { ':idl': toNumber(idl) };
}

/**
 * The table's verbs. Every condition stands in this file, and every write but
 * creation and deletion holds one that the item exists and is alive, so nothing
 * that ended comes back.
 */
export class Store {
  readonly #client: SessionClient;
  readonly #table: string;
  readonly #settings: CallSettings;

  public constructor(client: SessionClient, table: string, settings: CallSettings) {
    this.#client = client;
    this.#table = table;
    this.#settings = settings;
  }

  /** Reads a session, alive or not. */
  public async load(key: Uint8Array, strong: boolean): Promise<Found> {
    const item = await this.#read(key, strong);
    if (item === undefined) return { kind: 'missing' };
    const record = readItem(item, key);
    return record === undefined ? { kind: 'invalid' } : { kind: 'found', record };
  }

  /** Creates a session; says whether it did. Where not, the key is taken, maybe by an attempt of our own: make another. */
  public async create(key: Uint8Array, record: SessionRecord): Promise<boolean> {
    const input = { TableName: this.#table, Item: toItem(key, record), ConditionExpression: NOT_THERE };
    return !(await this.#call('PutItem', key, (options) => this.#client.putItem(input, options))).refused;
  }

  /** Writes what was changed, and nothing else. */
  public async update(key: Uint8Array, now: number, write: SessionWrite): Promise<Updated> {
    const { extension, version, tokens } = write;
    const condition = [ALIVE, SAME_FORMAT];
    if (extension !== undefined) condition.push(sameIdle(extension.idl));
    if (version !== undefined) condition.push(SAME_VERSION);
    const isExact = condition.length > 2;
    const answer = await this.#update(key, updateOf(write, now), condition, isExact);
    if (!answer.refused) return { kind: 'written' };
    return isExact ? this.#outcome(key, now, answer, tokens) : { kind: 'ended' };
  }

  /** Extends a session that was only read; says whether it did. Where not, another request did more. */
  public async touch(key: Uint8Array, now: number, extension: Extension, reissueTime: number): Promise<boolean> {
    const values = {
      ':now': toNumber(now),
      ':exp': toNumber(extension.exp),
      ':due': toNumber(now - reissueTime),
      ...idleValue(extension.idl),
    };
    const condition = [ALIVE, SAME_FORMAT, sameIdle(extension.idl), OLDER];
    const answer = await this.#update(key, new UpdateBuilder(values).assign(EXTEND), condition, false);
    // An attempt of our own that landed makes the next one refused.
    return !answer.refused || answer.mayHaveLanded;
  }

  /** Ends a session that another one takes the place of, if it is still the version that was copied. The last token is this write's. */
  public async replace(key: Uint8Array, now: number, record: SessionRecord, tokens: readonly Uint8Array[]): Promise<Updated> {
    const update = new UpdateBuilder({
      ':now': toNumber(now),
      ':ver': toNumber(record.ver),
      ':past': toNumber(now - LONG_ENDED),
      ':upd': toTokens(tokens),
    }).assign(`${TTL_ATTRIBUTE} = :past, upd = :upd`);
    update.change('', 'dat', undefined);
    // The rest, if there are so many, goes with the dead item.
    for (const name of [...record.flash.keys()].slice(0, MOST_CHANGES)) update.change('', name, undefined);
    const answer = await this.#update(key, update, [ALIVE, SAME_FORMAT, SAME_VERSION], true);
    return answer.refused ? this.#outcome(key, now, answer, tokens) : { kind: 'written' };
  }

  /** Deletes a session. What is not there is deleted already. */
  public async delete(key: Uint8Array): Promise<void> {
    const input = { TableName: this.#table, Key: toKey(key) };
    await this.#call('DeleteItem', key, (options) => this.#client.deleteItem(input, options));
  }

  /**
   * What the refusal of an exact write means.
   *
   * | the item has our token | an earlier attempt landed: written |
   * | it is dead or gone | ended |
   * | it keeps a token from before ours | ours never was there: moved |
   * | 8 other tokens | ours may have been pushed out: unknown, if an answer was lost |
   */
  async #outcome(key: Uint8Array, now: number, answer: Refusal, tokens: readonly Uint8Array[] | undefined): Promise<Updated> {
    const item = answer.item ?? (await this.#read(key, true));
    const present = readTokens(item) ?? [];
    if (tokens !== undefined && has(present, tokens.at(-1))) return { kind: 'written' };
    const record = readItem(item, key);
    if (record === undefined || record.exp <= now) return { kind: 'ended' };
    const isPushedOut = present.length >= MOST_TOKENS && !tokens?.some((token) => has(present, token));
    return answer.mayHaveLanded && tokens !== undefined && isPushedOut ? { kind: 'unknown' } : { kind: 'moved', record };
  }

  async #read(key: Uint8Array, strong: boolean): Promise<unknown> {
    const input = { TableName: this.#table, Key: toKey(key), ...(strong && { ConsistentRead: true }) };
    const answer = await this.#call('GetItem', key, (options) => this.#client.getItem(input, options));
    if (!answer.refused) return Object(answer.output).Item as unknown;
    throw new SessionUnavailableError('unavailable', 'What answered GetItem is not DynamoDB.', {
      operation: 'GetItem',
      outcome: 'unknown',
      ref: sessionRef(key),
    });
  }

  async #update(key: Uint8Array, builder: UpdateBuilder, condition: readonly string[], tellsItem: boolean): Promise<Answer<unknown>> {
    const { update, names, values } = builder.build();
    const input: UpdateItemInput = {
      TableName: this.#table,
      Key: toKey(key),
      UpdateExpression: update,
      ConditionExpression: condition.join(' AND '),
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: values,
      ...(tellsItem && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    };
    return this.#call('UpdateItem', key, (options) => this.#client.updateItem(input, options));
  }

  #call<Output>(operation: string, key: Uint8Array, send: Parameters<typeof call<Output>>[2]): Promise<Answer<Output>> {
    return call(this.#client, operation, send, { ...this.#settings, key });
  }
}

type Refusal = Extract<Answer<unknown>, { readonly refused: true }>;

function has(tokens: readonly Uint8Array[], token: Uint8Array | undefined): boolean {
  return token !== undefined && tokens.some((other) => Buffer.compare(other, token) === 0);
}

function updateOf({ data, flash, nonce, extension, remember, version, tokens }: SessionWrite, now: number): UpdateBuilder {
  const end = remember ?? extension;
  const update = new UpdateBuilder({
    ':now': toNumber(now),
    ':one': toNumber(1),
    ...(end && { ':exp': toNumber(end.exp), ...idleValue(end.idl) }),
    ...(version !== undefined && { ':ver': toNumber(version) }),
    ...(tokens && { ':upd': toTokens(tokens) }),
  }).assign('ver = ver + :one');
  if (end !== undefined) update.assign(EXTEND);
  if (remember !== undefined) update.assign('idl = :idl');
  if (tokens !== undefined) update.assign('upd = :upd');
  if (nonce !== undefined) update.change('', 'csr', { B: nonce });
  if ('whole' in data) update.change('', 'dat', toData(data.whole));
  else for (const [name, value] of data.changed) update.change('dat.', name, value === undefined ? value : toStored(value));
  for (const [name, value] of flash ?? []) update.change('', name, value === undefined ? value : toStored(value));
  return update;
}
