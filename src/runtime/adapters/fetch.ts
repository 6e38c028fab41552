import { FAILED, HeaderSink, applyHeaders, hasHeaders } from './finish';
import { mustBeFactory } from './mount';
import { type WithSession, sessionOf } from './with-session';
import type { SessionHeaders } from '../request/cookies';
import { SessionFactory } from '../request/session-factory';
import type { FinishedRequest, SessionRequestInit } from '../request/session-request';

/** What is read of a Fetch request. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Pick<HeaderSink, 'get'>;
}

/** What is read of a Fetch response. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: HeaderSink;
}

/** The `Request` of the platform, if its types are loaded. */
export type PlatformRequest = typeof globalThis extends { Request: { prototype: infer Type } }
  ? Type & FetchRequest
  : FetchRequest;

/**
 * Wraps a handler of Fetch requests, so that its second argument has `session()`
 * and `endSession()`. Further arguments are passed on.
 *
 * The handler's changes are stored before the response is returned, even if its
 * body is a stream. A handler that throws or answers 5xx stores nothing, unless
 * it called `save()` itself.
 */
export function fetchHandler<
  Data extends object,
  Result extends FetchResponse,
  Req extends FetchRequest = PlatformRequest,
  Rest extends unknown[] = [],
>(
  sessions: SessionFactory<Data>,
  handler: (request: Req, context: WithSession<Data>, ...rest: Rest) => Promise<Result> | Result,
): (request: Req, ...rest: Rest) => Promise<Result> {
  mustBeFactory('fetchHandler', sessions);
  return async (incoming, ...rest) => {
    const request = sessions.forRequest(fetchInit(incoming));
    const context = sessionOf(request);
    try {
      const response = await handler(incoming, context, ...rest);
      if (request.endUnused()) return response;
      const { headers, unavailable } = await request.finish({ status: response.status });
      return withHeaders(unavailable ? toFetch<Result>(unavailable) : response, headers);
    } catch (error) {
      const { headers, unavailable } = await request.finish({ status: 500, error });
      if (unavailable) return withHeaders(toFetch<Result>(unavailable), headers);
      if (headers.setCookie.length === 0) throw error;
      console.error(error);
      return withHeaders(toFetch<Result>(FAILED), headers);
    }
  };
}

/** The request, for `forRequest`. */
export function fetchInit({
  url,
  method,
  headers,
}: FetchRequest): Pick<SessionRequestInit, 'cookies' | 'headers' | 'https' | 'method'> {
  const getter = { get: (name: string) => headers.get(name) ?? null };
  return { cookies: headers.get('cookie'), headers: getter, https: url.startsWith('https:'), method };
}

/** The response while the store is out of reach. */
export function toFetch<Result>({ status, headers, body }: NonNullable<FinishedRequest['unavailable']>): Result {
  return new Response(body, { status, headers }) as Result;
}

/**
 * The response with the session's headers. It is copied if a header has to be
 * set: a redirect's headers cannot be changed, and a response that the handler
 * shares between visitors must not be.
 */
export function withHeaders<Result extends FetchResponse>(response: Result, headers: SessionHeaders): Result {
  if (!hasHeaders(headers)) return response;
  const { body } = response as { readonly body?: ReadableStream | null };
  const copy = new Response(body ?? null, response as unknown as ResponseInit) as unknown as Result;
  applyHeaders(copy.headers, headers);
  return copy;
}
