import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../contract';
import { AttributeValue, Item } from './client/session-client';

/** A stored value: JSON text, or one byte of flags and then bytes. */
export type StoredValue = string | Uint8Array;

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
  readonly dat: ReadonlyMap<string, StoredValue>;
}

/** The form of an item that this version writes, and the highest that it reads. It is 1, and then no attribute says so. */
export const FORMAT_ATTRIBUTE = 'fmt';

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
  const dat: Item = {};
  for (const [name, value] of record.dat) dat[name] = toStored(value);
  return {
    ...toKey(key),
    [TTL_ATTRIBUTE]: toNumber(record.exp),
    iat: toNumber(record.iat),
    iss: toNumber(record.iss),
    ver: toNumber(record.ver),
    ...(record.abs === undefined ? {} : { abs: toNumber(record.abs) }),
    ...(record.idl === undefined ? {} : { idl: toNumber(record.idl) }),
    dat: { M: dat },
  };
}

/**
 * Reads an item that may be anything: damaged, of another program, of a newer
 * version. Nothing is coerced, and what is not exactly right is no session.
 */
export function readItem(item: unknown, key: Uint8Array): SessionRecord | undefined {
  if (!isRecord(item) || Object.hasOwn(item, FORMAT_ATTRIBUTE) || !isKey(item, key)) return undefined;
  const [exp, iat, iss, ver] = [readNumber(item, TTL_ATTRIBUTE), readNumber(item, 'iat'), readNumber(item, 'iss'), readNumber(item, 'ver')];
  const abs = readNumber(item, 'abs');
  const idl = readNumber(item, 'idl');
  const dat = readData(single(item, 'dat', 'M'));
  if (exp === undefined || iat === undefined || iss === undefined || ver === undefined || dat === undefined) return undefined;
  if (Object.hasOwn(item, 'abs') !== (abs !== undefined) || Object.hasOwn(item, 'idl') !== (idl !== undefined)) return undefined;
  const inOrder = iat <= iss && iss <= exp && exp <= (abs ?? LATEST) && (abs ?? 0) <= LATEST && ver >= 1 && (idl ?? 1) >= 1;
  return inOrder ? { exp, iat, iss, ver, abs, idl, dat } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

/** A whole number of at most 15 digits, so that none is rounded. */
function readNumber(item: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = single(item, name, 'N');
  return typeof text === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
}

function readData(map: unknown): ReadonlyMap<string, StoredValue> | undefined {
  if (!isRecord(map)) return undefined;
  const dat = new Map<string, StoredValue>();
  for (const name of Object.keys(map)) {
    const value = single(map, name, 'S') ?? single(map, name, 'B');
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) return undefined;
    dat.set(name, value);
  }
  return dat;
}
