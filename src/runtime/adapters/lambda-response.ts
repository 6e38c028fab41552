import { applyHeaders, hasHeaders } from './finish';
import { LambdaSource } from './lambda-event';
import { LambdaHeaders } from './lambda-headers';
import type { SessionHeaders } from '../request/cookies';
import type { FinishedRequest } from '../request/session-request';

/** A response as API Gateway, function URLs and load balancers take it. */
export interface LambdaHttpResponse {
  statusCode: number;
  headers?: { [name: string]: string };
  multiValueHeaders?: { [name: string]: string[] };
  cookies?: string[];
  body: string;
  isBase64Encoded?: boolean;
}

/** What is read of a response by name, so that properties of its class count too. */
const KNOWN = ['statusCode', 'statusDescription', 'headers', 'multiValueHeaders', 'cookies', 'body', 'isBase64Encoded'];

/**
 * Puts the session's headers into a response, in the shape that its source takes, and keeps everything that the handler
 * put there.
 *
 * @throws Error if a load balancer without multi-value headers would need more than one `Set-Cookie`
 */
export function addSessionHeaders<Result>(
  result: Result,
  session: SessionHeaders,
  source: LambdaSource,
): Result | LambdaHttpResponse {
  if (!hasHeaders(session)) return result;
  const response = toResponse(result, source);
  if (response === undefined) return result;
  const headers = new LambdaHeaders(response, source);
  applyHeaders(headers, session);
  return { ...response, ...headers.toResponse() } as LambdaHttpResponse;
}

/** The response while the store is out of reach. */
export function toUnavailable(
  { status, headers, body }: NonNullable<FinishedRequest['unavailable']>,
  source: LambdaSource,
): LambdaHttpResponse {
  const response: LambdaHttpResponse = { statusCode: status, headers: { ...headers }, body };
  // With multi-value headers turned on, a load balancer reads nothing else.
  if (source === 'alb-multi') {
    response.multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  }
  return response;
}

/** The status of what a handler returned. */
export function statusOf(result: unknown): number {
  return Number((Object(result) as { readonly statusCode?: unknown }).statusCode ?? 200);
}

/**
 * Turns any other result into a response, the way API Gateway would read it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function toResponse(result: unknown, source: LambdaSource): LambdaHttpResponse | undefined {
  // Lambda would have called it.
  const { toJSON } = Object(result) as { readonly toJSON?: unknown };
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(result, '') : result;
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && ('statusCode' in value || source !== 'api-gateway-v2')) {
    const response: Record<string, unknown> = { ...value };
    for (const name of KNOWN) if (name in value) response[name] = (value as Record<string, unknown>)[name];
    return response as unknown as LambdaHttpResponse;
  }
  if (source !== 'api-gateway-v2') return undefined;
  const body = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}
