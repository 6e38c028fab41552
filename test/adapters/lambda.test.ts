import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ALBHandler, APIGatewayProxyHandler, APIGatewayProxyHandlerV2 } from 'aws-lambda';
import { LambdaContext, LambdaHttpEvent, WithSession, SessionFactoryOptions, lambdaHandler, sessionFactory } from '../../src/runtime';
import { EventSource, eventOf } from '../support/events';
import { Scene } from '../support/scene';
import { ShopData } from '../support/visitor';

type Context = LambdaContext & WithSession<ShopData>;
type Shape = 'REST API' | 'HTTP API' | 'ALB, single';

const SOURCES: EventSource[] = ['REST API', 'HTTP API', 'function URL', 'ALB, multi-value', 'ALB, single'];
const context: LambdaContext = { getRemainingTimeInMillis: () => 30_000 };
const https = { 'x-forwarded-proto': 'https' };

const scene = Scene.on();

function wrap<Result>(body: (context: Context, event: LambdaHttpEvent) => Promise<Result> | Result, options: SessionFactoryOptions = {}) {
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.table.client, clock: scene.clock, ...options });
  const handler = lambdaHandler(sessions, (event: LambdaHttpEvent, full) => body(full, event));
  return async (event: unknown, given: LambdaContext = context) => (await handler(event as LambdaHttpEvent, given)) as unknown as Response;
}

/** Every place in which a response may hold headers. */
interface Response {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, string[]>>;
  readonly cookies?: string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const setsName = async ({ session }: Context) => {
  (await session()).set('name', 'Ada');
  return { statusCode: 200, body: '' };
};

/** The cookies of a response where its source looks for them, and nowhere else. */
function cookiesFor(source: EventSource, { headers = {}, multiValueHeaders = {}, cookies = [] }: Response): string[] {
  if (source === 'HTTP API' || source === 'function URL') return cookies;
  return source === 'ALB, single' ? [headers['Set-Cookie'] ?? []].flat() : (multiValueHeaders['Set-Cookie'] ?? []);
}

describe.each(SOURCES)('behind %s', (source) => {
  test('the cookie goes out in the shape of the source, and the next request brings it in its own', async () => {
    const cookies = cookiesFor(source, await wrap(setsName)(eventOf(source, { headers: https })));
    expect(cookies).toHaveLength(source === 'ALB, single' ? 1 : 2);
    const jar = cookies.map((cookie) => cookie.split(';')[0] ?? '');
    const seen = await wrap(async ({ session }) => ({ statusCode: 200, body: (await session()).get('name') }))(
      eventOf(source, { cookies: ['theme=dark', ...jar] }),
    );
    expect(seen.body).toBe('Ada');
  });

  test('a request that does not use the session gets its answer as it is', async () => {
    const answer = { statusCode: 200, body: 'hello' };
    expect(await wrap(() => answer)(eventOf(source, { cookies: ['session_id=x'] }))).toBe(answer);
  });

  test('headers of the handler are kept, and Vary and Cache-Control merged', async () => {
    const headers = Object.freeze({ 'vary': 'Accept', 'CACHE-CONTROL': 'private', 'x-own': '1' });
    const answer = await wrap(async ({ session }) => {
      (await session()).set('name', 'Ada');
      return Object.freeze({ statusCode: 201, headers, body: 'aGVsbG8=', isBase64Encoded: true });
    })(eventOf(source));
    expect(answer).toMatchObject({ statusCode: 201, headers: { 'x-own': '1' }, body: 'aGVsbG8=', isBase64Encoded: true });
    const found = source === 'ALB, multi-value' ? answer.multiValueHeaders : answer.headers;
    expect([found?.Vary].flat()).toEqual(['Accept, Cookie']);
    expect([found?.['Cache-Control']].flat()).toEqual(['private, no-store']);
    expect(headers).toEqual({ 'vary': 'Accept', 'CACHE-CONTROL': 'private', 'x-own': '1' });
  });

  test.each([500, 503])('a handler that answers %i stores nothing and sends no cookie', async (statusCode) => {
    const before = await scene.table.items();
    const answer = await wrap(async (full) => ({ ...(await setsName(full)), statusCode }))(eventOf(source));
    expect(cookiesFor(source, answer)).toEqual([]);
    expect(await scene.table.items()).toEqual(before);
  });

  test('what was saved goes out with its cookie also when the answer is a failure', async () => {
    const answer = await wrap(async ({ session }) => {
      const opened = await session();
      opened.set('name', 'Ada');
      await opened.save();
      opened.set('name', 'Bob');
      return { statusCode: 500, body: '' };
    })(eventOf(source, { headers: https }));
    const id = /session_id=([\w-]{43})/.exec(cookiesFor(source, answer)[0] ?? '')?.[1] ?? '';
    expect((await scene.table.item(id))?.dat?.M?.name).toEqual({ S: '"Ada"' });
  });

  test('signing out takes the cookie away', async () => {
    const visitor = await scene.signedIn();
    const answer = await wrap(async ({ endSession }) => {
      await endSession();
      return { statusCode: 303, headers: null, body: '' };
    })(eventOf(source, { cookies: visitor.jar.cookies() }));
    expect(cookiesFor(source, answer)).toEqual([expect.stringMatching(/^session_id=; .*Max-Age=0/)]);
    expect(scene.table.takeCalls()).toEqual(['DeleteItem']);
  });
});

describe('cookies of the handler', () => {
  const own = ['theme=dark', 'lang=en'];
  const answers: [Shape, object][] = [
    ['HTTP API', { cookies: own }],
    ['HTTP API', { cookies: ['theme=dark'], headers: { 'set-cookie': 'lang=en' } }],
    ['HTTP API', { multiValueHeaders: { 'Set-Cookie': own } }],
    ['REST API', { multiValueHeaders: { 'set-cookie': own } }],
    ['REST API', { headers: { 'Set-Cookie': 'theme=dark' }, multiValueHeaders: { 'Set-Cookie': ['lang=en'] } }],
    ['REST API', { headers: { 'SET-COOKIE': 'theme=dark' }, cookies: ['lang=en'] }],
  ];
  test.each(answers)('are kept beside ours: %s with %j', async (source, more) => {
    const answer = await wrap(async (full) => ({ ...(await setsName(full)), ...more }))(eventOf(source));
    const names = cookiesFor(source, answer).map((cookie) => cookie.split('=')[0]);
    expect(names.sort()).toEqual(['lang', 'session_id', 'session_id_w', 'theme']);
    expect(cookiesFor(source, answer)).toEqual(expect.arrayContaining(own));
    expect(Object.keys(answer.headers ?? {}).filter((name) => /set-cookie/i.test(name))).toEqual([]);
  });

  test('behind a load balancer without multi-value headers leave no room for ours, which is said', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const handler = wrap(async (full) => ({ ...(await setsName(full)), headers: { 'set-cookie': 'theme=dark' } }));
    const answer = await handler(eventOf('ALB, single'));
    expect(answer).toMatchObject({ statusCode: 500, headers: { 'Set-Cookie': expect.stringMatching(/^session_id=/) } });
    expect(String(log.mock.calls[0])).toMatch(/one Set-Cookie.*lambda\.multi_value_headers\.enabled/);
    log.mockRestore();
    const reads = wrap(async ({ session }) => ({ statusCode: 200, headers: { 'set-cookie': `n=${(await session()).size}` } }));
    expect((await reads(eventOf('ALB, single'))).headers).toMatchObject({ 'set-cookie': 'n=0' });
  });
});

