import { LARGEST_ITEM, itemSize, mapSize, valueSize } from './item-size';
import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../../contract';
import { AttributeValue, Item } from '../client/session-client';

/** A stored value: JSON text, or one byte of flags and then bytes. */
export type StoredValue = string | Uint8Array;
/** Stored values by name. */
export type StoredValues = ReadonlyMap<string, StoredValue>;
/** Names with what to store, or `undefined` to remove them. */
export type StoredChanges = ReadonlyMap<string, StoredValue | undefined>;

/** The flag of a value that is compressed with brotli. */
export const COMPRESSED = 1;
/** The flag of a value that is sealed under the session's id. */
export const SEALED = 2;
/** How many tokens of exact writes an item keeps. */
export const MOST_TOKENS = 8;
/** Bytes of a token. With eight of them in an item at a time, two alike do not occur. */
export const TOKEN_BYTES = 6;
/**
 * The largest item of a session that can be used, in bytes: it leaves room for the token that freezes it. Without that,
 * whoever holds an id could keep the session from getting a new one by filling it.
 */
export const LARGEST_SESSION_ITEM = LARGEST_ITEM - 'frz'.length - TOKEN_BYTES;
/** How the name of a flash message's attribute begins. */
export const FLASH_PREFIX = 'f:';
/** The attribute that says an item is of another format. This version writes none and reads no item that has it. */
export const FORMAT_ATTRIBUTE = 'fmt';
export const NO_VALUES: StoredValues = new Map();
const NO_ATTRIBUTES: Item = {};

/** How a type of value is stored in an item. `read` returns `undefined` for anything that is not exactly right. */
export interface Kind<Value> {
  write(value: Value): AttributeValue;
  read(given: unknown): Value | undefined;
  size(value: Value): number;
}

/** Whole numbers of at most 15 digits, so that none is rounded. */
export const number: Kind<number> = {
  write: (value) => ({ N: String(value) }),
  read: (given) => {
    const text = valueOfType(given, 'N');
    return typeof text === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
  },
  size: (value) => valueSize({ N: String(value) }),
};

export const bytes: Kind<Uint8Array> = {
  write: (B) => ({ B }),
  read: (given) => {
    const value = valueOfType(given, 'B');
    return value instanceof Uint8Array ? value : undefined;
  },
  size: (value) => value.length,
};

const tokens: Kind<readonly Uint8Array[]> = {
  write: (list) => ({ L: list.map((B) => ({ B })) }),
  read: (given) => {
    const list = valueOfType(given, 'L');
    if (!Array.isArray(list)) return undefined;
    const read = list.map(bytes.read);
    return read.every((token) => token !== undefined) ? read : undefined;
  },
  size: (list) => list.reduce((size, token) => size + 1 + token.length, 3),
};

const storedValue: Kind<StoredValue> = {
  write: (value) => (typeof value === 'string' ? { S: value } : { B: value }),
  read: (given) => {
    const text = valueOfType(given, 'S');
    if (typeof text === 'string') return text;
    const value = bytes.read(given);
    // Flags of a newer version say something about the bytes that this one does not know.
    return value !== undefined && value.length > 1 && (flagsOf(value) & ~(COMPRESSED | SEALED)) === 0
      ? value
      : undefined;
  },
  size: (value) => Buffer.byteLength(value),
};

const values: Kind<StoredValues> = {
  write: (map) => ({ M: writeValues(map, '') }),
  read: (given) => {
    const map = valueOfType(given, 'M');
    if (!isObject(map)) return undefined;
    const read = new Map<string, StoredValue>();
    for (const name of Object.keys(map)) {
      const value = storedValue.read(map[name]);
      if (value === undefined) return undefined;
      read.set(name, value);
    }
    return read;
  },
  size: (map) => mapSize(map, storedValue.size),
};

/** Whether an attribute moves along to a new id: always, if the session keeps its deadline, or never. */
type Travels = 'always' | 'with-deadline' | 'never';

function required<Value>(
  kind: Kind<Value>,
  travels: Travels,
): Kind<Value> & { readonly travels: Travels; readonly required: true } {
  return { ...kind, travels, required: true };
}

function optional<Value>(
  kind: Kind<Value>,
  travels: Travels,
): Kind<Value> & { readonly travels: Travels; readonly required: false } {
  return { ...kind, travels, required: false };
}

