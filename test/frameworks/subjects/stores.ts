import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import express from 'express';
import expressSession from 'express-session';
import express4 from 'express4';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import Koa from 'koa';
import koaSession from 'koa-session';
import { sessionStore } from '../../../src/runtime/adapters/express-session';
import { behaviours } from '../support/behaviours';
import { askNode, serveNode } from '../support/serve';
import type { Difference, Reply, RouteContext, View } from '../support/subject';
import type { Shop } from '../support/table';

const SECRET = 'a secret of thirty-two characters';
const DIFFERS: Difference[] = ['saves failures', 'reads always', 'sets its cookie alone', 'no save', 'touches at HEAD', 'changes late', 'no scheme'];

/** The session of these libraries is an object with its keys as properties. */
function viewOf(session: object, more: Partial<View> = {}): View {
  const data = session as Record<string, unknown>;
  return { get: (key) => data[key] as never, set: (key, value) => void (data[key] = value), save: async () => undefined, ...more };
}

function promised(action: (done: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => void action((error) => (error ? reject(error) : resolve())));
}

for (const [name, framework] of [['Express 5', express], ['Express 4', express4 as unknown as typeof express]] as const) {
  behaviours({
    name: `express-session on ${name}`,
    differs: DIFFERS,
    serve: async (sessions, routes) => {
      const app = framework();
      app.use(expressSession({ store: sessionStore(expressSession, sessions), secret: SECRET, resave: false, saveUninitialized: false }));
      const contextOf = (request: express.Request): RouteContext => ({
        query: new URL(request.url, 'http://x').searchParams,
        session: async () => viewOf(request.session, {
          save: () => promised((done) => request.session.save(done)),
          regenerate: () => promised((done) => request.session.regenerate(done)),
          // After `regenerate` the session is another object.
          set: (key, value) => void Object.assign(request.session, { [key]: value }),
        }),
        endSession: () => promised((done) => request.session.destroy(done)),
      });
      const run = (path: string) => (request: express.Request, response: express.Response, next: express.NextFunction): void => {
        routes[path]!(contextOf(request)).then(({ status = 200, body, headers = {}, redirect, stream }: Reply) => {
          response.status(status).set(headers);
          if (redirect !== undefined) response.redirect(303, redirect);
          else if (stream) Readable.from(stream()).pipe(response);
          else response.send(body);
        }, next);
      };
      app.use((request, response, next) => (request.path === '/early' ? run('/early')(request, response, next) : next()));
      for (const path of Object.keys(routes)) app.get(path, run(path));
      return serveNode(app);
    },
  });
}

behaviours({
  name: '@fastify/session',
  differs: [...DIFFERS, 'copies'],
  serve: async (sessions, routes) => {
    const app = fastify({ exposeHeadRoutes: true });
    await app.register(cookie);
    await app.register(fastifySession, { store: sessionStore(sessions), secret: SECRET, saveUninitialized: false, cookie: { secure: false }, rolling: false });
    const run = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> => {
      const { status = 200, body = '', headers = {}, redirect, stream } = await routes[path]!({
        query: new URL(request.url, 'http://x').searchParams,
        session: async () => viewOf(request.session, {
          save: () => request.session.save(),
          regenerate: () => request.session.regenerate(),
          set: (key, value) => void Object.assign(request.session, { [key]: value }),
        }),
        endSession: () => request.session.destroy(),
      });
      void reply.code(status).headers(headers);
      if (redirect !== undefined) return reply.redirect(redirect, 303);
      return reply.send(stream ? Readable.from(stream(), { objectMode: false }) : body);
    };
    app.addHook('preHandler', async (request, reply) => (request.url === '/early' ? run(request, reply, '/early') : undefined));
    for (const path of Object.keys(routes)) app.get(path, (request, reply) => run(request, reply, path));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return { ask: (asked) => askNode(port, asked), stop: () => app.close() };
  },
});

behaviours({
  name: 'koa-session',
  differs: DIFFERS,
  serve: async (sessions, routes) => {
    const app = new Koa();
    app.keys = [SECRET];
    app.silent = true;
    app.use(koaSession({ store: sessionStore(sessions) } as never, app as never) as never);
    app.use(async (ctx) => {
      const route = routes[ctx.path];
      if (!route) return;
      const { status = 200, body = '', headers = {}, redirect, stream } = await route({
        query: new URLSearchParams(ctx.querystring),
        session: async () => viewOf(ctx['session'] as object, {
          save: async () => void (await (ctx['session'] as unknown as { save(): Promise<void> }).save()),
          regenerate: async () => void (await (ctx['session'] as unknown as { regenerate(): Promise<void> }).regenerate()),
          set: (key: keyof Shop, value: unknown) => void Object.assign(ctx['session'] as object, { [key]: value }),
        }),
        endSession: async () => void (ctx['session'] = null),
      });
      ctx.set(headers);
      ctx.status = status;
      if (redirect !== undefined) {
        ctx.redirect(redirect);
        ctx.status = 303;
      } else {
        ctx.body = stream ? Readable.from(stream()) : body;
      }
    });
    return serveNode(app.callback());
  },
});
