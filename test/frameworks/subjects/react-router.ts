import { Readable } from 'node:stream';
import { type ServerBuild, RouterContextProvider, createRequestHandler, redirect as redirectTo } from 'react-router';
import type { SessionFactory } from '../../../src/runtime';
import { type ReactRouterSession, reactRouterSessions } from '../../../src/runtime/adapters/react-router';
import { behaviours } from '../support/behaviours';
import { serveFetch } from '../support/serve';
import type { Reply, RouteContext, Routes, Served } from '../support/subject';
import type { Shop } from '../support/table';

interface Arguments {
  readonly request: Request;
  readonly context: RouterContextProvider;
}

function serve(middleware: unknown[], loader: (args: Arguments) => Promise<Response>): Served {
  const routes = {
    root: { id: 'root', path: '', module: { middleware } },
    all: { id: 'all', parentId: 'root', path: '*', module: { loader } },
  };
  const build = {
    routes,
    entry: { module: { default: () => new Response('page'), handleError: () => undefined } },
    assets: { version: '1', url: '', entry: { module: '', imports: [] }, routes: {} },
    publicPath: '/',
    assetsBuildDirectory: '',
    future: {},
    ssr: true,
    isSpaMode: false,
    prerender: [],
    routeDiscovery: { mode: 'initial' },
  };
  return serveFetch(createRequestHandler(build as unknown as ServerBuild, 'production') as (request: Request) => Promise<Response>);
}

function respond(request: Request, { status = 200, body = '', headers = {}, cookies = [], redirect, stream }: Reply): Response {
  if (redirect !== undefined) return redirectTo(redirect, 303);
  const all = new Headers(headers);
  for (const cookie of cookies) all.append('set-cookie', cookie);
  const sent = stream ? Readable.toWeb(Readable.from(stream()).map((chunk: string) => Buffer.from(chunk))) as ReadableStream : body;
  return new Response(request.method === 'HEAD' ? null : sent, { status, headers: all });
}

function run(routes: Routes, request: Request, context: Omit<RouteContext, 'query'>): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url);
  const route = routes[pathname];
  return route ? route({ query: searchParams, ...context }) : Promise.resolve({ status: 404 });
}

behaviours({
  name: 'React Router',
  serve: async (sessions, routes) => {
    const shop = reactRouterSessions(sessions);
    const contextOf = (context: RouterContextProvider) => ({ session: () => context.get(shop.context)(), endSession: () => context.get(shop.ending)() });
    const early = async ({ request, context }: Arguments): Promise<Response | undefined> =>
      new URL(request.url).pathname === '/early' ? respond(request, await run(routes, request, contextOf(context))) : undefined;
    return serve(
      [shop.middleware, reactRouterSessions(sessions).middleware, early],
      async ({ request, context }) => respond(request, await run(routes, request, contextOf(context))),
    );
  },
});

behaviours({
  name: 'React Router with SessionStorage',
  differs: ['no status', 'no early answer', 'no save', 'sets its cookie alone', 'changes late', 'reads always', 'touches at HEAD'],
  serve: async (sessions, routes) => {
    const { getSession, commitSession, destroySession } = reactRouterSessions(sessions as SessionFactory<Shop>).storage();
    return serve([], async ({ request }) => {
      let opened: Promise<ReactRouterSession<Shop>> | undefined;
      let isEnded = false;
      const session = (): Promise<ReactRouterSession<Shop>> => (opened ??= getSession(request.headers.get('cookie')));
      const reply = await run(routes, request, {
        session: async () => {
          const view = await session();
          return { get: (key) => view.get(key), set: (key, value) => view.set(key, value), save: async () => undefined, regenerate: () => view.regenerate() };
        },
        endSession: async () => {
          await session();
          isEnded = true;
        },
      });
      const response = respond(request, reply);
      if (opened && response.status < 500) {
        const cookie = await (isEnded ? destroySession : commitSession)(await opened);
        if (cookie !== '') response.headers.append('set-cookie', cookie);
      }
      return response;
    });
  },
});