/**
 * Every attribute of a session's item except its key, its flash messages and
 * attributes of others. This table drives reading, writing, copying to a new id,
 * and the size. Times are epoch seconds.
 */
const ATTRIBUTES = {
  /** When the session is dead. */
  [TTL_ATTRIBUTE]: required(number, 'never'),
  /** When it was created. */
  iat: required(number, 'with-deadline'),
  /** When `exp` was last extended. */
  iss: required(number, 'never'),
  /** 1 at creation; grows by one with each write of data. */
  ver: required(number, 'never'),
  /** The absolute deadline. */
  abs: optional(number, 'with-deadline'),
  /** The session's own idle timeout in seconds, if it differs from the factory's. */
  idl: optional(number, 'always'),
  /** The tokens of the last exact writes, the newest at the end. */
  upd: optional(tokens, 'always'),
  /** The token of the `regenerate` that froze the item. A frozen session is dead, and nothing thaws it. */
  frz: optional(bytes, 'never'),
  /** The secret of the session's CSRF tokens. */
  csr: optional(bytes, 'never'),
  /** The key of the user's item. */
  usr: optional(bytes, 'always'),
  /** The data. */
  dat: required(values, 'always'),
} as const;

type Attributes = typeof ATTRIBUTES;
type Name = keyof Attributes;
type ValueOf<N extends Name> = Attributes[N] extends Kind<infer Value> ? Value : never;
type RequiredName = { [N in Name]: Attributes[N]['required'] extends true ? N : never }[Name];

/** A stored session. */
export type SessionRecord = { readonly [N in RequiredName]: ValueOf<N> } & {
  readonly [N in Exclude<Name, RequiredName>]?: ValueOf<N> | undefined;
} & {
  /** The flash messages, by the names of their attributes without the prefix. */
  readonly flash: StoredValues;
  /** Attributes that are not the library's. They stay unchanged, and move along to a new id. */
  readonly otherAttributes: Item;
};

/** The times of a session. */
export type SessionTimes = Pick<SessionRecord, 'exp' | 'iat' | 'iss' | 'abs' | 'idl'>;

const NAMES = Object.keys(ATTRIBUTES) as Name[];
/** Epoch seconds have ten digits until the year 2286; milliseconds have thirteen. */
const LATEST = 9_999_999_999;

/** One attribute, as DynamoDB takes it. */
export function attribute<N extends Name>(name: N, value: ValueOf<N>): AttributeValue {
  return (ATTRIBUTES[name] as unknown as Kind<ValueOf<N>>).write(value);
}

/** A value of the data or a flash message, as DynamoDB takes it. */
export function storedAttribute(value: StoredValue): AttributeValue {
  return storedValue.write(value);
}

/** The key of an item, as it stands in a call. */
export function toKey(key: Uint8Array): Item {
  return { [KEY_ATTRIBUTE]: { B: key } };
}

/** The item of a session, whole. */
export function toItem(key: Uint8Array, record: SessionRecord): Item {
  const item: Item = { ...record.otherAttributes, ...toKey(key), ...writeValues(record.flash, FLASH_PREFIX) };
  for (const name of NAMES) {
    const value = record[name];
    if (value !== undefined) item[name] = attribute(name, value as never);
  }
  return item;
}

/**
 * Reads an item that may be anything: damaged, of another program, of a newer
 * version. Nothing is coerced; an item that is not exactly right is not a session.
 */
export function readItem(item: unknown, key: Uint8Array): SessionRecord | undefined {
  if (!isObject(item) || Object.hasOwn(item, FORMAT_ATTRIBUTE)) return undefined;
  const record: Record<string, unknown> = {};
  let flash: Map<string, StoredValue> | undefined;
  let otherAttributes: Item | undefined;
  for (const name of Object.keys(item)) {
    if (name === KEY_ATTRIBUTE) continue;
    const isFlash = name.startsWith(FLASH_PREFIX);
    const value = isName(name)
      ? ATTRIBUTES[name].read(item[name])
      : isFlash
        ? storedValue.read(item[name])
        : item[name];
    if (value === undefined) return undefined;
    if (isName(name)) record[name] = value;
    else if (isFlash) (flash ??= new Map()).set(name.slice(FLASH_PREFIX.length), value as StoredValue);
    else (otherAttributes ??= {})[name] = value as AttributeValue;
  }
  record.flash = flash ?? NO_VALUES;
  record.otherAttributes = otherAttributes ?? NO_ATTRIBUTES;
  const read = record as unknown as SessionRecord;
  return isKey(item, key) && isWhole(read) && isMeasurable(read.otherAttributes) ? read : undefined;
}

