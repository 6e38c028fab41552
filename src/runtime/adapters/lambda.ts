import { LambdaHttpEvent, cookiesOf, isHttps, methodOf, sourceOf } from './lambda-event';
import { FAILED, LambdaHttpResponse, addSessionHeaders, unavailable } from './lambda-response';
import { SessionFactory } from '../request/session-factory';
import { SessionRequest } from '../request/session-request';
import { Session } from '../session/session';

/** What the adapter uses of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What the adapter adds to the context. */
export interface SessionContext<Data extends object> {
  /**
   * Opens this request's session: at the first call one read, where the cookie names a session.
   *
   * @throws SessionUnavailableError where it cannot be read; uncaught, it is answered with 503
   */
  session(): Promise<Session<Data>>;
  /**
   * Ends this request's session, without reading it where it is not open: for sign-out.
   *
   * @throws SessionUnavailableError where it cannot be deleted; uncaught, it is answered with 503, and no cookie changes
   */
  endSession(): Promise<void>;
}

/**
 * Wraps a handler behind a REST API, an HTTP API, a function URL or an
 * Application Load Balancer, so that its context has `session()` and
 * `endSession()`.
 *
 * What the handler changed is stored before its answer is returned. A handler
 * that throws or answers 5xx saves nothing, unless it called `save()` itself.
 *
 * @throws TypeError for an event that is not HTTP
 */
export function lambdaHandler<
  Data extends object,
  Result,
  Event extends LambdaHttpEvent = LambdaHttpEvent,
  Context extends LambdaContext = LambdaContext,
>(
  sessions: SessionFactory<Data>,
  handler: (event: Event, context: Context & SessionContext<Data>) => Promise<Result> | Result,
): (event: Event, context: Context) => Promise<Result | LambdaHttpResponse> {
  return async (event, context) => {
    const source = sourceOf(event);
    const request = sessions.forRequest({
      cookies: cookiesOf(event),
      https: isHttps(event, source),
      method: methodOf(event),
      remainingTime: remainingTimeOf(context),
      singleSetCookie: source === 'alb-single',
    });
    try {
      const result = await handler(event, withSession(context, request));
      const { headers, unavailable: response } = await request.finish({ status: statusOf(result) });
      return addSessionHeaders(response === undefined ? result : unavailable(response, source), headers, source);
    } catch (error) {
      const { headers, unavailable: response } = await request.finish({ error });
      if (response !== undefined) return addSessionHeaders(unavailable(response, source), headers, source);
      if (headers.setCookie.length === 0) throw error;
      // The cookies of what was saved before the error have to reach the browser, and Lambda has no room for them in an error.
      console.error(error);
      return addSessionHeaders(unavailable(FAILED, source), headers, source);
    }
  };
}

/** Tests and other hosts call handlers with an empty context, or none: then `deadline` alone bounds a call. */
function remainingTimeOf(context: Partial<LambdaContext> | undefined): (() => number) | undefined {
  return typeof context?.getRemainingTimeInMillis === 'function' ? () => (context as LambdaContext).getRemainingTimeInMillis() : undefined;
}

/** The context with the two functions over it; the given one stays as it is, because Lambda may use it again. */
function withSession<Data extends object, Context extends LambdaContext>(
  context: Context,
  request: SessionRequest<Data>,
): Context & SessionContext<Data> {
  return Object.assign(Object.create(Object(context) as object) as Context, {
    session: () => request.session(),
    endSession: () => request.endSession(),
  });
}

function statusOf(result: unknown): number | undefined {
  const { statusCode } = Object(result) as { readonly statusCode?: unknown };
  return statusCode === undefined ? undefined : Number(statusCode);
}
