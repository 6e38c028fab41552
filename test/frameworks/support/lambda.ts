import type { Answer, Asked, Served } from './subject';
import { type EventSource, eventOf } from '../../support/events';

export const CONTEXT = { getRemainingTimeInMillis: () => 30_000, callbackWaitsForEmptyEventLoop: false, functionName: 'shop', awsRequestId: 'r' };

/** The event of a request, complete enough for the adapters of others. */
export function fullEventOf(source: EventSource, { path, method, cookies }: Asked): Record<string, unknown> {
  const [pathname = '/', search = ''] = path.split('?');
  const event = eventOf(source, { cookies, method, headers: { 'host': 'shop.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' } }) as Record<string, unknown>;
  const query = Object.fromEntries(new URLSearchParams(search));
  const multi = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
  const context = Object(event.requestContext) as Record<string, unknown>;
  if (source === 'HTTP API' || source === 'function URL') {
    const http = { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' };
    const requestContext = { ...context, http, stage: '$default', requestId: 'r', routeKey: '$default', accountId: '1', apiId: 'a', time: '', timeEpoch: 0 };
    return { ...event, routeKey: '$default', rawPath: pathname, rawQueryString: search, queryStringParameters: query, isBase64Encoded: false, requestContext };
  }
  return {
    ...event,
    path: pathname,
    resource: '/{proxy+}',
    stageVariables: null,
    queryStringParameters: query,
    multiValueQueryStringParameters: multi,
    pathParameters: { proxy: pathname.slice(1) },
    requestContext: { ...context, ...(source === 'REST API' && { httpMethod: method, path: pathname, identity: { sourceIp: '127.0.0.1' }, domainName: 'shop.example', stage: 'prod' }) },
  };
}

interface LambdaResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** A response as the source of its event reads it: what stands in another place is lost. */
export function readResult(result: unknown, source: EventSource): Answer {
  const { statusCode, headers = {}, multiValueHeaders = {}, cookies = [], body = '', isBase64Encoded } = Object(result) as LambdaResult;
  const isV2 = source === 'HTTP API' || source === 'function URL';
  const places = [...(source === 'ALB, multi-value' ? [] : Object.entries(headers)), ...(isV2 || source === 'ALB, single' ? [] : Object.entries(multiValueHeaders))];
  const all = new Map<string, string[]>();
  for (const [name, value] of places) {
    const values = [value].flat().map(String);
    // API Gateway merges both places, and takes a pair that stands in both once.
    all.set(name.toLowerCase(), [...new Set([...(all.get(name.toLowerCase()) ?? []), ...values])]);
  }
  const setCookie = [...(all.get('set-cookie') ?? []), ...(isV2 ? cookies : [])];
  all.delete('set-cookie');
  const flat = Object.fromEntries([...all].map(([name, values]) => [name, values.join(', ')]));
  return { status: statusCode, headers: flat, setCookie, body: isBase64Encoded ? Buffer.from(body, 'base64').toString() : body };
}

/** Serves what Lambda calls. */
export function serveLambda(handler: (event: never, context: never) => Promise<unknown>, source: EventSource = 'HTTP API'): Served {
  return {
    ask: async (asked) => {
      // What Lambda makes of a handler that rejects.
      const failed = { statusCode: 500, body: 'Internal Server Error' };
      const result = await handler(fullEventOf(source, asked) as never, { ...CONTEXT } as never).catch(() => failed);
      return readResult(result, source);
    },
  };
}
