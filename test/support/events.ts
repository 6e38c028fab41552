import { LambdaHttpEvent } from '../../src/runtime';

/** What a test says of a request. */
export interface RequestFacts {
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Where events come from, each as AWS makes them. */
export type EventSource = 'REST API' | 'HTTP API' | 'function URL' | 'ALB, multi-value' | 'ALB, single';

const MAKERS: Readonly<Record<EventSource, (facts: Required<RequestFacts>) => LambdaHttpEvent>> = {
  'REST API': ({ cookies, headers, method }) => {
    const all = withCookie(headers, cookies, 'Cookie');
    return {
      ...{ resource: '/{proxy+}', path: '/cart', httpMethod: method, headers: all, multiValueHeaders: multi(all) },
      ...{ requestContext: { stage: 'prod', requestId: 'r' }, body: null, isBase64Encoded: false },
    };
  },
  'HTTP API': (facts) => payload2('HTTP API', facts),
  'function URL': (facts) => payload2('function URL', facts),
  'ALB, multi-value': ({ cookies, headers, method }) => ({
    ...{ path: '/cart', httpMethod: method, multiValueHeaders: multi(withCookie(headers, cookies, 'cookie')) },
    ...{ requestContext: { elb: { targetGroupArn: 'arn' } }, body: '', isBase64Encoded: false },
  }),
  'ALB, single': ({ cookies, headers, method }) => ({
    ...{ path: '/cart', httpMethod: method, headers: withCookie(headers, cookies, 'cookie') },
    ...{ requestContext: { elb: { targetGroupArn: 'arn' } }, body: '', isBase64Encoded: false },
  }),
};

/** The event of a request. */
export function eventOf(source: EventSource, { cookies = [], headers = {}, method = 'GET' }: RequestFacts = {}): LambdaHttpEvent {
  return MAKERS[source]({ cookies, headers, method });
}

function payload2(source: string, { cookies, headers, method }: Required<RequestFacts>): LambdaHttpEvent {
  return {
    ...{ version: '2.0', rawPath: '/cart', rawQueryString: '', headers, ...(cookies.length > 0 && { cookies }) },
    requestContext: { http: { method, path: '/cart' }, domainName: source === 'HTTP API' ? 'x.execute-api.amazonaws.com' : 'x.lambda-url.on.aws' },
  };
}

function withCookie(headers: Readonly<Record<string, string>>, cookies: readonly string[], name: string): Record<string, string> {
  return { ...headers, ...(cookies.length > 0 && { [name]: cookies.join('; ') }) };
}

function multi(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
