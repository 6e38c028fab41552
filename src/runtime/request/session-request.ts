import { SessionError, SessionUnavailableError } from '../errors';
import { CookieWriter, RequestCookies, ResponseCookies, SessionHeaders, readCookies } from './cookies';
import { OpenedSession, openSession } from './opened-session';
import { RequestScope, deleteSessions, identityOf } from './scope';
import type { ResolvedOptions } from '../options/resolve-options';
import type { FindOldSession } from '../options/session-migration';
import { HeaderGetter, HeaderRecord, headerOf } from '../session/csrf';
import { Session } from '../session/session';
import { refOf } from '../table/key';
import { Meter } from '../table/meter';
import { Store } from '../table/store';

/** What all requests of a factory share. */
export interface FactoryParts {
  readonly options: ResolvedOptions;
  readonly store: Store;
  /** Looks for the session of another store that moves in. */
  readonly findOld: FindOldSession | undefined;
  readonly cookieWriter: CookieWriter;
}

/** What an adapter knows about the request. */
export interface SessionRequestInit {
  /** The `Cookie` header, or a list of several, as they came. Anything that is not a string is ignored. */
  readonly cookies: unknown;
  /** Whether the browser sent the request by HTTPS: what the framework says, which knows the proxies that it trusts. */
  readonly https: boolean;
  /** The request's headers, for the event `cross-site-arrival`: a record or a `Headers` object. */
  readonly headers?: HeaderRecord | HeaderGetter | undefined;
  /** The request's method: `HEAD` and `OPTIONS` do not extend a session. @default 'GET' */
  readonly method?: string | undefined;
  /** Returns the milliseconds that are left for the request. @default - no limit but the `deadline` of each call */
  readonly remainingTime?: (() => number) | undefined;
  /**
   * Whether the response can carry only one `Set-Cookie`. The recent-write cookie
   * is then left out and every read is strong, at twice the price.
   *
   * @default false
   */
  readonly singleSetCookie?: boolean;
  /**
   * Whether this request only reads sessions: nothing is written, not even a touch.
   *
   * @default - what the grant allows
   */
  readonly readOnly?: boolean;
}

/** The handler's status or the error that it threw. */
export interface RequestOutcome {
  readonly status?: number | undefined;
  readonly error?: unknown;
}