describe('answers that are no structured response', () => {
  test.each([['a text', '"a text"', 'a text'], [{ ok: true }, 'an object', '{"ok":true}'], [undefined, 'nothing', 'null']])(
    'become what an HTTP API makes of them: %j',
    async (result, _, body) => {
      const answer = await wrap(async (full) => {
        await setsName(full);
        return result;
      })(eventOf('HTTP API'));
      expect(answer).toMatchObject({ statusCode: 200, body, headers: { 'content-type': 'application/json' }, cookies: [expect.anything(), expect.anything()] });
    },
  );
});

describe('Secure', () => {
  const cases: [EventSource, Record<string, string>, boolean][] = [
    ['REST API', { 'x-forwarded-proto': 'http' }, true],
    ['HTTP API', { 'x-forwarded-proto': 'http' }, true],
    ['function URL', {}, true],
    ['ALB, single', { 'x-forwarded-proto': 'https' }, true],
    ['ALB, multi-value', { 'x-forwarded-proto': 'http, HTTPS' }, true],
    ['ALB, single', { 'X-Forwarded-Proto': 'https,http' }, false],
    ['ALB, single', { 'X-Forwarded-Proto': 'https, HTTP ' }, false],
    ['ALB, multi-value', {}, true],
  ];
  test.each(cases)('behind %s with %j is %s', async (source, headers, isSecure) => {
    const [cookie = ''] = cookiesFor(source, await wrap(setsName)(eventOf(source, { headers })));
    expect(cookie.includes('; Secure')).toBe(isSecure);
  });
});

