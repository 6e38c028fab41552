import { Readable } from 'node:stream';
import express from 'express';
import express4 from 'express4';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { behaviours } from '../support/behaviours';
import { serveNode } from '../support/serve';
import type { Reply, RouteContext, Subject } from '../support/subject';

export function send(response: express.Response, { status = 200, body, headers = {}, cookies = [], redirect, stream }: Reply): void {
  for (const cookie of cookies) response.append('Set-Cookie', cookie);
  response.status(status).set(headers);
  if (redirect !== undefined) response.redirect(303, redirect);
  else if (stream) Readable.from(stream()).pipe(response);
  else response.send(body);
}

function subject(name: string, framework: typeof express): Subject {
  return {
    name,
    serve: async (sessions, routes) => {
      const shop = expressSessions(sessions);
      const app = framework();
      // As behind API Gateway.
      app.set('trust proxy', true);
      app.use((request, _response, next) => {
        request.headers['x-forwarded-proto'] = 'https';
        next();
      });
      app.use(shop);
      // A second mount does nothing.
      app.use(expressSessions(sessions));
      const contextOf = (request: express.Request): RouteContext => ({
        query: new URL(request.url, 'http://x').searchParams,
        session: () => shop.session(request),
        endSession: () => shop.endSession(request),
      });
      const run = (path: string) => (request: express.Request, response: express.Response, next: express.NextFunction): void => {
        routes[path]?.(contextOf(request)).then((reply) => send(response, reply), next);
      };
      app.use((request, response, next) => (request.path === '/early' ? run('/early')(request, response, next) : next()));
      for (const path of Object.keys(routes)) app.get(path, run(path));
      return serveNode(app);
    },
  };
}

behaviours(subject('Express 5', express));
behaviours(subject('Express 4', express4 as unknown as typeof express));
