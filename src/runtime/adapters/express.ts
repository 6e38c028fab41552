/**
 * Sessions in Express and Connect: typed, and opened only if a route asks for them.
 *
 * @packageDocumentation
 */
import { PassportMiddleware, passportMiddleware } from './express-passport';
import { applyHeaders } from './finish';
import { holdHead } from './held-head';
import { rejectingWithStatus } from './http-error';
import { Mount } from './mount';
import { NodeResponse, sinkOf } from './node-response';
import { SessionFactory } from '../request/session-factory';
import type { FinishedRequest, SessionRequest, SessionRequestInit } from '../request/session-request';
import type { Session } from '../session/session';

export { type NodeResponse } from './node-response';
export { type PassportMiddleware, type PassportSession } from './express-passport';

/** What the middleware uses of a request. */
export interface ExpressRequest {
  readonly headers: { readonly cookie?: string | undefined };
  readonly method?: string | undefined;
  /** Express's own, which follows the setting `trust proxy`. */
  readonly secure?: boolean | undefined;
  readonly socket?: unknown;
}

/** The middleware, and the session of each request. */
export interface ExpressSessions<Data extends object> {
  (request: ExpressRequest, response: NodeResponse, next: (error?: unknown) => void): void;
  /**
   * Opens the session of a request: the first call reads it, if the cookie names one.
   *
   * @throws SessionUnavailableError if it cannot be read; uncaught, Express answers 503
   */
  session(request: object): Promise<Session<Data>>;
  /**
   * Ends the session of a request, without reading it.
   *
   * @throws SessionUnavailableError if it cannot be deleted; uncaught, Express answers 503
   */
  endSession(request: object): Promise<void>;
  /**
   * Makes `req.session` for Passport 0.6 and later. Mount it after this middleware and before Passport. It reads the
   * session on every request that brings a cookie.
   */
  passport(): PassportMiddleware;
}

/** A request that passed through the middleware. Nothing is done for it until its session is asked for. */
interface Visit<Data extends object> {
  readonly response: NodeResponse;
  readonly next: (error?: unknown) => void;
  request?: SessionRequest<Data>;
}

/**
 * Makes the middleware. Mount it once, before the routes that use the session.
 *
 * A route's changes are stored before the head of the response goes out. A 5xx
 * response stores nothing, unless the route called `save()`.
 */
export function expressSessions<Data extends object>(sessions: SessionFactory<Data>): ExpressSessions<Data> {
  const mount = new Mount<Data, Visit<Data>>('expressSessions', sessions);
  const middleware = (request: ExpressRequest, response: NodeResponse, next: (error?: unknown) => void): void => {
    if (!mount.has(request)) mount.add(request, { response, next });
    next();
  };
  /** The session's request, which begins when it is first asked for. */
  const begun = async (key: object): Promise<SessionRequest<Data>> => {
    const visit = mount.of(key);
    if (visit.request) return visit.request;
    const { headers, method, secure, socket } = key as ExpressRequest;
    const https = secure ?? (Object(socket) as { readonly encrypted?: unknown }).encrypted === true;
    const request = (visit.request = mount.begin({
      cookies: headers.cookie,
      headers: headers as SessionRequestInit['headers'],
      https,
      method,
    }));
    // The session can then be read, but every change throws.
    if (visit.response.headersSent) await request.commit();
    else holdHead(visit.response, () => store(request, visit.response), visit.next);
    return request;
  };
  return Object.assign(middleware, {
    session: async (key: object) => rejectingWithStatus((await begun(key)).session()),
    endSession: async (key: object) => rejectingWithStatus((await begun(key)).endSession()),
    passport: () => passportMiddleware(async (key) => rejectingWithStatus((await begun(key)).session())),
  });
}

async function store<Data extends object>(
  request: SessionRequest<Data>,
  response: NodeResponse,
): Promise<FinishedRequest['unavailable']> {
  const sink = sinkOf(response);
  try {
    const { headers, unavailable } = await request.finish({ status: response.statusCode });
    applyHeaders(sink, headers);
    return unavailable;
  } catch (error) {
    applyHeaders(sink, await request.discard());
    throw error;
  }
}
