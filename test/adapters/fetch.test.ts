import { applyHeaders, fetchHandler, sessionFactory } from '../../src/runtime';
import type { WithSession } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ShopData, Visitor } from '../support/visitor';

const scene = Scene.on();

function wrap(body: (request: Request, context: WithSession<ShopData>) => Promise<Response> | Response) {
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
  return fetchHandler(sessions, body);
}

function requestOf(visitor?: Visitor, url = 'https://shop.example/'): Request {
  const cookie = visitor?.jar.header();
  return new Request(url, { headers: cookie === undefined ? {} : { cookie } });
}

const sets = async ({ session }: WithSession<ShopData>): Promise<void> => (await session()).set('name', 'Ada');

test('a response that the handler keeps for all visitors is never given a cookie', async () => {
  const shared = new Response(null, { status: 204, headers: { 'x-own': '1' } });
  const handler = wrap(async (_, context) => {
    await sets(context);
    return shared;
  });
  const [one, other] = [await handler(requestOf()), await handler(requestOf())];
  expect([...shared.headers]).toEqual([['x-own', '1']]);
  expect(one.headers.getSetCookie()[0]).not.toBe(other.headers.getSetCookie()[0]);
  expect([one.status, one.headers.get('x-own')]).toEqual([204, '1']);
});

test('a redirect, whose headers cannot be changed, carries the cookie', async () => {
  const handler = wrap(async (_, context) => {
    await sets(context);
    return Response.redirect('https://shop.example/cart', 303);
  });
  const response = await handler(requestOf());
  expect([response.status, response.headers.get('location'), response.headers.getSetCookie().length]).toEqual([303, 'https://shop.example/cart', 2]);
});

test('a response without anything to set is the handler\'s own', async () => {
  const own = new Response('own');
  expect(await wrap(() => own)(requestOf())).toBe(own);
});

test('what follows the request is passed on', async () => {
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
  const handler = fetchHandler(sessions, (request: Request, _context, stage: string, more: { readonly n: number }) => new Response(`${request.method} ${stage} ${more.n}`));
  expect(await (await handler(requestOf(), 'prod', { n: 2 })).text()).toBe('GET prod 2');
});

test.each([['https://shop.example/', true], ['http://shop.example/', false], ['HTTPS://shop.example/', true]])('the cookie of %s is Secure: %s', async (url, isSecure) => {
  const handler = wrap(async (_, context) => {
    await sets(context);
    return new Response();
  });
  expect((await handler(requestOf(undefined, url))).headers.getSetCookie()[0]?.includes('; Secure')).toBe(isSecure);
});

test('an error after a save is logged and becomes a 500 with the cookies that are owed', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const response = await wrap(async (_, { session }) => {
    const opened = await session();
    opened.set('name', 'Eve');
    await opened.save();
    throw new RangeError('too far');
  })(requestOf());
  expect([response.status, response.headers.getSetCookie().length, response.headers.get('cache-control')]).toEqual([500, 2, 'no-store']);
  expect(String(log.mock.calls[0])).toContain('too far');
  log.mockRestore();
});

test('an error without a save goes on to whoever called the handler', async () => {
  const handler = wrap(async (_, context) => {
    await sets(context);
    throw new RangeError('too far');
  });
  await expect(handler(requestOf())).rejects.toThrow(RangeError);
  expect(scene.table.takeCalls()).toEqual([]);
});

test('a store that denies is a 500, at the read and at the commit', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const visitor = await scene.signedIn();
  scene.client.deny('getItem');
  expect((await wrap(async (_, { session }) => new Response((await session()).get('name')))(requestOf(visitor))).status).toBe(500);
  scene.client.deny('putItem');
  const handler = wrap(async (_, context) => {
    await sets(context);
    return new Response('never seen');
  });
  const response = await handler(requestOf());
  expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
  expect(await response.text()).not.toContain('never seen');
  log.mockRestore();
});

test('what is not a session factory is refused when the handler is made', () => {
  expect(() => fetchHandler(sessionFactory as never, () => new Response())).toThrow('fetchHandler: sessions is a function, maybe sessionFactory itself or the handler; allowed is what sessionFactory() returns.');
  for (const nothing of [null, undefined, 7, {}]) expect(() => fetchHandler(nothing as never, () => new Response())).toThrow(TypeError);
});

describe('the merge of headers', () => {
  const cases: [given: Record<string, string>, merged: Record<string, string>][] = [
    [{}, { 'cache-control': 'no-store', 'vary': 'Cookie' }],
    [{ 'vary': 'Accept', 'cache-control': 'private' }, { 'cache-control': 'private, no-store', 'vary': 'Accept, Cookie' }],
    [{ 'vary': 'accept , COOKIE', 'cache-control': 'No-Store' }, { 'cache-control': 'No-Store', 'vary': 'accept , COOKIE' }],
    [{ vary: '*' }, { 'cache-control': 'no-store', 'vary': '*' }],
    [{ vary: 'Cookies' }, { 'cache-control': 'no-store', 'vary': 'Cookies, Cookie' }],
  ];
  test.each(cases)('adds to %j what is missing', (given, merged) => {
    const headers = new Headers(given);
    applyHeaders(headers, { setCookie: ['a=1', 'b=2'], cacheControl: 'no-store', vary: 'Cookie' });
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    headers.delete('set-cookie');
    expect(Object.fromEntries(headers)).toEqual(merged);
  });

  test('leaves headers alone where there is nothing to set', () => {
    const headers = new Headers({ vary: 'Accept' });
    applyHeaders(headers, { setCookie: [] });
    expect([...headers]).toEqual([['vary', 'Accept']]);
  });
});
