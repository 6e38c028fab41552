import type { RandomBytes } from '../clock';

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
