import { SessionUnavailableError } from '../errors';
import { Session } from '../session';
import { SessionFactory } from '../session-factory';
import { SessionRequest } from '../session-request';
import { addSessionHeaders } from './lambda-response';

/** What the adapter reads of an event; the event types of `@types/aws-lambda` fit it. */
export interface LambdaHttpEvent {
  readonly version?: string;
  readonly httpMethod?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
  readonly cookies?: readonly string[];
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly path?: string;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext?: object;
}

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

/** An answer as API Gateway, function URLs and load balancers take it. */
export interface LambdaHttpResponse {
  statusCode: number;
  headers?: { [name: string]: string };
  multiValueHeaders?: { [name: string]: string[] };
  cookies?: string[];
  body: string;
  isBase64Encoded?: boolean;
}

/** Where an event comes from, which decides how cookies are given back. */
export type LambdaSource = 'api-gateway-v1' | 'api-gateway-v2' | 'alb-multi' | 'alb-single';

/** Seconds after which whoever got a 503 may come back. */
const RETRY_AFTER = 1;

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
      https: source.startsWith('api-gateway') || lastForwardedProto(event) === 'https',
      method: methodOf(event),
      remainingTime: remainingTimeOf(context),
      singleSetCookie: source === 'alb-single',
    });
    try {
      const result = await handler(event, withSession(context, request));
      const headers = await (isFailure(result) ? request.discard() : request.commit());
      return addSessionHeaders(result, headers, source);
    } catch (error) {
      const headers = await request.discard();
      if (!(error instanceof SessionUnavailableError)) throw error;
      // The 503 would hide from the log why there is one.
      console.error(`${error.name} (${error.code}): ${error.message}`);
      return addSessionHeaders(unavailable(source), headers, source);
    }
  };
}

/** Tests and other hosts call handlers with an empty context, or none: then `deadline` alone bounds a call. */
function remainingTimeOf(context: Partial<LambdaContext> | undefined): (() => number) | undefined {
  return typeof context?.getRemainingTimeInMillis === 'function' ? () => (context as LambdaContext).getRemainingTimeInMillis() : undefined;
}

function unavailable(source: LambdaSource): LambdaHttpResponse {
  const [type, wait] = ['text/plain; charset=utf-8', String(RETRY_AFTER)];
  return {
    statusCode: 503,
    headers: { 'content-type': type, 'retry-after': wait },
    // With multi-value headers turned on, a load balancer reads nothing else.
    ...(source === 'alb-multi' && { multiValueHeaders: { 'content-type': [type], 'retry-after': [wait] } }),
    body: 'Service Unavailable',
  };
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

function isFailure(result: unknown): boolean {
  return Number((Object(result) as { readonly statusCode?: unknown }).statusCode) >= 500;
}

function sourceOf(event: LambdaHttpEvent): LambdaSource {
  const { requestContext, httpMethod, multiValueHeaders } = Object(event) as LambdaHttpEvent;
  const origin = Object(requestContext) as object;
  if ('elb' in origin) return multiValueHeaders ? 'alb-multi' : 'alb-single';
  if ('http' in origin) return 'api-gateway-v2';
  if (typeof httpMethod === 'string') return 'api-gateway-v1';
  const keys = Object.keys(Object(event)).slice(0, 8).join(', ');
  throw new TypeError(`lambdaHandler: this event is not HTTP: it has ${keys === '' ? 'no properties' : `the properties ${keys}`}. Allowed are events of a REST API, an HTTP API, a function URL and a load balancer.`);
}

function methodOf(event: LambdaHttpEvent): string | undefined {
  const { http } = Object(event.requestContext) as { readonly http?: { readonly method?: string } };
  return event.httpMethod ?? http?.method;
}

/** All cookies of an event, whatever shape they came in: the union, for the scanner to judge. */
function cookiesOf(event: LambdaHttpEvent): unknown[] {
  return [...(Array.isArray(event.cookies) ? event.cookies : []), ...headersNamed(event, 'cookie')];
}

/** The last one, since a load balancer appends what it saw to what the browser claims. */
function lastForwardedProto(event: LambdaHttpEvent): string | undefined {
  return headersNamed(event, 'x-forwarded-proto').join(',').split(',').pop()?.trim().toLowerCase();
}

/** The values of a header, the multi-value ones at the end: where there are such, `headers` repeats the last of each. */
function headersNamed({ headers, multiValueHeaders }: LambdaHttpEvent, name: string): unknown[] {
  const values: unknown[] = [];
  for (const source of [headers ?? {}, multiValueHeaders ?? {}]) {
    for (const key of Object.keys(source)) if (key.length === name.length && key.toLowerCase() === name) values.push(source[key]);
  }
  return values.flat();
}
