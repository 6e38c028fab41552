import { SessionTooLargeError } from '../errors';
import { SessionRecord, toItem } from './item';
import { LARGEST_ITEM, itemSize } from './item-size';
import type { SessionContext } from '../request/scope';
import { sessionRef } from '../session/id';

/** Bytes from which on a session is worth a look: each write of it costs 64 units. */
const LARGE = 65_536;
const MOST_NAMED = 5;

/**
 * Refuses a session that DynamoDB would not take, before any call.
 *
 * @throws SessionTooLargeError with the largest keys
 */
export function checkSize({ emit }: SessionContext, key: Uint8Array, record: SessionRecord): void {
  const bytes = itemSize(toItem(key, record)) + record.foreign;
  if (bytes > LARGEST_ITEM) throw new SessionTooLargeError(bytes, largestKeys(record), { ref: sessionRef(key) });
  if (bytes > LARGE) emit('large', key);
}

function largestKeys({ dat }: SessionRecord): { key: string; bytes: number }[] {
  return [...dat]
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(value) }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, MOST_NAMED);
}