describe('responses that are not plain objects', () => {
  class Page {
    public get statusCode(): number {
      return 201;
    }

    public get headers(): Record<string, string> {
      return { 'x-own': '1' };
    }

    public get body(): string {
      return 'a page';
    }
  }

  const wanted = { statusCode: 201, headers: { 'x-own': '1', 'Vary': 'Cookie' }, body: 'a page' };
  const pages: [string, () => object][] = [
    ['getters of its class', () => new Page()],
    ['getters of its own', () => ({
      get statusCode() {
        return 201;
      },
      get headers() {
        return { 'x-own': '1' };
      },
      get body() {
        return 'a page';
      },
    })],
    ['toJSON', () => ({ secret: 's', toJSON: () => ({ statusCode: 201, headers: { 'x-own': '1' }, body: 'a page' }) })],
  ];
  test.each(pages)('keep status, headers and body where they have %s', async (_name, page) => {
    for (const source of SOURCES.filter((name) => name !== 'ALB, multi-value')) {
      const answer = await wrap(async (full) => {
        await setsName(full);
        return page();
      })(eventOf(source));
      expect(answer).toMatchObject(wanted);
      expect(answer).not.toHaveProperty('secret');
    }
  });

  test('count as failures where their class says 500', async () => {
    class Failure extends Page {
      public override get statusCode(): number {
        return 500;
      }
    }
    const before = await scene.table.items();
    await wrap(async (full) => {
      await setsName(full);
      return new Failure();
    })(eventOf('HTTP API'));
    expect(await scene.table.items()).toEqual(before);
  });
});

describe('failures', () => {
  test.each(SOURCES)('after a save are logged and become a 500 with the cookies that are owed, behind %s', async (source) => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const error = new RangeError('too far');
    const visitor = await scene.signedIn();
    const answer = await wrap(async ({ session }) => {
      const opened = await session();
      opened.regenerate();
      opened.set('name', 'Eve');
      await opened.save();
      opened.set('name', 'Bob');
      throw error;
    })(eventOf(source, { cookies: visitor.jar.cookies() }));
    expect(answer).toMatchObject({ statusCode: 500, body: 'Internal Server Error' });
    const id = /session_id=([\w-]{43})/.exec(cookiesFor(source, answer)[0] ?? '')?.[1] ?? '';
    expect((await scene.table.item(id))?.dat?.M?.name).toEqual({ S: '"Eve"' });
    expect(log.mock.calls).toEqual([[error]]);
    log.mockRestore();
  });

  test('of the commit after a save go out with the cookies that are owed, too', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await wrap(async ({ session }) => {
      const opened = await session();
      opened.set('name', 'Eve');
      await opened.save();
      opened.set('note', 'x'.repeat(500_000));
      return { statusCode: 200, body: 'never seen' };
    }, { compress: false })(eventOf('HTTP API'));
    expect(answer).toMatchObject({ statusCode: 500, cookies: [expect.stringMatching(/^session_id=[\w-]{43}/), expect.anything()] });
    expect(log.mock.calls[0]?.[0]).toMatchObject({ code: 'too-large' });
    log.mockRestore();
  });

  test('that are nothing, or undefined, save nothing either', async () => {
    const before = await scene.table.items();
    const handler = wrap(async (full) => {
      await setsName(full);
      throw undefined;
    });
    await expect(handler(eventOf('HTTP API'))).rejects.toBeUndefined();
    expect(await scene.table.items()).toEqual(before);
  });

  test.each(SOURCES)('of a missing table are 500 without Retry-After, behind %s', async (source) => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const visitor = await scene.signedIn();
    const reads = async ({ session }: Context) => ({ statusCode: 200, body: String((await session()).size) });
    const answer = await wrap(reads, { tableName: 'Missing' })(eventOf(source, { cookies: visitor.jar.cookies() }));
    expect(answer.statusCode).toBe(500);
    expect(JSON.stringify([answer.headers, answer.multiValueHeaders])).not.toMatch(/retry-after/i);
    log.mockRestore();
  });

  test('a handler that throws stores nothing, and its error goes on', async () => {
    const before = await scene.table.items();
    const handler = wrap(async (full) => {
      await setsName(full);
      throw new RangeError('too far');
    });
    await expect(handler(eventOf('HTTP API'))).rejects.toThrow(RangeError);
    expect(await scene.table.items()).toEqual(before);
  });

  test('a store out of reach is answered with 503 and Retry-After, without a cookie, and is logged', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
    const visitor = await scene.signedIn();
    const reads = async ({ session }: Context) => ({ statusCode: 200, body: String((await session()).size) });
    for (const body of [reads, setsName]) {
      const answer = await wrap(body, { client })(eventOf('HTTP API', { cookies: visitor.jar.cookies() }));
      expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
      expect(answer.cookies).toBeUndefined();
    }
    expect(log.mock.calls.flat()).toEqual(Array(2).fill(expect.stringMatching(/^SessionUnavailableError \(unavailable\): DynamoDB cannot be reached/)));
    log.mockRestore();
  });

  const strangers: [string, unknown][] = [
    ['Records', { Records: [{ eventSource: 'aws:sqs', body: '' }] }],
    ['detail-type', { 'detail-type': 'Scheduled Event', 'source': 'aws.events' }],
    ['requestContext', { requestContext: { connectionId: 'c', eventType: 'CONNECT' } }],
    ['requestContext', { requestContext: null }],
    ['requestContext', { requestContext: 'elb' }],
    ['no properties', {}],
    ['no properties', undefined],
  ];
  test.each(strangers)('an event that is not HTTP is a TypeError that names what came: %s', async (named, event) => {
    await expect(wrap(setsName)(event)).rejects.toThrow(TypeError);
    await expect(wrap(setsName)(event)).rejects.toThrow(named);
  });
});

