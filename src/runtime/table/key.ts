import { createHash } from 'node:crypto';

/**
 * The table's key of a session: the SHA-256 of its id, or of namespace, NUL and
 * id.
 *
 * It hashes the id's text, not its decoded bytes, because four spellings of the
 * last character decode to the same bytes.
 */
export function keyOf(id: string, namespace?: string): Uint8Array {
  const hash = createHash('sha256');
  if (namespace !== undefined) hash.update(namespace).update('\0');
  return hash.update(id).digest();
}

/**
 * The table's key of a user's item. No cookie leads there, because it begins
 * with a NUL, which neither a session id nor a namespace does.
 */
export function userKeyOf(userId: string, namespace = ''): Uint8Array {
  return createHash('sha256').update(`\0user\0${namespace}\0${userId}`).digest();
}

/** The `ref` of a session: 16 hexadecimal digits that are safe to log. They reveal neither the id nor the key. */
export function refOf(key: Uint8Array): string {
  return createHash('sha256').update('log').update(key).digest('hex').slice(0, 16);
}
