import { CookieWriter, RequestCookies, readCookies } from './cookie';
import { SessionUnavailableError } from '../errors';
import { OpenedSession, openSession } from './opened-session';
import { ResponseCookies, SessionHeaders } from './response-cookies';
import { SessionContext } from './scope';
import { identityOf } from './session-state';
import { SessionClient } from '../client/session-client';
import { ResolvedOptions } from '../options/resolve-options';
import { SessionEvent } from '../options/session-event';
import { hashSessionId, sessionRef } from '../session/id';
import { Session } from '../session/session';
import { Store } from '../table/store';

/** What all requests of a factory share. */
export interface FactoryParts {
  readonly options: ResolvedOptions;
  readonly client: SessionClient;
  readonly cookieWriter: CookieWriter;
}

/** What a framework tells of a request. */
export interface SessionRequestInit {
  /** The `Cookie` header, or a list of several, as they came. What is no text is ignored. */
  readonly cookies: unknown;
  /** Whether the browser sent the request by HTTPS. */
  readonly https: boolean;
  /** The request's method: `HEAD` and `OPTIONS` do not extend a session. @default 'GET' */
  readonly method?: string | undefined;
  /** Gives the milliseconds that are left for the request. @default - no limit but the `deadline` of each call */
  readonly remainingTime?: (() => number) | undefined;
  /**
   * Whether the response has room for one `Set-Cookie` only. The recent-write
   * cookie is then left out and every read is strong, at twice the price.
   *
   * @default false
   */
  readonly singleSetCookie?: boolean;
  /** Whether the session is only read: no write and no touch. @default false */
  readonly readOnly?: boolean;
}

/** How a request came out. */
export interface RequestOutcome {
  /** The status of the response. */
  readonly status?: number | undefined;
  /** What the handler threw. */
  readonly error?: unknown;
}

