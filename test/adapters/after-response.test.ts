/** A session that is first asked for once the response is out. */
import { LambdaHttpEvent, SessionFactory, fetchHandler, lambdaHandler, sessionFactory } from '../../src/runtime';
import { fastifySessions } from '../../src/runtime/adapters/fastify';
import { HonoContext, honoSessions } from '../../src/runtime/adapters/hono';
import { KoaContext, koaSessions } from '../../src/runtime/adapters/koa';
import { middySessions } from '../../src/runtime/adapters/middy';
import { PowertoolsContext, powertoolsSessions } from '../../src/runtime/adapters/powertools';
import { reactRouterSessions } from '../../src/runtime/adapters/react-router';
import type { WithSession } from '../../src/runtime/adapters/with-session';
import { Session } from '../../src/runtime/session/session';
import { Scene } from '../support/scene';
import { ShopData } from '../support/visitor';

const scene = Scene.on();

type Open = () => Promise<Session<ShopData>>;
/** Answers a request whose handler asks for no session; gives the function that opens it. */
type Answer = (sessions: SessionFactory<ShopData>, cookie: string) => Promise<Open>;

const eventOf = (cookie: string): LambdaHttpEvent => ({ version: '2.0', cookies: [cookie], headers: {}, requestContext: { http: { method: 'GET' } } });
const CONTEXT = { getRemainingTimeInMillis: () => 30_000 };

const ADAPTERS: Readonly<Record<string, Answer>> = {
  lambdaHandler: async (sessions, cookie) => {
    let open: Open | undefined;
    await lambdaHandler(sessions, (_, context) => {
      open = () => context.session();
      return { statusCode: 200, body: '' };
    })(eventOf(cookie), CONTEXT);
    return open as Open;
  },
  fetchHandler: async (sessions, cookie) => {
    let open: Open | undefined;
    await fetchHandler(sessions, (_: Request, { session }) => {
      open = session;
      return new Response('ok');
    })(new Request('https://shop.example/', { headers: { cookie } }));
    return open as Open;
  },
  honoSessions: async (sessions, cookie) => {
    const values = new Map<string, unknown>();
    const context = {
      req: { raw: new Request('https://shop.example/', { headers: { cookie } }) },
      env: {},
      error: undefined,
      res: new Response('ok'),
      get: (key: string) => values.get(key),
      set: (key: string, value: unknown) => void values.set(key, value),
    };
    await honoSessions(sessions)(context as unknown as HonoContext, async () => undefined);
    return values.get('session') as Open;
  },
  koaSessions: async (sessions, cookie) => {
    const context = { headers: { cookie }, secure: true, method: 'GET', status: 200, headerSent: false } as unknown as KoaContext & WithSession<ShopData>;
    await koaSessions(sessions)(context, async () => undefined);
    return () => context.session();
  },
  fastifySessions: async (sessions, cookie) => {
    const hooks: Record<string, (...values: unknown[]) => unknown> = {};
    const shop = fastifySessions(sessions);
    shop({ addHook: (name: string, hook: unknown) => (hooks[name] = hook as (typeof hooks)[string]) }, {}, () => undefined);
    const request = { headers: { cookie }, protocol: 'https', method: 'GET' };
    hooks.onRequest?.(request, {}, () => undefined);
    await hooks.onSend?.(request, { statusCode: 200 }, 'ok');
    return () => shop.session(request);
  },
  middySessions: async (sessions, cookie) => {
    const middleware = middySessions(sessions);
    const middy = { event: eventOf(cookie), context: { ...CONTEXT } as object, response: undefined as unknown, error: undefined };
    middleware.before(middy as never);
    middy.response = { statusCode: 200, body: '' };
    await middleware.after(middy);
    return () => (middy.context as WithSession<ShopData>).session();
  },
  powertoolsSessions: async (sessions, cookie) => {
    const values = new Map<string, unknown>();
    const reqCtx = { event: eventOf(cookie), context: CONTEXT, res: new Response('ok'), set: (key: string, value: unknown) => void values.set(key, value) };
    await powertoolsSessions(sessions)({ reqCtx: reqCtx as unknown as PowertoolsContext, next: async () => undefined });
    return values.get('session') as Open;
  },
  reactRouterSessions: async (sessions, cookie) => {
    const values = new Map<object, unknown>();
    const shop = reactRouterSessions(sessions);
    const request = new Request('https://shop.example/', { headers: { cookie } });
    await shop.middleware({ request, context: { set: (key: object, value: unknown) => void values.set(key, value) } }, async () => new Response('ok'));
    return values.get(shop.context) as Open;
  },
};

const CASES = Object.keys(ADAPTERS);

test.each(CASES)('%s: a session that is first asked for after the response can be read, and every change throws', async (name) => {
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
  const visitor = await scene.signedIn();
  const open = await (ADAPTERS[name] as Answer)(sessions, visitor.jar.header() ?? '');
  const session = await open();
  expect(session.get('name')).toBe('Ada');
  expect(() => session.set('name', 'Eve')).toThrow(expect.objectContaining({ code: 'misuse' }));
});

test.each(CASES)('%s: after the response nothing is created for a visitor who gets no cookie of it', async (name) => {
  const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
  const before = (await scene.table.items()).length;
  const open = await (ADAPTERS[name] as Answer)(sessions, 'theme=dark');
  const session = await open();
  await expect(session.update('count', () => 1)).rejects.toMatchObject({ code: 'misuse' });
  expect(await scene.table.items()).toHaveLength(before);
});
