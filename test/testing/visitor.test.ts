import { SessionFactory, lambdaHandler, sessionFactory } from '../../src/runtime';
import { CookieJar, EventShape, FakeClock, memoryTable, signedIn, visitor } from '../../src/testing';

interface Shop {
  userId: string;
  cart: string[];
}

const SHAPES: readonly EventShape[] = ['http-api', 'function-url', 'rest-api', 'alb', 'alb-multi'];

interface PlainEvent {
  readonly rawPath?: string;
  readonly path?: string;
  readonly httpMethod?: string;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Record<string, string | undefined> | null;
  readonly requestContext?: { readonly http?: { readonly method: string } };
}

/** A shop behind any of the services. */
function shop(sessions: SessionFactory<Shop>) {
  return lambdaHandler(sessions, async (event: PlainEvent, context) => {
    const path = event.rawPath ?? event.path;
    const method = event.httpMethod ?? event.requestContext?.http?.method;
    const session = await context.session();
    if (method === 'POST' && path === '/cart') {
      const sku = new URLSearchParams(Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString()).get('sku') ?? '';
      await session.update('cart', (cart = []) => [...cart, sku]);
      // A load balancer with multi-value headers reads no others.
      return { statusCode: 303, headers: { location: '/' }, multiValueHeaders: { location: ['/'] }, body: '' };
    }
    if (path === '/loop') return { statusCode: 302, headers: { location: '/loop' }, body: '' };
    if (path === '/json') return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(session.toObject()) };
    if (path === '/throw') throw new Error('broken');
    return { statusCode: 200, body: `${session.get('userId') ?? 'nobody'}: ${session.get('cart')?.join() ?? ''}` };
  });
}

function factory(clock = new FakeClock()): SessionFactory<Shop> {
  return sessionFactory<Shop>({ tableName: 'Sessions', client: memoryTable({ clock }), clock });
}

describe.each(SHAPES)('a visitor behind %s', (event) => {
  test('keeps the cookie, sends forms and follows the redirect', async () => {
    const ada = visitor(shop(factory()), { event });
    const answer = await ada.post('/cart', { sku: 'tea' });
    expect([answer.status, answer.path, answer.body]).toEqual([200, '/', 'nobody: tea']);
    await ada.post('/cart', { sku: 'milk' });
    expect((await ada.get('/')).body).toBe('nobody: tea,milk');
  });

  test('can begin signed in', async () => {
    const sessions = factory();
    const ada = visitor(shop(sessions), { event, jar: await signedIn(sessions, { userId: 'ada' }) });
    expect((await ada.get('/json')).json()).toEqual({ userId: 'ada' });
  });
});

test('two visitors share nothing', async () => {
  const handler = shop(factory());
  await visitor(handler).post('/cart', { sku: 'tea' });
  expect((await visitor(handler).get('/')).body).toBe('nobody: ');
});

test('requests of one visitor that run at once lose nothing', async () => {
  const ada = visitor(shop(factory()));
  await ada.post('/cart', { sku: '0' });
  await Promise.all(['1', '2', '3', '4', '5', '6', '7', '8'].map((sku) => ada.post('/cart', { sku })));
  expect((await ada.get('/')).body.split(',')).toHaveLength(9);
});

test('a redirect is returned where it is not to be followed, and a loop of them is an error', async () => {
  const ada = visitor(shop(factory()));
  expect((await ada.post('/cart', { sku: 'tea' }, { follow: false })).status).toBe(303);
  await expect(ada.get('/loop')).rejects.toThrow('more than 10 redirects');
});

test('an error of the handler reaches the test', async () => {
  await expect(visitor(shop(factory())).get('/throw')).rejects.toThrow('broken');
});

test('a result without a status is 200 where the service says so, and an error elsewhere', async () => {
  expect(await visitor(() => 'hello').get('/')).toMatchObject({ status: 200, body: 'hello' });
  await expect(visitor(() => 'hello', { event: 'rest-api' }).get('/')).rejects.toThrow('no statusCode');
});

test('the clock also moves a factory that was made with the clock of the machine', async () => {
  const clock = new FakeClock();
  const restore = clock.install();
  try {
    const sessions = sessionFactory<Shop>({ tableName: 'Sessions', client: memoryTable(), timeout: 600 });
    const ada = visitor(shop(sessions), { jar: await signedIn(sessions, { userId: 'ada' }) });
    clock.advanceSeconds(599);
    expect((await ada.get('/')).body).toBe('ada: ');
    clock.advanceSeconds(600);
    expect((await ada.get('/')).body).toBe('nobody: ');
  } finally {
    restore();
  }
  expect(Math.abs(Date.now() - clock.now())).toBeGreaterThan(1000);
});

test('a jar that is given is used, and kept', async () => {
  const jar = new CookieJar();
  await visitor(shop(factory()), { jar }).post('/cart', { sku: 'tea' });
  expect(jar.get('session_id')).toHaveLength(43);
});