/** The tokens of an item's exact writes. The item may have ended. */
export function readTokens(item: unknown): readonly Uint8Array[] {
  return isObject(item) && Object.hasOwn(item, 'upd') ? (tokens.read(item.upd) ?? []) : [];
}

/** The parts of a new record. */
export interface NewRecord {
  readonly times: SessionTimes;
  /** The session that it replaces, whose travelling attributes move along. */
  readonly image?: SessionRecord | undefined;
  readonly dat: StoredValues;
  readonly flash: StoredValues;
  readonly csr: Uint8Array | undefined;
  readonly usr?: Uint8Array | undefined;
}

/** The record of a session that begins, or of one that begins again under another id. */
export function newRecord({ times, image, dat, flash, csr, usr }: NewRecord): SessionRecord {
  const travelling =
    image === undefined
      ? []
      : NAMES.filter((name) => ATTRIBUTES[name].travels === 'always').map((name) => [name, image[name]]);
  const otherAttributes = image?.otherAttributes ?? NO_ATTRIBUTES;
  const given = { ...(csr && { csr }), ...(usr && { usr }) };
  return {
    ...Object.fromEntries(travelling),
    ...times,
    ver: 1,
    dat,
    flash,
    ...given,
    otherAttributes,
  } as SessionRecord;
}

/** The size of a session's item as DynamoDB counts it, to the byte. */
export function recordSize(key: Uint8Array, record: SessionRecord): number {
  let size = KEY_ATTRIBUTE.length + key.length;
  for (const name of NAMES) {
    const value = record[name];
    if (value !== undefined) size += name.length + (ATTRIBUTES[name] as unknown as Kind<unknown>).size(value);
  }
  for (const [name, value] of record.flash) {
    size += FLASH_PREFIX.length + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return size + itemSize(record.otherAttributes);
}

/** The values after the changes. */
export function withChanges(before: StoredValues, changes: StoredChanges): StoredValues {
  if (changes.size === 0) return before;
  const after = new Map(before);
  for (const [name, value] of changes) {
    if (value === undefined) after.delete(name);
    else after.set(name, value);
  }
  return after;
}

/** The flags of a stored value; a text has none. */
export function flagsOf(value: StoredValue): number {
  return typeof value === 'string' ? 0 : (value[0] ?? 0);
}

function writeValues(map: StoredValues, prefix: string): Item {
  const item: Item = {};
  for (const [name, value] of map) item[prefix + name] = storedValue.write(value);
  return item;
}

function isName(name: string): name is Name {
  return Object.hasOwn(ATTRIBUTES, name);
}

/** Whether the required attributes are present and valid. A frozen item's `exp` is for TTL alone. */
function isWhole(record: SessionRecord): boolean {
  if (!NAMES.every((name) => !ATTRIBUTES[name].required || record[name] !== undefined)) return false;
  const { exp, iat, iss, ver, idl = 1, frz } = record;
  const end = frz === undefined ? (record.abs ?? LATEST) : LATEST;
  return iat <= iss && iss <= exp && exp <= end && end <= LATEST && ver >= 1 && idl >= 1;
}

/** Whether attributes that are not ours are in DynamoDB's form, so that they can be measured and copied. */
function isMeasurable(item: Item): boolean {
  try {
    return Number.isSafeInteger(itemSize(item));
  } catch {
    return false;
  }
}

/** Whether the item is the one that was asked for: a response may have been mixed up on its way. */
export function isKey(item: Readonly<Record<string, unknown>>, key: Uint8Array): boolean {
  const found = Object.hasOwn(item, KEY_ATTRIBUTE) ? bytes.read(item[KEY_ATTRIBUTE]) : undefined;
  return found !== undefined && Buffer.compare(found, key) === 0;
}

/** The value of an attribute that has just this type. */
export function valueOfType(value: unknown, type: string): unknown {
  if (!isObject(value)) return undefined;
  const types = Object.keys(value);
  return types.length === 1 && types[0] === type ? value[type] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
