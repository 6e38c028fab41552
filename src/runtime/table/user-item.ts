import { FORMAT_ATTRIBUTE, bytes, isKey, isObject, number, toKey, valueOfType } from './item';
import { refOf } from './key';
import { TTL_ATTRIBUTE } from '../../contract';
import type { AttributeValue, Item } from '../client/session-client';

/** One session in a user's list. Times are epoch seconds. */
export interface UserEntry {
  /** The session's key. */
  readonly key: Uint8Array;
  /** When the user signed in. */
  readonly iat: number;
  /** When the session ends however much it is used. */
  readonly abs: number;
  /** The device that `signIn` was given. */
  readonly device: string | undefined;
}

/** A user's sessions, by their `ref`. */
export type UserEntries = ReadonlyMap<string, UserEntry>;

/** A user's item as a write finds it. */
export interface UserItem {
  readonly exp: number;
  readonly ver: number;
  readonly entries: UserEntries;
  /** `ver` as it is stored, which every write is conditional on; `undefined` if there is none. */
  readonly version: AttributeValue | undefined;
}

/** What a read of a user's item found. `newer` is one that a later version of this library wrote. */
export type UserItemRead = { readonly kind: 'found' | 'damaged'; readonly item: UserItem } | { readonly kind: 'newer' };

/** A user who signs in for the first time, or whose item TTL has deleted. */
const NO_USER: UserItem = { exp: 0, ver: 0, entries: new Map(), version: undefined };
/** The least time that an item stays after a write, in seconds: after it no earlier transaction can still arrive. */
const LEAST_TIME = 3600;

/**
 * Reads a user's item, which may be anything. A damaged one counts as empty, and
 * keeps its version, so that the write that replaces it cannot overwrite another.
 */
export function readUserItem(item: unknown, key: Uint8Array): UserItemRead {
  if (item === undefined) return { kind: 'found', item: NO_USER };
  // A response that was mixed up on its way says nothing about this user.
  if (!isObject(item) || !isKey(item, key)) return { kind: 'damaged', item: NO_USER };
  if (Object.hasOwn(item, FORMAT_ATTRIBUTE)) return { kind: 'newer' };
  const version = item.ver as AttributeValue | undefined;
  const [exp, ver, entries] = [number.read(item[TTL_ATTRIBUTE]), number.read(version), readEntries(item.ses)];
  if (exp !== undefined && ver !== undefined && entries !== undefined) {
    return { kind: 'found', item: { exp, ver, entries, version } };
  }
  return { kind: 'damaged', item: { ...NO_USER, exp: exp ?? 0, ver: ver ?? 0, version } };
}

/** The item after a change. `ver` only grows, even after TTL has deleted the item, and `exp` never moves back. */
export function toUserItem(key: Uint8Array, before: UserItem, entries: UserEntries, now: number): Item {
  const latest = [...entries.values()].reduce((end, { abs }) => Math.max(end, abs), now + LEAST_TIME);
  const ses: Record<string, AttributeValue> = {};
  for (const [ref, entry] of entries) ses[ref] = writeEntry(entry);
  return {
    ...toKey(key),
    [TTL_ATTRIBUTE]: number.write(Math.max(before.exp, latest)),
    ver: number.write(Math.max(before.ver + 1, now)),
    ses: { M: ses },
  };
}

function writeEntry({ key, iat, abs, device }: UserEntry): AttributeValue {
  return {
    M: {
      k: bytes.write(key),
      iat: number.write(iat),
      abs: number.write(abs),
      ...(device !== undefined && { dev: { S: device } }),
    },
  };
}

function readEntries(given: unknown): UserEntries | undefined {
  const map = valueOfType(given, 'M');
  if (!isObject(map)) return undefined;
  const entries = new Map<string, UserEntry>();
  for (const ref of Object.keys(map)) {
    const entry = readEntry(valueOfType(map[ref], 'M'));
    if (entry === undefined || refOf(entry.key) !== ref) return undefined;
    entries.set(ref, entry);
  }
  return entries;
}

function readEntry(map: unknown): UserEntry | undefined {
  if (!isObject(map)) return undefined;
  const [key, iat, abs, device] = [
    bytes.read(map.k),
    number.read(map.iat),
    number.read(map.abs),
    valueOfType(map.dev, 'S'),
  ];
  if (
    key === undefined
    || iat === undefined
    || abs === undefined
    || (map.dev !== undefined && typeof device !== 'string')
  ) {
    return undefined;
  }
  return { key, iat, abs, device: device as string | undefined };
}
