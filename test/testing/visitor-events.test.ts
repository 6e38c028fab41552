import { CookieJar, EventShape, FakeClock, visitor } from '../../src/testing';

/** The parts of an event that services make out of a request. */
interface SeenEvent {
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
  readonly queryStringParameters?: Readonly<Record<string, string>> | null;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>> | null;
}

/** A visitor of a handler that does nothing, and the events that come to it. */
function seen(event: EventShape) {
  const events: SeenEvent[] = [];
  const handler = async (given: SeenEvent) => {
    events.push(given);
    return { statusCode: 200, body: '' };
  };
  return { ada: visitor(handler, { event }), events };
}

// An HTTP API, a function URL and a load balancer pass on as text what is text, JSON, XML or JavaScript, and nothing else.
test.each<EventShape>(['http-api', 'function-url', 'alb', 'alb-multi'])('a form comes to a handler behind %s as base64, as on AWS', async (shape) => {
  const { ada, events } = seen(shape);
  await ada.post('/cart', { sku: 'tea & milk' });
  expect(events[0]).toMatchObject({ body: Buffer.from('sku=tea+%26+milk').toString('base64'), isBase64Encoded: true });
});

test.each<EventShape>(['http-api', 'function-url', 'alb', 'alb-multi', 'rest-api'])('JSON comes to a handler behind %s as text', async (shape) => {
  const { ada, events } = seen(shape);
  await ada.post('/cart', '{"sku":"tea"}', { headers: { 'Content-Type': 'application/json; charset=utf-8' } });
  expect(events[0]).toMatchObject({ body: '{"sku":"tea"}', isBase64Encoded: false });
});

test('a form comes to a handler behind a REST API as text, because that has no binary types of its own', async () => {
  const { ada, events } = seen('rest-api');
  await ada.post('/cart', { sku: 'tea' });
  expect(events[0]).toMatchObject({ body: 'sku=tea', isBase64Encoded: false });
});

test.each<EventShape>(['http-api', 'function-url'])('the values of a parameter that comes twice are joined by a comma behind %s', async (shape) => {
  const { ada, events } = seen(shape);
  await ada.get('/?tag=a&tag=b&page=1');
  expect(events[0]?.queryStringParameters).toEqual({ tag: 'a,b', page: '1' });
});

test('a load balancer leaves the parameters of a query encoded', async () => {
  const single = seen('alb');
  await single.ada.get('/?q=tea%20%26%20milk');
  expect(single.events[0]?.queryStringParameters).toEqual({ q: 'tea%20%26%20milk' });
  const multi = seen('alb-multi');
  await multi.ada.get('/?q=a%2Cb&q=c');
  expect(multi.events[0]?.multiValueQueryStringParameters).toEqual({ q: ['a%2Cb', 'c'] });
});

test('a redirect to another site is returned, because this handler does not answer there', async () => {
  const paths: string[] = [];
  const ada = visitor(async ({ rawPath }: { readonly rawPath: string }) => {
    paths.push(rawPath);
    return { statusCode: 302, headers: { location: 'https://idp.example/authorize?client_id=shop' } };
  });
  expect(await ada.get('/account')).toMatchObject({ status: 302, path: '/account', headers: { location: 'https://idp.example/authorize?client_id=shop' } });
  expect(paths).toEqual(['/account']);
});

describe('The cookie jar', () => {
  test('lets go of a cookie whose Expires is past, which is how Express clears one', () => {
    const jar = new CookieJar();
    jar.store(['theme=dark; Path=/']);
    jar.store(['theme=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']);
    expect(jar.header()).toBeUndefined();
  });

  test('keeps a cookie until its Expires, by its own clock', () => {
    const clock = new FakeClock();
    const jar = new CookieJar(() => clock.now());
    jar.store([`theme=dark; Expires=${new Date(clock.now() + 60_000).toUTCString()}`]);
    clock.advance(59_000);
    expect(jar.get('theme')).toBe('dark');
    clock.advance(1_000);
    expect(jar.get('theme')).toBeUndefined();
  });

  test('heeds Max-Age before Expires, and no Expires that is no date', () => {
    const jar = new CookieJar();
    jar.store(['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=2; Expires=never']);
    expect(jar.header()).toBe('a=1; b=2');
  });
});
