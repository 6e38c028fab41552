import { SharedCookieOptions, mustBeSecure } from '../../settings';
import { isSessionId } from '../session/id';

/** What the cookies of a request say. */
export interface RequestCookies {
  /** The session id, where there is exactly one. */
  readonly id: string | undefined;
  /** Whether this browser got an answer that wrote, within the last seconds. */
  readonly recentWrite: boolean;
  /** Why a cookie of the right name was not taken. */
  readonly rejected: 'malformed' | 'ambiguous' | undefined;
}

/** The id cookie with every default in place. */
export type CookieOptions = Required<Pick<SharedCookieOptions, 'name' | 'path' | 'httpOnly' | 'sameSite'>> &
  SharedCookieOptions;

/** Longer headers are not read: API Gateway lets 10,240 bytes of all headers through, browsers 4,096 of one cookie. */
const LONGEST_HEADER = 16_384;

/** Seconds for which a browser that wrote reads strongly: far more than a replica of DynamoDB lags. */
const RECENT_WRITE_AGE = 20;

/** The name of the recent-write cookie beside an id cookie. */
function recentWriteName(name: string): string {
  return `${name}_w`;
}

/**
 * Reads the id and the recent-write mark out of `Cookie` headers, in one pass and without decoding anything.
 *
 * Names are compared byte by byte, only spaces and tabs are trimmed, and two
 * different ids are none: their order says nothing about which one is ours.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis sections 4.2.1 and 5.6
 */
export function readCookies(headers: readonly unknown[], name: string): RequestCookies {
  const mark = recentWriteName(name);
  let id: string | undefined;
  let recentWrite = false;
  let malformed = false;
  let ambiguous = false;
  for (const header of headers) {
    if (typeof header !== 'string' || header.length > LONGEST_HEADER) continue;
    for (let at = 0, end = 0; at < header.length; at = end + 1) {
      end = header.indexOf(';', at);
      if (end < 0) end = header.length;
      while (isBlank(header.charCodeAt(at))) at++;
      const value = valueAfter(name, header, at, end);
      if (value === undefined) recentWrite ||= valueAfter(mark, header, at, end) === '1';
      else if (!isSessionId(value)) malformed = true;
      else if (value !== (id ??= value)) ambiguous = true;
    }
  }
  if (ambiguous) return { id: undefined, recentWrite, rejected: 'ambiguous' };
  return { id, recentWrite, rejected: malformed && id === undefined ? 'malformed' : undefined };
}

/** The trimmed value of the pair at `at`, or nothing where its name is another. */
function valueAfter(name: string, header: string, at: number, end: number): string | undefined {
  if (!header.startsWith(name, at)) return undefined;
  at += name.length;
  while (isBlank(header.charCodeAt(at))) at++;
  if (header[at] !== '=') return undefined;
  at++;
  while (at < end && isBlank(header.charCodeAt(at))) at++;
  while (end > at && isBlank(header.charCodeAt(end - 1))) end--;
  return header.slice(at, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Writes the `Set-Cookie` values of one factory.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1
 */
export class CookieWriter {
  readonly #options: CookieOptions;

  public constructor(options: CookieOptions) {
    this.#options = options;
  }

  /** The cookie that carries an id; for as long as `maxAge` says, or until the browser is closed. */
  public id(id: string, https: boolean, maxAge = this.#options.maxAge): string {
    return this.#cookie(this.#options.name, id, maxAge === undefined ? '' : `; Max-Age=${maxAge}`, https);
  }

  /** The cookie that takes the id away. The attributes are those that it was set with, or browsers keep it. */
  public clear(https: boolean): string {
    return this.#cookie(this.#options.name, '', '; Max-Age=0', https);
  }

  /** The mark that makes the next seconds of this browser read strongly. */
  public recentWrite(https: boolean): string {
    return this.#cookie(recentWriteName(this.#options.name), '1', `; Max-Age=${RECENT_WRITE_AGE}`, https);
  }

  #cookie(name: string, value: string, age: string, https: boolean): string {
    const { path, domain, httpOnly, sameSite, partitioned, priority } = this.#options;
    const { secure = https || mustBeSecure(this.#options) } = this.#options;
    return (
      `${name}=${value}; Path=${path}` +
      (domain === undefined ? '' : `; Domain=${domain}`) +
      age +
      (secure ? '; Secure' : '') +
      (httpOnly ? '; HttpOnly' : '') +
      (sameSite ? `; SameSite=${sameSite}` : '') +
      (partitioned ? '; Partitioned' : '') +
      (priority ? `; Priority=${priority}` : '')
    );
  }
}
