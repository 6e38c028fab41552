import { ResolvedSettings, mustBeSecure } from '../../settings';
import { isSessionId } from '../session/id';

/** What the cookies of a request say. */
export interface RequestCookies {
  /** The different well-formed session ids, in the order that they came. */
  readonly ids: readonly string[];
  /** Whether this browser's requests wrote within the last seconds. */
  readonly recentWrite: boolean;
  /** Whether a cookie of the id's name is not a session id. */
  readonly malformed: boolean;
}

/** The id cookie with every default in place. */
export type CookieOptions = ResolvedSettings['cookie'];

/**
 * Longer headers are not read: API Gateway lets 10,240 bytes of all headers through, browsers send 4,096 of one cookie.
 */
const LONGEST_HEADER = 16_384;
/** How many different ids are noted. Reading takes fewer; `endSession()` deletes them all. */
const MOST_IDS = 8;
/** Seconds for which a browser that wrote reads strongly: far more than a replica of DynamoDB lags. */
const RECENT_WRITE_AGE = 20;

/** The name of the recent-write cookie that goes with an id cookie. */
function recentWriteName(name: string): string {
  return `${name}_w`;
}

/**
 * Reads the ids and the recent-write mark out of `Cookie` headers, in one pass and without decoding anything.
 *
 * Names are compared byte by byte, and only spaces and tabs are trimmed.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis sections 4.2.1 and 5.6
 */
export function readCookies(headers: readonly unknown[], name: string): RequestCookies {
  const mark = recentWriteName(name);
  const ids: string[] = [];
  let recentWrite = false;
  let malformed = false;
  for (const header of headers) {
    if (typeof header !== 'string' || header.length > LONGEST_HEADER) continue;
    for (let at = 0, end = 0; at < header.length; at = end + 1) {
      end = header.indexOf(';', at);
      if (end < 0) end = header.length;
      while (isBlank(header.charCodeAt(at))) at++;
      const value = valueAfter(name, header, at, end);
      if (value === undefined) recentWrite ||= valueAfter(mark, header, at, end) === '1';
      else if (!isSessionId(value)) malformed = true;
      else if (ids.length < MOST_IDS && !ids.includes(value)) ids.push(value);
    }
  }
  return { ids, recentWrite, malformed };
}

/** The trimmed value of the pair at `at`, or nothing if it has another name. */
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
 * Writes the `Set-Cookie` values of one factory. None contains a comma, because some Lambda adapters split there.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1
 */
export class CookieWriter {
  readonly #options: CookieOptions;

  public constructor(options: CookieOptions) {
    this.#options = options;
  }

  /** The cookie that carries an id, for `maxAge` seconds or until the browser is closed. */
  public id(id: string, https: boolean, maxAge: number | undefined): string {
    return this.#cookie(this.#options.name, id, maxAge, https);
  }

  /** The cookie that removes the id. It needs the same attributes as the id cookie, or browsers keep that one. */
  public clear(https: boolean): string {
    return this.#cookie(this.#options.name, '', 0, https);
  }

  /** The mark that makes the next seconds of this browser read strongly. */
  public recentWrite(https: boolean): string {
    return this.#cookie(recentWriteName(this.#options.name), '1', RECENT_WRITE_AGE, https);
  }

  #cookie(name: string, value: string, maxAge: number | undefined, https: boolean): string {
    const { path, domain, httpOnly, sameSite, partitioned, priority } = this.#options;
    const { secure = https || mustBeSecure(this.#options) } = this.#options;
    return (
      `${name}=${value}; Path=${path}` +
      (domain === undefined ? '' : `; Domain=${domain}`) +
      (maxAge === undefined ? '' : `; Max-Age=${maxAge}`) +
      (secure ? '; Secure' : '') +
      (httpOnly ? '; HttpOnly' : '') +
      (sameSite ? `; SameSite=${sameSite}` : '') +
      (partitioned ? '; Partitioned' : '') +
      (priority ? `; Priority=${priority}` : '')
    );
  }
}

/** What the response must carry. */
export interface SessionHeaders {
  /**
   * The values of `Set-Cookie`, each for its own header: none, one or two; three if an old store's cookie is cleared.
   */
  readonly setCookie: readonly string[];
  /** For `Cache-Control`: whoever gets a cached cookie gets the session. */
  readonly cacheControl?: 'no-store';
  /** For `Vary`: the response depends on the session. */
  readonly vary?: 'Cookie';
}

/** The cookies that one response sends. The last change of the id counts, so each name is sent at most once. */
export class ResponseCookies {
  readonly #writer: CookieWriter;
  readonly #https: boolean;
  readonly #marksWrites: boolean;
  readonly #isSingle: boolean;
  #id: string | undefined;
  #isCleared = false;
  #wrote = false;
  #other: string | undefined;

  /**
   * @param marksWrites - whether a write sends the recent-write cookie
   * @param isSingle - whether the response can carry only one cookie
   */
  public constructor(writer: CookieWriter, https: boolean, marksWrites: boolean, isSingle = false) {
    this.#writer = writer;
    this.#https = https;
    this.#marksWrites = marksWrites;
    this.#isSingle = isSingle;
  }

  /** The text of the id cookie that the response sends: set or cleared. */
  public get idCookie(): string | undefined {
    return this.#id ?? (this.#isCleared ? this.#writer.clear(this.#https) : undefined);
  }

  /** @param maxAge - seconds, or until the browser is closed */
  public setId(id: string, maxAge: number | undefined): void {
    this.#id = this.#writer.id(id, this.#https, maxAge);
  }

  public clearId(): void {
    this.withdraw();
    this.#isCleared = true;
  }

  /** Takes back the id and the mark: the session has ended, and a later response may already have another. */
  public withdraw(): void {
    this.#id = undefined;
    this.#wrote = false;
  }

  /** Clears the cookie of another store. @param clearing - its `Set-Cookie` */
  public clearOther(clearing: string): void {
    this.#other = clearing;
  }

  /** Data was written: the next read of this browser must see it. */
  public wrote(): void {
    this.#wrote = true;
  }

  /** @param isOpened - whether the handler opened the session */
  public headers(isOpened: boolean): SessionHeaders {
    const { idCookie } = this;
    const setCookie = idCookie === undefined ? [] : [idCookie];
    if (this.#wrote && this.#marksWrites) setCookie.push(this.#writer.recentWrite(this.#https));
    if (this.#other !== undefined && !(this.#isSingle && setCookie.length > 0)) setCookie.push(this.#other);
    return {
      setCookie,
      ...(setCookie.length > 0 && { cacheControl: 'no-store' as const }),
      ...(isOpened && { vary: 'Cookie' as const }),
    };
  }
}