/** What the response of a finished request needs. */
export interface FinishedRequest {
  /** For any response that is sent, even an error. */
  readonly headers: SessionHeaders;
  /** The response to send instead of the handler's, if the store could not be used. */
  readonly unavailable?: {
    readonly status: 500 | 503;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

const NO_HEADERS: SessionHeaders = { setCookie: [] };
const UNHEARD: Pick<RequestScope, 'meter' | 'emit'> = { meter: undefined, emit: () => undefined };
const UNUSED: FinishedRequest = { headers: NO_HEADERS };
/** How many ids of one request are read. If there are more, none counts: see `docs/threat-model.md`. */
const MOST_IDS = 3;

/** The session of one request. It opens at most once, and says what the response must carry. */
export class SessionRequest<Data extends object = Record<string, unknown>> {
  readonly #parts: FactoryParts;
  readonly #init: SessionRequestInit;
  /** Made when the session is first used: on many sites most requests never use it. */
  #scope: RequestScope | undefined;
  #cookies: RequestCookies | undefined;
  #opened: Promise<OpenedSession> | undefined;
  #isUsed = false;
  #isFinished = false;

  /** @internal */
  public constructor(parts: FactoryParts, init: SessionRequestInit) {
    if (typeof init?.https !== 'boolean') {
      throw new TypeError('forRequest: https must say whether the browser sent the request by HTTPS, '
        + 'such as req.secure or request.protocol === "https".');
    }
    this.#parts = parts;
    this.#init = init;
  }

  /** Whether `session()` or `endSession()` was called. Until then the response needs nothing. */
  public get isUsed(): boolean {
    return this.#isUsed;
  }

  /**
   * Opens the session: the first call reads it, if the cookie names one, and later calls read nothing. After the commit
   * you can only read the session.
   *
   * @throws SessionUnavailableError if it cannot be read; never an empty session instead
   */
  public async session(): Promise<Session<Data>> {
    this.#isUsed = true;
    const opening = (this.#opened ??= this.#open());
    try {
      return (await opening).session as unknown as Session<Data>;
    } catch (error) {
      // The next call may try again.
      if (this.#opened === opening) this.#opened = undefined;
      throw error;
    }
  }

  /**
   * Ends the session without reading it: one DeleteItem for each session id of
   * the request, and no call without one. `session()` then gives a new, empty one.
   *
   * @throws SessionUnavailableError if it cannot be deleted; the session lives on and no cookie changes
   */
  public async endSession(): Promise<void> {
    this.#isUsed = true;
    const opened = await this.#settled();
    // One DeleteItem even for a user's session: `list` then leaves out its entry.
    if (opened !== undefined) return opened.invalidate(false);
    const scope = this.#begin();
    const { identities, response, isReadOnly, migration } = scope;
    if (identities.size === 0 && migration?.isNamed !== true) return;
    if (this.#isFinished) {
      throw new SessionError('misuse', 'The response was committed. End the session before the handler returns.');
    }
    if (isReadOnly) {
      throw new SessionError(
        'misuse',
        'This function may only read sessions: it was given grantRead. Use grantReadWrite to end them.',
      );
    }
    if (identities.size > 0) {
      await deleteSessions(scope, identities);
      response.clearId();
    }
    await migration?.end(scope);
  }

  /**
   * Stores the changes and says what the response must carry. Call it before
   * the response's head is written, and not for a response that failed.
   *
   * @throws SessionUnavailableError if the changes cannot be stored
   */
  public async commit(): Promise<SessionHeaders> {
    this.#isFinished = true;
    const opened = await this.#settled();
    await opened?.commit();
    return this.#scope?.response.headers(opened !== undefined) ?? NO_HEADERS;
  }

  /**
   * Drops the changes, and says what the response must still carry because of `save()`, `invalidate()` and
   * `endSession()`.
   */
  public async discard(): Promise<SessionHeaders> {
    this.#isFinished = true;
    const opened = await this.#settled();
    await opened?.close();
    return this.#scope?.response.headers(opened !== undefined) ?? NO_HEADERS;
  }

  /**
   * Ends the request according to its outcome: an error or a status of 500 or more discards the changes, anything else
   * commits them. If the store could not be used, by the handler or by the commit, one line in the log says so.
   *
   * @throws SessionTooLargeError, or SessionError with the code `misuse`, if the changes cannot be stored as they are
   */
  public async finish({ status, error }: RequestOutcome = {}): Promise<FinishedRequest> {
    let failure = error;
    if (error === undefined && !(Number(status) >= 500)) {
      if (this.endUnused()) return UNUSED;
      try {
        return { headers: await this.commit() };
      } catch (reason) {
        failure = reason;
      }
    }
    const headers = await this.discard();
    if (failure instanceof SessionUnavailableError) return { headers, unavailable: unavailable(failure) };
    if (failure !== error) throw failure;
    return { headers };
  }

  /** @internal Ends a request whose session nobody has asked for; what asks for it later can only read it. */
  public endUnused(): boolean {
    if (this.#isUsed) return false;
    this.#isFinished = true;
    return true;
  }

  /** The value of `Set-Cookie` for the id that the response sends so far, set or cleared; `undefined` for none. */
  public idCookie(): string | undefined {
    return this.#scope?.response.idCookie;
  }

  async #open(): Promise<OpenedSession> {
    const scope = this.#begin();
    const { ids, recentWrite, malformed } = this.#cookies as RequestCookies;
    const isReadable = ids.length <= MOST_IDS;
    if ((malformed && ids.length === 0) || !isReadable) scope.emit('cookie-rejected');
    if (ids.length === 0 && isCrossSiteArrival(this.#init.headers)) scope.emit('cross-site-arrival');
    const { consistency } = scope.options;
    const isRecent = recentWrite || this.#init.singleSetCookie === true;
    const strong = consistency === 'strong' || (consistency === 'session' && isRecent) || ids.length > 1;
    const opened = await openSession(scope, isReadable ? [...scope.identities] : [], strong);
    // A function that may only read cannot move it.
    const data = ids.length > 0 || malformed || scope.isReadOnly ? undefined : await scope.migration?.read(scope);
    if (data !== undefined) opened.takeIn(data);
    if (this.#isFinished) await opened.close();
    return opened;
  }

  /** Reads the cookies, and makes the scope. */
  #begin(): RequestScope {
    if (this.#scope !== undefined) return this.#scope;
    const { options, store, findOld, cookieWriter } = this.#parts;
    const { cookies, https, method = 'GET', remainingTime, singleSetCookie = false, readOnly = false } = this.#init;
    const headers: readonly unknown[] = Array.isArray(cookies) ? cookies : [cookies];
    this.#cookies = readCookies(headers, options.cookie.name);
    this.#scope = {
      options,
      store,
      ...listening(options),
      https,
      remainingTime,
      response: new ResponseCookies(
        cookieWriter,
        https,
        options.consistency === 'session' && !singleSetCookie,
        singleSetCookie,
      ),
      isReadOnly: options.isReadOnly || readOnly,
      touches: method !== 'HEAD' && method !== 'OPTIONS',
      identities: new Set(this.#cookies.ids.map((id) => identityOf(id, options.namespace))),
      migration: findOld?.(headers),
    };
    return this.#scope;
  }

  /** The session, if it was opened; one that could not be opened counts as none. */
  #settled(): Promise<OpenedSession | undefined> | undefined {
    return this.#opened?.catch(() => undefined);
  }
}

/**
 * Whether a link on another site, or a redirect from one, led here. Under `SameSite=Strict` the browser then sends no
 * cookie.
 */
function isCrossSiteArrival(headers: SessionRequestInit['headers']): boolean {
  if (headers === undefined) return false;
  return headerOf(headers, 'sec-fetch-site') === 'cross-site' && headerOf(headers, 'sec-fetch-mode') === 'navigate';
}

/** The response while the store cannot be used. The log says why; the visitor need not know. */
function unavailable(error: SessionUnavailableError): NonNullable<FinishedRequest['unavailable']> {
  console.error(`${error.name} (${error.code}): ${error.message}`);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  if (error.code === 'configuration') return { status: 500, headers, body: 'The service is not set up correctly.' };
  return {
    status: 503,
    headers: { ...headers, 'retry-after': '1' },
    body: 'The service is unavailable. Try again in a moment.',
  };
}

/** What sessions work with outside of a request. */
export function detachedScope({ options, store, cookieWriter }: FactoryParts): RequestScope {
  return {
    options,
    store,
    https: true,
    remainingTime: undefined,
    response: new ResponseCookies(cookieWriter, true, false),
    isReadOnly: options.isReadOnly,
    touches: true,
    identities: new Set(),
    migration: undefined,
    ...listening(options),
  };
}

/** Calls the factory's listener. A listener that fails must not fail the visitor's request. */
function listening({ onEvent }: ResolvedOptions): Pick<RequestScope, 'meter' | 'emit'> {
  if (onEvent === undefined) return UNHEARD;
  const meter = new Meter();
  const emit: RequestScope['emit'] = (type, key) => {
    try {
      const returned: unknown = onEvent({ type, ...(key && { ref: refOf(key) }), ...meter.take() });
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // The same.
    }
  };
  return { meter, emit };
}
