/** The service in front of a handler, which decides the shape of its events and responses. */
export type EventShape = 'http-api' | 'function-url' | 'rest-api' | 'alb' | 'alb-multi';

/** A request, before it has a shape. */
export interface PlainRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string | undefined;
}

/** A response, whatever shape it had. */
export interface PlainResponse {
  readonly status: number;
  /** Lower-case names, without `set-cookie`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookie: readonly string[];
  readonly body: string;
}

/**
 * The event of a request in one shape.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export function eventOf(request: PlainRequest, shape: EventShape): object {
  if (shape === 'http-api' || shape === 'function-url') return version2(request, shape);
  return shape === 'rest-api' ? version1(request) : loadBalancer(request, shape === 'alb-multi');
}

/** What an HTTP API, a function URL and a load balancer pass on as text. Any other body comes as base64, a form's too. */
const TEXT = /^(?:text\/.*|application\/(?:json|javascript|xml)\s*(?:;.*)?)$/i;

/** The body as these services pass it on; a REST API takes no type for binary unless it is told to. */
function bodyOf({ body, headers }: PlainRequest): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body === undefined || body === '' || TEXT.test(headers['content-type'] ?? '')) {
    return { ...(body !== undefined && { body }), isBase64Encoded: false };
  }
  return { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
}

function version2(request: PlainRequest, shape: EventShape): object {
  const { method, url, headers, cookies } = request;
  const path = url.pathname;
  const domainName = shape === 'function-url' ? url.host.replace(/^/, 'id.lambda-url.') : url.host;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: url.search.slice(1),
    ...(cookies.length > 0 && { cookies: [...cookies] }),
    headers: { ...headers, 'host': url.host, 'x-forwarded-proto': 'https' },
    ...(url.search !== '' && {
      queryStringParameters: Object.fromEntries(
        Object.entries(queryLists(url)).map(([name, values]) => [name, values.join()]),
      ),
    }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName,
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: headers['user-agent'] ?? '' },
      requestId: 'request',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
    },
    ...bodyOf(request),
  };
}

function version1({ method, url, headers, cookies, body }: PlainRequest): object {
  const all = withCookie({ ...headers, 'host': url.host, 'x-forwarded-proto': 'https' }, cookies);
  return {
    resource: '/{proxy+}',
    path: url.pathname,
    httpMethod: method,
    headers: all,
    multiValueHeaders: lists(all),
    queryStringParameters: url.search === '' ? null : Object.fromEntries(url.searchParams),
    multiValueQueryStringParameters: url.search === '' ? null : queryLists(url),
    pathParameters: { proxy: url.pathname.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: url.host,
      httpMethod: method,
      path: `/prod${url.pathname}`,
      protocol: 'HTTP/1.1',
      requestId: 'request',
      stage: 'prod',
      identity: { sourceIp: '192.0.2.1' },
    },
    body: body ?? null,
    isBase64Encoded: false,
  };
}

function loadBalancer(request: PlainRequest, isMulti: boolean): object {
  const { method, url, headers, cookies } = request;
  const all = withCookie({ ...headers, 'host': url.host, 'x-forwarded-proto': url.protocol.slice(0, -1) }, cookies);
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/1' },
    },
    httpMethod: method,
    path: url.pathname,
    ...(isMulti
      ? { multiValueHeaders: lists(all), multiValueQueryStringParameters: listsOf(encodedPairs(url)) }
      : { headers: all, queryStringParameters: Object.fromEntries(encodedPairs(url)) }),
    body: '',
    ...bodyOf(request),
  };
}

function withCookie(headers: Readonly<Record<string, string>>, cookies: readonly string[]): Record<string, string> {
  return { ...headers, ...(cookies.length > 0 && { cookie: cookies.join('; ') }) };
}

function lists(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

function queryLists({ searchParams }: URL): Record<string, string[]> {
  return listsOf([...searchParams]);
}

function listsOf(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  return Object.fromEntries(
    pairs.map(([name]) => [name, pairs.filter(([other]) => other === name).map(([, value]) => value)]),
  );
}

/** The parameters as they stand in the address: a load balancer decodes nothing. */
function encodedPairs({ search }: URL): [name: string, value: string][] {
  return search.slice(1).split('&').filter((pair) => pair !== '').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')];
  });
}

/**
 * Reads what a handler returned as the shape's service does.
 *
 * @throws TypeError for a result that the service would turn into a 502
 */
export function responseOf(result: unknown, shape: EventShape): PlainResponse {
  const isVersion2 = shape === 'http-api' || shape === 'function-url';
  const returned = Object(result) as Readonly<Record<string, unknown>>;
  if (returned.statusCode === undefined) {
    if (!isVersion2) {
      throw new TypeError("visitor: the handler's result has no statusCode, which the service answers with 502.");
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, setCookie: [], body: toText(result) };
  }
  const multi = shape === 'alb' || isVersion2 ? {} : (Object(returned.multiValueHeaders) as Record<string, unknown[]>);
  const single = shape === 'alb-multi' ? {} : (Object(returned.headers) as Record<string, unknown>);
  const headers: Record<string, string> = {};
  const setCookie: string[] = [];
  for (const [name, values] of [...Object.entries(single), ...Object.entries(multi)]) {
    const list = (Array.isArray(values) ? values : [values]).map(String);
    if (name.toLowerCase() === 'set-cookie') setCookie.push(...list);
    else headers[name.toLowerCase()] = list.join(', ');
  }
  if (isVersion2 && Array.isArray(returned.cookies)) setCookie.push(...returned.cookies.map(String));
  const body = typeof returned.body === 'string' ? returned.body : '';
  const text = returned.isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body;
  return { status: Number(returned.statusCode), headers, setCookie, body: text };
}

function toText(result: unknown): string {
  return typeof result === 'string' ? result : JSON.stringify(result ?? null);
}
