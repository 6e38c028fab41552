import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '../clock';

/** A request that may be forged. */
export interface CsrfRequest {
  readonly method: string;
  /** The request's headers: a record, whatever the case of its names, or a `Headers` object. */
  readonly headers: HeaderRecord | HeaderGetter;
  /** What the form or the script sent as its token. */
  readonly token?: unknown;
}

/** Headers by name. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The part of the Fetch standard's `Headers` that is needed. */
export interface HeaderGetter {
  get(name: string): string | null;
}

/** Options of the check. */
export interface CsrfOptions {
  /** Origins besides the request's own, such as `https://www.example.com`. @default - none */
  readonly origins?: readonly string[];
}

/** Bytes of a secret and of the mask over it. */
const SECRET_BYTES = 16;
/** @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Makes the secret of a session's tokens. It is stored with the session, so tokens outlive a repeated creation. */
export function newCsrfSecret(random: RandomBytes): Uint8Array {
  return random(SECRET_BYTES);
}

/** The secret of a session for which none is stored: an HMAC under its id, so that it ends with the id. */
export function derivedCsrfSecret(id: string): Uint8Array {
  return createHmac('sha256', id).update('csrf').digest().subarray(0, SECRET_BYTES);
}

/**
 * A token: a new mask and the secret under it, so that no two pages hold the same text.
 *
 * @see https://www.breachattack.com/ why a secret must not be repeated in compressed pages
 */
export function csrfToken(secret: Uint8Array, random: RandomBytes): string {
  const mask = random(SECRET_BYTES);
  return Buffer.concat([mask, xor(mask, secret)]).toString('base64url');
}

/**
 * Whether a request may change something: what the browser says about its origin decides; without that, the token does.
 *
 * @param secret - the session's, or `undefined` if it has none: then no token verifies
 * @param https - whether the request itself came by HTTPS
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers
 */
export function isOwnRequest(
  { method, headers, token }: CsrfRequest,
  { origins = [] }: CsrfOptions,
  secret: Uint8Array | undefined,
  https: boolean,
): boolean {
  if (SAFE_METHODS.includes(method.toUpperCase())) return true;
  const site = headerOf(headers, 'sec-fetch-site');
  const origin = headerOf(headers, 'origin');
  if (site === 'same-origin' || site === 'none') return true;
  if (site !== undefined) return origin !== undefined && origins.includes(origin);
  if (origin !== undefined) return origins.includes(origin) || isSameOrigin(origin, headerOf(headers, 'host'), https);
  return secret !== undefined && isTokenOf(token, secret);
}

/** Scheme and host; an origin omits the scheme's default port. */
function isSameOrigin(origin: string, host: string | undefined, https: boolean): boolean {
  if (host === undefined || host === '' || !URL.canParse(origin)) return false;
  const own = `${https ? 'https' : 'http'}://${host}`;
  return URL.canParse(own) && new URL(own).origin === new URL(origin).origin;
}

/** Constant-time comparison. */
function isTokenOf(token: unknown, secret: Uint8Array): boolean {
  if (typeof token !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(token)) return false;
  const bytes = Buffer.from(token, 'base64url');
  return (
    secret.length === SECRET_BYTES
    && timingSafeEqual(xor(bytes.subarray(0, SECRET_BYTES), bytes.subarray(SECRET_BYTES)), secret)
  );
}

function xor(mask: Uint8Array, bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => byte ^ (mask[i] as number));
}

/** The one value of a header. Repeated headers are ambiguous, so none counts. */
export function headerOf(headers: HeaderRecord | HeaderGetter, lower: string): string | undefined {
  if (isGetter(headers)) return headers.get(lower) ?? undefined;
  const values = Object.keys(headers).flatMap((name) => (name.toLowerCase() === lower ? (headers[name] ?? []) : []));
  return values.length > 1 ? '' : values[0];
}

function isGetter(headers: HeaderRecord | HeaderGetter): headers is HeaderGetter {
  return typeof headers.get === 'function';
}
