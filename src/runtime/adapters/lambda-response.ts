import { LambdaSource } from './lambda-event';
import { SessionHeaders } from '../request/cookies';

/** An answer as API Gateway, function URLs and load balancers take it. */
export interface LambdaHttpResponse {
  statusCode: number;
  headers?: { [name: string]: string };
  multiValueHeaders?: { [name: string]: string[] };
  cookies?: string[];
  body: string;
  isBase64Encoded?: boolean;
}

/** Seconds after which whoever got a 503 may come back. */

type Headers = Record<string, unknown>;

/** The parts of a response that hold headers, as mutable copies: what the handler returned may be frozen. */
interface Draft {
  readonly headers: Headers;
  readonly multiValueHeaders: Record<string, unknown[]>;
  readonly cookies: unknown[];
}

/**
 * Puts what the session wants into a response, in the shape that its source
 * takes, and keeps everything that the handler put there.
 *
 * @throws Error where a load balancer without multi-value headers would need more than one `Set-Cookie`
 */
export function addSessionHeaders<Result>(result: Result, session: SessionHeaders, source: LambdaSource): Result | LambdaHttpResponse {
  if (session.setCookie.length === 0 && session.vary === undefined) return result;
  const response = toResponse(result, source);
  if (response === undefined) return result;
  const draft: Draft = {
    headers: { ...response.headers },
    multiValueHeaders: { ...response.multiValueHeaders },
    cookies: [...(response.cookies ?? [])],
  };
  if (session.vary !== undefined) mergeList(draft, source, 'Vary', session.vary);
  if (session.cacheControl !== undefined) mergeList(draft, source, 'Cache-Control', session.cacheControl);
  if (session.setCookie.length > 0) addCookies(draft, source, session.setCookie);
  return {
    ...response,
    headers: draft.headers,
    ...(Object.keys(draft.multiValueHeaders).length > 0 && { multiValueHeaders: draft.multiValueHeaders }),
    ...(draft.cookies.length > 0 && { cookies: draft.cookies }),
  } as LambdaHttpResponse;
}

/** The response after an error for which cookies are owed. */
export const FAILED = { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Internal Server Error' };

/** The response that takes the place of the handler's. */
export function unavailable(
  { status, headers, body }: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  source: LambdaSource,
): LambdaHttpResponse {
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  // With multi-value headers turned on, a load balancer reads nothing else.
  return { statusCode: status, headers: { ...headers }, ...(source === 'alb-multi' && { multiValueHeaders: lists }), body };
}

/**
 * What is no structured response becomes one the way API Gateway would read it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function toResponse(result: unknown, source: LambdaSource): LambdaHttpResponse | undefined {
  if (typeof result === 'object' && result !== null && 'statusCode' in result) return result as LambdaHttpResponse;
  if (source !== 'api-gateway-v2') return typeof result === 'object' && result !== null ? (result as LambdaHttpResponse) : undefined;
  const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

function addCookies(draft: Draft, source: LambdaSource, ours: readonly string[]): void {
  const theirs = [...take(draft.headers, 'set-cookie'), ...take(draft.multiValueHeaders, 'set-cookie')];
  if (source === 'api-gateway-v2') {
    draft.cookies.push(...theirs, ...ours);
    return;
  }
  const all = [...theirs, ...draft.cookies.splice(0), ...ours];
  if (source !== 'alb-single') {
    draft.multiValueHeaders['Set-Cookie'] = all;
    return;
  }
  if (all.length > 1) {
    throw new Error('A load balancer without multi-value headers has room for one Set-Cookie, and the session needs it. Turn on lambda.multi_value_headers.enabled for the target group.');
  }
  [draft.headers['Set-Cookie']] = all;
}

/** Adds an element to a header that is a list, unless it is there. */
function mergeList(draft: Draft, source: LambdaSource, name: string, element: string): void {
  const lower = name.toLowerCase();
  const present = [...take(draft.headers, lower), ...take(draft.multiValueHeaders, lower)].join(', ');
  const elements = present.toLowerCase().split(',').map((text) => text.trim());
  const value = elements.includes(element.toLowerCase()) || elements.includes('*') ? present : present === '' ? element : `${present}, ${element}`;
  // With multi-value headers turned on, a load balancer reads nothing else.
  if (source === 'alb-multi') draft.multiValueHeaders[name] = [value];
  else draft.headers[name] = value;
}

/** Takes a header out, whatever the case of its name. */
function take(headers: Record<string, unknown>, lower: string): unknown[] {
  const values: unknown[] = [];
  for (const name of Object.keys(headers)) {
    if (name.length !== lower.length || name.toLowerCase() !== lower) continue;
    values.push(headers[name]);
    delete headers[name];
  }
  return values.flat().filter((value) => value !== undefined && value !== null);
}