/** What the response needs from the session. */
export interface FinishedRequest {
  /** To set on whatever response goes out, an error's too. */
  readonly headers: SessionHeaders;
  /** The response to send where the store is out of reach. */
  readonly unavailable?: { readonly status: 500 | 503; readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** What every adapter adds to its framework's context. */
export interface WithSession<Data extends object> {
  /** Opens this request's session. */
  session(): Promise<Session<Data>>;
  /** Ends this request's session, without reading it. */
  endSession(): Promise<void>;
}

/** The session of one request. It opens at most once, and tells what the response must carry. */
export class SessionRequest<Data extends object = Record<string, unknown>> {
  readonly #parts: FactoryParts;
  readonly #init: SessionRequestInit;
  readonly #store: Store;
  readonly #response: ResponseCookies;
  #cookies: RequestCookies | undefined;
  #opened: Promise<OpenedSession> | undefined;
  #session: Session<Data> | undefined;
  /** Whether the cookie's session was ended without opening it. */
  #left = false;
  #isUsed = false;
  #isOver = false;

  /** @internal */
  public constructor(parts: FactoryParts, init: SessionRequestInit) {
    if (typeof (init.https as unknown) !== 'boolean') throw new TypeError('forRequest: https is missing; allowed is true or false.');
    const { cookieWriter, client } = parts;
    const options = init.readOnly === true ? { ...parts.options, isReadOnly: true } : parts.options;
    this.#parts = { ...parts, options };
    this.#init = init;
    const { tableName, clock, random, deadline } = options;
    this.#store = new Store(client, tableName, { clock, random, deadline, remainingTime: init.remainingTime });
    this.#response = new ResponseCookies(cookieWriter, init.https, options.consistency === 'session' && init.singleSetCookie !== true);
  }

  /**
   * Opens the session: at the first call one read, where the cookie names a session, and none later.
   *
   * @throws SessionUnavailableError where it cannot be read; never an empty session instead
   */
  public async session(): Promise<Session<Data>> {
    this.#isUsed = true;
    const opening = (this.#opened ??= this.#open());
    try {
      const opened = await opening;
      if (this.#isOver) await opened.discard();
      return (this.#session ??= new Session<Data>(opened));
    } catch (error) {
      // The next call may try again.
      if (this.#opened === opening) this.#opened = undefined;
      throw error;
    }
  }

  /**
   * Ends the session, without reading it where it is not open: one DeleteItem,
   * or no call without a session id. `session()` then gives a new, empty one.
   *
   * @throws SessionUnavailableError where it cannot be deleted; the session lives on and no cookie changes
   */
  public async endSession(): Promise<void> {
    this.#isUsed = true;
    const opened = await this.#settled();
    if (opened !== undefined) return opened.invalidate();
    const { id } = this.#readCookies();
    if (id === undefined || this.#left) return;
    if (this.#parts.options.isReadOnly) throw new Error('This function may only read sessions: it was given grantRead. Use grantReadWrite to end them.');
    const key = hashSessionId(id);
    await this.#store.delete(key);
    this.#left = true;
    this.#response.clearId();
    this.#emit('invalidated', key);
  }

  /**
   * Stores the changes and says what the response must carry. Call it before
   * the response's head is written, and not for an answer that failed.
   *
   * @throws SessionUnavailableError where the changes cannot be stored
   */
  public async commit(): Promise<SessionHeaders> {
    const opened = await this.#settled();
    await opened?.commit();
    return this.#response.headers(opened !== undefined);
  }

  /** Drops the changes, and says what the response must carry all the same: what `save()`, `invalidate()` and `endSession()` have done. */
  public async discard(): Promise<SessionHeaders> {
    const opened = await this.#settled();
    await opened?.discard();
    return this.#response.headers(opened !== undefined);
  }

  /** Whether the session was asked for or ended. */
  public get isUsed(): boolean {
    return this.#isUsed;
  }

  /** The text of the id cookie that this response sends. */
  public idCookie(): string | undefined {
    return this.#response.headers(false).setCookie.find((text) => text.startsWith(`${this.#parts.options.cookie.name}=`));
  }

  /** Stores the changes, or drops them where the response is a failure. */
  public async finish({ status = 200, error }: RequestOutcome = {}): Promise<FinishedRequest> {
    const failed = error !== undefined || status >= 500;
    try {
      const headers = await (failed ? this.discard() : this.commit());
      this.#isOver = true;
      return error instanceof SessionUnavailableError ? { headers, unavailable: unavailable(error) } : { headers };
    } catch (problem) {
      const headers = await this.discard();
      this.#isOver = true;
      if (!(problem instanceof SessionUnavailableError)) throw problem;
      return { headers, unavailable: unavailable(problem) };
    }
  }

  async #open(): Promise<OpenedSession> {
    const { options } = this.#parts;
    const { method = 'GET', singleSetCookie = false } = this.#init;
    const context: SessionContext = {
      options,
      store: this.#store,
      response: this.#response,
      touches: method !== 'HEAD' && method !== 'OPTIONS',
      emit: (type, key) => this.#emit(type, key),
    };
    const { id, recentWrite, rejected } = this.#readCookies();
    if (rejected !== undefined) this.#emit('cookie-rejected');
    if (id === undefined || this.#left) return new OpenedSession(context);
    const strong = options.consistency === 'strong' || (options.consistency === 'session' && (recentWrite || singleSetCookie));
    return openSession(context, identityOf(id), strong);
  }

  /** The session, if it was opened; one that could not be is as good as none. */
  #settled(): Promise<OpenedSession | undefined> | undefined {
    return this.#opened?.catch(() => undefined);
  }

  #readCookies(): RequestCookies {
    const { cookies } = this.#init;
    return (this.#cookies ??= readCookies(Array.isArray(cookies) ? cookies : [cookies], this.#parts.options.cookie.name));
  }

  #emit(type: SessionEvent['type'], key?: Uint8Array): void {
    const { onEvent } = this.#parts.options;
    if (onEvent === undefined) return;
    try {
      onEvent(key === undefined ? { type } : { type, ref: sessionRef(key) });
    } catch {
      // A listener that fails is no reason for the visitor's request to fail.
    }
  }
}

function unavailable(error: SessionUnavailableError): NonNullable<FinishedRequest['unavailable']> {
  console.error(`${error.name} (${error.code}): ${error.message}`);
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  return error.code === 'configuration'
    ? { status: 500, headers: type, body: 'Internal Server Error' }
    : { status: 503, headers: { ...type, 'retry-after': '1' }, body: 'Service Unavailable' };
}
