import { createHash } from 'node:crypto';

/** Makes cryptographically random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

const FORM = /^[A-Za-z0-9_-]{43}$/;

/**
 * Makes a session id: 32 random bytes as base64url, which is 43 characters.
 *
 * @see https://github.com/OWASP/ASVS ASVS 5.0, 7.2.3: at least 128 bits of entropy
 */
export function newSessionId(random: RandomBytes): string {
  return Buffer.from(random(32)).toString('base64url');
}

/** Whether a text has the form of a session id. Nothing else is ever hashed or looked up. */
export function isSessionId(text: string): boolean {
  return FORM.test(text);
}

/**
 * The table's key of a session: the SHA-256 of the 43 characters of its id.
 *
 * The text is hashed and not the bytes that it stands for, because four
 * spellings of the last character decode to the same bytes.
 */
export function hashSessionId(id: string): Uint8Array {
  return createHash('sha256').update(id, 'latin1').digest();
}

/** Eight hexadecimal digits that stand for a session in logs. They lead back neither to the id nor to the key. */
export function sessionRef(key: Uint8Array): string {
  return createHash('sha256').update('log').update(key).digest('hex').slice(0, 8);
}
