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

/** Where an event comes from, which decides how cookies are given back. */
export type LambdaSource = 'api-gateway-v1' | 'api-gateway-v2' | 'alb-multi' | 'alb-single';

/** @throws TypeError for an event that is not HTTP */
export function sourceOf(event: LambdaHttpEvent): LambdaSource {
  const { requestContext, httpMethod, multiValueHeaders } = Object(event) as LambdaHttpEvent;
  const origin = Object(requestContext) as object;
  if ('elb' in origin) return multiValueHeaders ? 'alb-multi' : 'alb-single';
  if ('http' in origin) return 'api-gateway-v2';
  if (typeof httpMethod === 'string') return 'api-gateway-v1';
  const keys = Object.keys(Object(event)).slice(0, 8).join(', ');
  throw new TypeError(`lambdaHandler: this event is not HTTP: it has ${keys === '' ? 'no properties' : `the properties ${keys}`}. Allowed are events of a REST API, an HTTP API, a function URL and a load balancer.`);
}

/** The method of the request. */
export function methodOf(event: LambdaHttpEvent): string | undefined {
  const { http } = Object(event.requestContext) as { readonly http?: { readonly method?: string } };
  return event.httpMethod ?? http?.method;
}

/** All cookies of an event, whatever shape they came in: the union, for the scanner to judge. */
export function cookiesOf(event: LambdaHttpEvent): unknown[] {
  return [...(Array.isArray(event.cookies) ? event.cookies : []), ...headersNamed(event, 'cookie')];
}

/** Whether the browser sent the request by HTTPS: API Gateway takes no other; a load balancer appends what it saw to what the browser claims. */
export function isHttps(event: LambdaHttpEvent, source: LambdaSource): boolean {
  return source.startsWith('api-gateway') || headersNamed(event, 'x-forwarded-proto').join(',').split(',').pop()?.trim().toLowerCase() === 'https';
}

/** The values of a header, the multi-value ones at the end: where there are such, `headers` repeats the last of each. */
function headersNamed({ headers, multiValueHeaders }: LambdaHttpEvent, name: string): unknown[] {
  const values: unknown[] = [];
  for (const source of [headers ?? {}, multiValueHeaders ?? {}]) {
    for (const key of Object.keys(source)) if (key.length === name.length && key.toLowerCase() === name) values.push(source[key]);
  }
  return values.flat();
}
