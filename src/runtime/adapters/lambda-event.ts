import type { SessionRequestInit } from '../request/session-request';

type Values<Value> = { readonly [name: string]: Value | undefined };

/** What the adapters read of an event; the event types of `@types/aws-lambda` fit it. */
export interface LambdaHttpEvent {
  readonly version?: string | undefined;
  readonly type?: string | undefined;
  readonly httpMethod?: string | undefined;
  readonly headers?: Values<string> | null | undefined;
  readonly multiValueHeaders?: Values<string[]> | null | undefined;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly path?: string | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly queryStringParameters?: Values<string> | null | undefined;
  readonly requestContext?: object | undefined;
}

/** What the adapters use of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Where an event comes from, which decides how cookies are set. */
export type LambdaSource = 'api-gateway-v1' | 'api-gateway-v2' | 'alb-multi' | 'alb-single';

/** @throws TypeError for an event that is not HTTP, or is a Lambda authorizer's */
export function sourceOf(adapter: string, event: LambdaHttpEvent): LambdaSource {
  const { requestContext, httpMethod, multiValueHeaders } = Object(event) as LambdaHttpEvent;
  if (isAuthorizerEvent(event)) {
    throw new TypeError(`${adapter}: this is the event of a Lambda authorizer. Use sessionAuthorizer for it.`);
  }
  const origin = Object(requestContext) as object;
  if ('elb' in origin) return multiValueHeaders ? 'alb-multi' : 'alb-single';
  if ('http' in origin) return 'api-gateway-v2';
  if (typeof httpMethod === 'string') return 'api-gateway-v1';
  const keys = Object.keys(Object(event)).slice(0, 8).join(', ');
  throw new TypeError(
    `${adapter}: this event is not HTTP: it has ${keys === '' ? 'no properties' : `the properties ${keys}`}. Allowed are events of a REST API, an HTTP API, a function URL and a load balancer.`,
  );
}

/** Whether API Gateway expects a decision, not a response. */
export function isAuthorizerEvent(event: unknown): boolean {
  const { type, methodArn, routeArn } = Object(event) as { readonly [name: string]: unknown };
  return (type === 'REQUEST' || type === 'TOKEN') && typeof (methodArn ?? routeArn) === 'string';
}

/**
 * The method and the path of a request, whichever service sent the event. The path is without the stage, and not
 * decoded.
 */
export function routeOf(event: LambdaHttpEvent): { readonly method: string; readonly path: string } {
  const { http } = Object(event.requestContext) as { readonly http?: { readonly method?: string } };
  return { method: event.httpMethod ?? http?.method ?? 'GET', path: event.rawPath ?? event.path ?? '/' };
}

/** The request of an event, for `forRequest`. */
export function requestOf(
  event: LambdaHttpEvent,
  context: unknown,
): Pick<SessionRequestInit, 'cookies' | 'headers' | 'https' | 'method' | 'remainingTime'> {
  return {
    cookies: [...(Array.isArray(event.cookies) ? (event.cookies as unknown[]) : []), ...headersNamed(event, 'cookie')],
    headers: { get: (name) => String(headersNamed(event, name)[0] ?? '') },
    https: isHttps(event),
    method: routeOf(event).method,
    remainingTime: remainingTimeOf(context),
  };
}

/** Tests and other hosts call handlers with an empty context, or none: then `deadline` alone bounds a call. */
export function remainingTimeOf(context: unknown): (() => number) | undefined {
  const { getRemainingTimeInMillis } = Object(context) as Partial<LambdaContext>;
  return typeof getRemainingTimeInMillis === 'function' ? () => getRemainingTimeInMillis.call(context) : undefined;
}

/**
 * Whether the browser sent the request by HTTPS. API Gateway accepts nothing else; a load balancer appends what it saw
 * to what the browser claims.
 */
function isHttps(event: LambdaHttpEvent): boolean {
  const isLoadBalancer = 'elb' in (Object(event.requestContext) as object);
  return (
    !isLoadBalancer
    || headersNamed(event, 'x-forwarded-proto').join(',').split(',').pop()?.trim().toLowerCase() !== 'http'
  );
}

/** The values of a header, the multi-value ones last: if there are any, `headers` repeats the last of each. */
function headersNamed({ headers, multiValueHeaders }: LambdaHttpEvent, name: string): unknown[] {
  const values: unknown[] = [];
  for (const source of [headers ?? {}, multiValueHeaders ?? {}]) {
    for (const key of Object.keys(source)) {
      if (key.length === name.length && key.toLowerCase() === name) values.push(source[key]);
    }
  }
  return values.flat();
}
