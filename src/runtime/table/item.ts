import { attributeSize } from './item-size';
import { NOTHING_STORED, StoredValue, StoredValues } from './stored-values';
import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../../contract';
import { isRecord } from '../../settings';
import { AttributeValue, Item } from '../client/session-client';

/** A stored session. Times are epoch seconds. */
export interface SessionRecord {
  /** When the session is dead. */
  readonly exp: number;
  /** When it was created. */
  readonly iat: number;
  /** When `exp` was last extended. */
  readonly iss: number;
  /** 1 at creation, and one more with each write of data. */
  readonly ver: number;
  /** The absolute deadline, where there is one. */
  readonly abs?: number | undefined;
  /** The session's own idle timeout in seconds, where it differs from the factory's. */
  readonly idl?: number | undefined;
  /** The tokens of the last exact writes, the newest at the end. */
  readonly upd: readonly Uint8Array[];
  /** The nonce of the CSRF token, where there is one. */
  readonly csr?: Uint8Array | undefined;
  /** The flash messages, by the names of their attributes. */
  readonly flash: StoredValues;
  readonly dat: StoredValues;
  /** Bytes of attributes that are not the library's. They stay as they are. */
  readonly foreign: number;
}

/** The flag of a value that is compressed with brotli. */
export const COMPRESSED = 1;
/** The flag of a value that is sealed under the session's id. */
export const SEALED = 2;

/** The flags of a stored value; a text has none. */
export function flagsOf(value: StoredValue): number {
  return typeof value === 'string' ? 0 : (value[0] ?? 0);
}

/** How many tokens of exact writes an item keeps. */
export const MOST_TOKENS = 8;
/** What the name of a flash message's attribute begins with. */
export const FLASH_PREFIX = 'f:';

/** The form of an item that this version writes, and the highest that it reads. It is 1, and then no attribute says so. */
export const FORMAT_ATTRIBUTE = 'fmt';

/** The attributes of a session; flash messages come on top. */
const OWN = new Set<string>([KEY_ATTRIBUTE, TTL_ATTRIBUTE, 'iat', 'iss', 'ver', 'abs', 'idl', 'upd', 'csr', 'dat']);

/** Epoch seconds have ten digits until the year 2286; milliseconds have thirteen. */
const LATEST = 9_999_999_999;

/** The key of a session, as it stands in a call. */
export function toKey(key: Uint8Array): Item {
  return { [KEY_ATTRIBUTE]: { B: key } };
}

/** A number, as DynamoDB takes it. */
export function toNumber(value: number): AttributeValue {
  return { N: String(value) };
}

/** A value of `dat`, as DynamoDB takes it. */
export function toStored(value: StoredValue): AttributeValue {
  return typeof value === 'string' ? { S: value } : { B: value };
}

/** The whole item of a session, for its creation. */
export function toItem(key: Uint8Array, record: SessionRecord): Item {
  const { exp, iat, iss, ver, abs, idl, upd, csr, flash, dat } = record;
  const item: Item = {
    [KEY_ATTRIBUTE]: { B: key }, [TTL_ATTRIBUTE]: toNumber(exp), iat: toNumber(iat), iss: toNumber(iss), ver: toNumber(ver), dat: toData(dat),
  };
  if (abs !== undefined) item.abs = toNumber(abs);
  if (idl !== undefined) item.idl = toNumber(idl);
  if (upd.length > 0) item.upd = toTokens(upd);
  if (csr !== undefined) item.csr = { B: csr };
  for (const [name, value] of flash) item[name] = toStored(value);
  return item;
}

/** The data of a session, as DynamoDB takes it. */
export function toData(dat: StoredValues): AttributeValue {
  const M: Item = {};
  for (const [name, value] of dat) M[name] = toStored(value);
  return { M };
}

/** The tokens of exact writes, as DynamoDB takes them. */
export function toTokens(tokens: readonly Uint8Array[]): AttributeValue {
  return { L: tokens.map((B) => ({ B })) };
}

/**
 * Reads an item that may be anything: damaged, of another program, of a newer
 * version. Nothing is coerced, and what is not exactly right is no session.
 */
