import { TTL_ATTRIBUTE } from '../contract';
import { Answer, CallSettings, call } from './client/call';
import { Item, SessionClient, UpdateItemInput } from './client/session-client';
import { SessionUnavailableError } from './errors';
import { FORMAT_ATTRIBUTE, SessionRecord, StoredValue, readItem, toItem, toKey, toNumber, toStored } from './item';

/** A key of the data with what to store, or `undefined` to remove it. */
export type StoredChanges = ReadonlyMap<string, StoredValue | undefined>;

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

/** What became of an update. `moved`: alive, but its own idle timeout is another now. */
export type Updated =
  | { readonly kind: 'written' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'moved'; readonly record: SessionRecord };

/** Alive: what TTL has not yet deleted is dead all the same, and an update would create what is not there. */
const ALIVE = `attribute_exists(sid) AND ${TTL_ATTRIBUTE} > :now`;
/** A newer version may have written the item anew while this request ran. */
const SAME_FORMAT = `attribute_not_exists(${FORMAT_ATTRIBUTE})`;
const NOT_THERE = 'attribute_not_exists(sid)';
/** Only forward: another request may have extended it further. */
const OLDER = `iss < :due AND ${TTL_ATTRIBUTE} < :exp`;
const EXTEND = `${TTL_ATTRIBUTE} = :exp, iss = :now`;

function sameIdle(idl: number | undefined): string {
  return idl === undefined ? 'attribute_not_exists(idl)' : 'idl = :idl';
}

/** The idle timeout as a value, where the expression has one. */
function idleValue(idl: number | undefined): Item {
  return idl === undefined ? {} : { ':idl': toNumber(idl) };
}

/**
 * The table's verbs. Every condition stands in this file, and every write but
 * creation holds one that the item exists and is alive, so nothing that ended
 * comes back.
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
    const input = { TableName: this.#table, Key: toKey(key), ...(strong ? { ConsistentRead: true } : {}) };
    const answer = await this.#call('GetItem', (options) => this.#client.getItem(input, options));
    if (answer.refused) throw new SessionUnavailableError('unavailable', 'What answered GetItem is not DynamoDB.');
    const item = Object(answer.output).Item as unknown;
    if (item === undefined) return { kind: 'missing' };
    const record = readItem(item, key);
    return record === undefined ? { kind: 'invalid' } : { kind: 'found', record };
  }

  /** Creates a session; says whether it did. Where not, the key is taken, maybe by an attempt of our own: make another. */
  public async create(key: Uint8Array, record: SessionRecord): Promise<boolean> {
    const input = { TableName: this.#table, Item: toItem(key, record), ConditionExpression: NOT_THERE };
    return !(await this.#call('PutItem', (options) => this.#client.putItem(input, options))).refused;
  }

  /** Writes the changed keys alone, and extends the session where that is due. */
  public async update(key: Uint8Array, now: number, changes: StoredChanges, extension?: Extension): Promise<Updated> {
    const { update, names, values } = changeExpression(changes, extension !== undefined);
    const idle = extension && sameIdle(extension.idl);
    const answer = await this.#update({
      TableName: this.#table,
      Key: toKey(key),
      UpdateExpression: update,
      ConditionExpression: `${ALIVE} AND ${SAME_FORMAT}${idle === undefined ? '' : ` AND ${idle}`}`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: {
        ':now': toNumber(now),
        ...(extension && { ':exp': toNumber(extension.exp), ...idleValue(extension.idl) }),
        ...values,
      },
      ...(extension && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    });
    if (!answer.refused) return { kind: 'written' };
    if (extension === undefined) return { kind: 'ended' };
    const record = await this.#current(key, answer.item);
    return record !== undefined && record.exp > now && record.idl !== extension.idl ? { kind: 'moved', record } : { kind: 'ended' };
  }

  /** Extends a session that was only read; says whether it did. Where not, another request did more. */
  public async touch(key: Uint8Array, now: number, extension: Extension, reissueTime: number): Promise<boolean> {
    const answer = await this.#update({
      TableName: this.#table,
      Key: toKey(key),
      UpdateExpression: `SET ${EXTEND}`,
      ConditionExpression: `${ALIVE} AND ${SAME_FORMAT} AND ${sameIdle(extension.idl)} AND ${OLDER}`,
      ExpressionAttributeValues: {
        ':now': toNumber(now),
        ':exp': toNumber(extension.exp),
        ':due': toNumber(now - reissueTime),
        ...idleValue(extension.idl),
      },
    });
    // An attempt of our own that landed makes the next one refused.
    return !answer.refused || answer.mayHaveLanded;
  }

  /** Deletes a session. What is not there is deleted already. */
  public async delete(key: Uint8Array): Promise<void> {
    const input = { TableName: this.#table, Key: toKey(key) };
    await this.#call('DeleteItem', (options) => this.#client.deleteItem(input, options));
  }

  /** The item that refused a write: what came with the refusal, or else a strong read. */
  async #current(key: Uint8Array, item: unknown): Promise<SessionRecord | undefined> {
    if (item !== undefined) return readItem(item, key);
    const found = await this.load(key, true);
    return found.kind === 'found' ? found.record : undefined;
  }

  #update(input: UpdateItemInput): Promise<Answer<unknown>> {
    return this.#call('UpdateItem', (options) => this.#client.updateItem(input, options));
  }

  #call<Output>(operation: string, send: Parameters<typeof call<Output>>[2]): Promise<Answer<Output>> {
    return call(this.#client, operation, send, this.#settings);
  }
}

/** `SET dat.#0 = :0, … REMOVE dat.#1, …`: short names, because an expression has at most 4 KB. */
function changeExpression(changes: StoredChanges, extended: boolean): { update: string; names: Record<string, string>; values: Item } {
  const names: Record<string, string> = {};
  const values: Item = { ':one': toNumber(1) };
  let set = 'SET ver = ver + :one';
  let remove = '';
  let n = 0;
  for (const [name, value] of changes) {
    names[`#${n}`] = name;
    if (value === undefined) {remove += `${remove === '' ? ' REMOVE' : ','} dat.#${n}`;} else {
      set += `, dat.#${n} = :${n}`;
      values[`:${n}`] = toStored(value);
    }
    n++;
  }
  return { update: `${set}${extended ? `, ${EXTEND}` : ''}${remove}`, names, values };
}
