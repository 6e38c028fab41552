import type { SessionRequest } from '../request/session-request';
import type { Session } from '../session/session';

/** What every adapter adds to the context of its framework. */
export interface WithSession<Data extends object> {
  /**
   * Opens this request's session: the first call reads it, if the cookie names one.
   *
   * @throws SessionUnavailableError if it cannot be read; uncaught, the response is 503
   */
  session(): Promise<Session<Data>>;
  /**
   * Ends this request's session without reading it: for sign-out.
   *
   * @throws SessionUnavailableError if it cannot be deleted; uncaught, the response is 503, and no cookie changes
   */
  endSession(): Promise<void>;
}

/** The two functions of a request. */
export function sessionOf<Data extends object>(request: SessionRequest<Data>): WithSession<Data> {
  return { session: () => request.session(), endSession: () => request.endSession() };
}
