import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is known of a request that may be forged. */
export interface CsrfRequest {
  readonly method: string;
  /** The request's headers: a record, whatever the case of its names, or a `Headers` object. */
  readonly headers: HeaderRecord | HeaderGetter;
  /** What the form or the script sent as its token. */
  readonly token?: unknown;
}

/** Headers by their names. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `Headers` of the Fetch standard, as far as it is needed. */
export interface HeaderGetter {
  get(name: string): string | null;
}

/** Who else may send requests that change something. */
export interface CsrfOptions {
  /** Origins beside the request's own host, such as `https://www.example.com`. @default - none */
  readonly origins?: readonly string[];
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** The token of a session: an HMAC under its id, so that it is nowhere stored and ends with the id. */
export function csrfToken(id: string, nonce: Uint8Array | undefined): string {
  return createHmac('sha256', id).update('csrf').update(nonce ?? '').digest('base64url');
}

/**
 * Whether a request may change something: the browser's own word about where
 * it comes from decides, and where that is missing, the token.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers
 */
export function isOwnRequest({ method, headers, token }: CsrfRequest, { origins = [] }: CsrfOptions, expected: string | undefined): boolean {
  if (SAFE_METHODS.includes(method.toUpperCase())) return true;
  const site = header(headers, 'sec-fetch-site');
  const origin = header(headers, 'origin');
  if (site === 'same-origin' || site === 'none') return true;
  if (site !== undefined) return origin !== undefined && origins.includes(origin);
  if (origin !== undefined) return origins.includes(origin) || isHost(origin, header(headers, 'host'));
  return expected !== undefined && typeof token === 'string' && isEqual(token, expected);
}

function isHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && host !== '' && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/** In a time that tells nothing of where they differ. */
function isEqual(token: string, expected: string): boolean {
  const [one, other] = [Buffer.from(token), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The one value of a header; several are as good as a lie. */
function header(headers: HeaderRecord | HeaderGetter, lower: string): string | undefined {
  if (isGetter(headers)) return headers.get(lower) ?? undefined;
  const values = Object.keys(headers).flatMap((name) => (name.toLowerCase() === lower ? (headers[name] ?? []) : []));
  return values.length > 1 ? '' : values[0];
}

function isGetter(headers: HeaderRecord | HeaderGetter): headers is HeaderGetter {
  return typeof headers.get === 'function';
}
