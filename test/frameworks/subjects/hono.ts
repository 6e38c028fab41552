import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { stream as streamed } from 'hono/streaming';
import type { SessionFactory } from '../../../src/runtime';
import { type SessionVariables, honoSessions } from '../../../src/runtime/adapters/hono';
import { behaviours } from '../support/behaviours';
import { serveLambda } from '../support/lambda';
import { serveFetch, serveNode } from '../support/serve';
import type { Routes } from '../support/subject';
import type { Shop } from '../support/table';

type Env = { Variables: SessionVariables<Shop> };

function appOf(sessions: SessionFactory<Shop>, routes: Routes): Hono<Env> {
  const app = new Hono<Env>();
  app.use(honoSessions(sessions));
  app.use(honoSessions(sessions));
  app.all('*', async (c) => {
    const route = routes[c.req.path];
    if (!route) return c.notFound();
    const { status = 200, body = '', headers = {}, cookies = [], redirect, stream } = await route({
      query: new URL(c.req.url).searchParams,
      session: () => c.var.session(),
      endSession: () => c.var.endSession(),
    });
    for (const cookie of cookies) c.header('Set-Cookie', cookie, { append: true });
    if (redirect !== undefined) return c.redirect(redirect, 303);
    if (stream) {
      return streamed(c, async (out) => {
        for await (const chunk of stream()) await out.write(chunk);
      });
    }
    return c.body(body, status as 200, { ...headers });
  });
  return app;
}

behaviours({ name: 'Hono', serve: async (sessions, routes) => serveFetch(appOf(sessions, routes).fetch as (request: Request) => Promise<Response>) });
behaviours({
  name: 'Hono on Node',
  differs: ['no scheme'],
  serve: async (sessions, routes) => serveNode(getRequestListener(appOf(sessions, routes).fetch) as Parameters<typeof serveNode>[0]),
});
behaviours({ name: 'Hono on Lambda', serve: async (sessions, routes) => serveLambda(handle(appOf(sessions, routes)) as never) });
