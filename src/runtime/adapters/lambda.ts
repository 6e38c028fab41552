import { FAILED } from './finish';
import { LambdaContext, LambdaHttpEvent, LambdaSource, requestOf, sourceOf } from './lambda-event';
import { LambdaHttpResponse, addSessionHeaders, statusOf, toUnavailable } from './lambda-response';
import { mustBeFactory } from './mount';
import { type WithSession, sessionOf } from './with-session';
import { SessionFactory } from '../request/session-factory';
import type { SessionRequest } from '../request/session-request';

/**
 * Wraps a handler behind a REST API, an HTTP API, a function URL or an
 * Application Load Balancer, so that its context has `session()` and
 * `endSession()`.
 *
 * The handler's changes are stored before its response is returned. A handler
 * that throws or answers 5xx stores nothing, unless it called `save()` itself;
 * then its error is logged, and a 500 carries the cookie.
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
  handler: (event: Event, context: Context & WithSession<Data>) => Promise<Result> | Result,
): (event: Event, context: Context) => Promise<Result | LambdaHttpResponse> {
  mustBeFactory('lambdaHandler', sessions);
  return async (event, context) => {
    const source = sourceOf('lambdaHandler', event);
    const request = sessions.forRequest({ ...requestOf(event, context), singleSetCookie: source === 'alb-single' });
    try {
      const result = await handler(event, withSession(context, request));
      const { headers, unavailable } = await request.finish({ status: statusOf(result) });
      return addSessionHeaders(unavailable ? toUnavailable(unavailable, source) : result, headers, source);
    } catch (error) {
      return failed(request, error, source);
    }
  };
}

/**
 * The response for an error: one that says that the store is out of reach, or one
 * that carries the cookies of an earlier `save()`.
 *
 * @throws the error itself, if neither is needed
 */
export async function failed<Data extends object>(
  request: SessionRequest<Data>,
  error: unknown,
  source: LambdaSource,
): Promise<LambdaHttpResponse> {
  const { headers, unavailable } = await request.finish({ status: 500, error });
  if (unavailable) return addSessionHeaders(toUnavailable(unavailable, source), headers, source);
  if (headers.setCookie.length === 0) throw error;
  // The 500 would hide from the log why there is one.
  console.error(error);
  return addSessionHeaders(toUnavailable(FAILED, source), headers, source);
}

/** The context with the two functions over it. The original stays unchanged, because Lambda may use it again. */
export function withSession<Data extends object, Context>(
  context: Context,
  request: SessionRequest<Data>,
): Context & WithSession<Data> {
  return Object.assign(Object.create(Object(context) as object) as object, sessionOf(request)) as Context
    & WithSession<Data>;
}