describe('requests', () => {
  test('read strongly behind a load balancer that has no room for the recent-write cookie', async () => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(60);
    await wrap(async ({ session }) => ({ statusCode: 200, body: String((await session()).size) }))(eventOf('ALB, single', { cookies: visitor.jar.cookies() }));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test.each(['HEAD', 'OPTIONS'])('of %s do not extend the session', async (method) => {
    for (const source of SOURCES) {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(300);
      const handler = wrap(async ({ session }) => ({ statusCode: 204, body: String((await session()).size) }));
      await handler(eventOf(source, { cookies: visitor.jar.cookies(), method }));
      expect(scene.table.takeCalls()).toEqual([expect.stringContaining('GetItem')]);
    }
  });

  test('that run at once share nothing, and leave the context as it is', async () => {
    const [ada, bob] = [await scene.signedIn(), await scene.signedIn()];
    await bob.visit((session) => session.set('name', 'Bob'));
    const handler = wrap(async ({ session }) => ({ statusCode: 200, body: (await session()).get('name') }));
    const frozen = Object.freeze({ ...context });
    const answers = await Promise.all([ada, bob].map(({ jar }) => handler(eventOf('HTTP API', { cookies: jar.cookies() }), frozen)));
    expect(answers.map(({ body }) => body)).toEqual(['Ada', 'Bob']);
    expect(Object.keys(frozen)).toEqual(['getRemainingTimeInMillis']);
  });

  test('are answered only when a save that was not awaited has settled', async () => {
    const handler = wrap(async ({ session }) => {
      const opened = await session();
      opened.set('name', 'Ada');
      void opened.save();
      return { statusCode: 500, body: '' };
    });
    const { cookies = [] } = await handler(eventOf('HTTP API'));
    expect(await scene.table.item(/session_id=([\w-]{43})/.exec(cookies[0] ?? '')?.[1] ?? '')).toBeDefined();
  });

  test.each([undefined, null, {}])('whose context is %j have the deadline alone', async (none) => {
    const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.table.client, clock: scene.clock });
    const handler = lambdaHandler(sessions, async (_: LambdaHttpEvent, { session }) => ({ statusCode: 200, body: String((await session()).isNew) }));
    expect(await handler(eventOf('HTTP API') as LambdaHttpEvent, none as unknown as LambdaContext)).toMatchObject({ statusCode: 200, body: 'true' });
  });

  test('with too little time left fail fast', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const visitor = await scene.signedIn();
    const handler = wrap(async ({ session }) => ({ statusCode: 200, body: String((await session()).size) }));
    const answer = await handler(eventOf('HTTP API', { cookies: visitor.jar.cookies() }), { getRemainingTimeInMillis: () => 200 });
    expect(answer.statusCode).toBe(503);
    expect(scene.table.takeCalls()).toEqual([]);
    log.mockRestore();
  });
});

test('the wrapped handler has the types of AWS', () => {
  const sessions = sessionFactory<ShopData>({ tableName: 'Sessions', client: scene.table.client });
  const rest: APIGatewayProxyHandler = lambdaHandler(sessions, async () => ({ statusCode: 200, body: '' }));
  const http: APIGatewayProxyHandlerV2 = lambdaHandler(sessions, async (_, { session }) => ({ statusCode: 200, body: (await session()).get('name') ?? '' }));
  const alb: ALBHandler = lambdaHandler(sessions, async () => ({ statusCode: 200, body: '' }));
  expect([rest, http, alb].every((handler) => typeof handler === 'function')).toBe(true);
});