export function readItem(item: unknown, key: Uint8Array): SessionRecord | undefined {
  if (!isRecord(item) || Object.hasOwn(item, FORMAT_ATTRIBUTE) || !isKey(item, key)) return undefined;
  const exp = readNumber(item, TTL_ATTRIBUTE) ?? NaN;
  const iat = readNumber(item, 'iat') ?? NaN;
  const iss = readNumber(item, 'iss') ?? NaN;
  const ver = readNumber(item, 'ver') ?? NaN;
  const abs = readNumber(item, 'abs');
  const idl = readNumber(item, 'idl');
  const dat = readValues(single(item, 'dat', 'M'), '');
  const flash = readValues(item, FLASH_PREFIX);
  const upd = readTokens(item);
  const csr = single(item, 'csr', 'B');
  const foreign = foreignBytes(item);
  if (dat === undefined || upd === undefined || flash === undefined || foreign === undefined) return undefined;
  if (Object.hasOwn(item, 'csr') && !(csr instanceof Uint8Array)) return undefined;
  const end = abs ?? LATEST;
  // What is no number is not in order with anything.
  const isInOrder = iat <= iss && iss <= exp && exp <= end && end <= LATEST && ver >= 1 && (idl === undefined || idl >= 1);
  return isInOrder ? { exp, iat, iss, ver, abs, idl, upd, csr: csr as Uint8Array | undefined, flash, dat, foreign } : undefined;
}

/** The tokens of an item, which may be of a session that has ended. */
export function readTokens(item: unknown): Uint8Array[] | undefined {
  if (!isRecord(item) || !Object.hasOwn(item, 'upd')) return [];
  const list = single(item, 'upd', 'L');
  if (!Array.isArray(list)) return undefined;
  const tokens = list.map((element: unknown) => single({ element }, 'element', 'B'));
  return tokens.every((token) => token instanceof Uint8Array) ? tokens : undefined;
}

/** The bytes of what is not ours, or nothing where that is not in DynamoDB's form either. */
function foreignBytes(item: Readonly<Record<string, unknown>>): number | undefined {
  let bytes = 0;
  try {
    for (const name of Object.keys(item)) {
      if (!OWN.has(name) && !name.startsWith(FLASH_PREFIX)) bytes += attributeSize(name, item[name] as AttributeValue);
    }
  } catch {
    return undefined;
  }
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The one value of an attribute, where it has just this type. */
function single(item: Readonly<Record<string, unknown>>, name: string, type: string): unknown {
  const attribute = Object.hasOwn(item, name) ? item[name] : undefined;
  if (!isRecord(attribute)) return undefined;
  const types = Object.keys(attribute);
  return types.length === 1 && types[0] === type ? attribute[type] : undefined;
}

/** Whether the item is the one that was asked for: an answer may have been mixed up on its way. */
function isKey(item: Readonly<Record<string, unknown>>, key: Uint8Array): boolean {
  const found = single(item, KEY_ATTRIBUTE, 'B');
  return found instanceof Uint8Array && Buffer.compare(found, key) === 0;
}

/** A whole number of at most 15 digits, so that none is rounded; `NaN` for anything else, and nothing where there is nothing. */
function readNumber(item: Readonly<Record<string, unknown>>, name: string): number | undefined {
  if (!Object.hasOwn(item, name)) return undefined;
  const text = single(item, name, 'N');
  return typeof text === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : NaN;
}

/** The values whose names begin so; mostly there are no flash messages, and nothing is made for them. */
function readValues(map: unknown, prefix: string): StoredValues | undefined {
  if (!isRecord(map)) return undefined;
  let values: Map<string, StoredValue> | undefined;
  for (const name of Object.keys(map)) {
    if (!name.startsWith(prefix)) continue;
    const value = readStored(map, name);
    if (value === undefined) return undefined;
    (values ??= new Map()).set(name, value);
  }
  return values ?? NOTHING_STORED;
}

/** A text, or bytes whose flags this version knows all. */
function readStored(map: Readonly<Record<string, unknown>>, name: string): StoredValue | undefined {
  const value = single(map, name, 'S') ?? single(map, name, 'B');
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array && value.length > 1 && (flagsOf(value) & ~(COMPRESSED | SEALED)) === 0 ? value : undefined;
}
