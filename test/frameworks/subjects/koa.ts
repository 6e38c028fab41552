import { Readable } from 'node:stream';
import Koa, { type DefaultState } from 'koa';
import type { WithSession } from '../../../src/runtime';
import { koaSessions } from '../../../src/runtime/adapters/koa';
import { behaviours } from '../support/behaviours';
import { serveNode } from '../support/serve';
import type { Reply } from '../support/subject';
import type { Shop } from '../support/table';

export function send(ctx: Koa.Context, { status = 200, body = '', headers = {}, cookies = [], redirect, stream }: Reply): void {
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie);
  ctx.set(headers);
  ctx.status = status;
  if (redirect !== undefined) {
    ctx.redirect(redirect);
    ctx.status = 303;
  } else {
    ctx.body = stream ? Readable.from(stream()) : body;
  }
}

behaviours({
  name: 'Koa',
  serve: async (sessions, routes) => {
    // As behind API Gateway.
    const app = new Koa<DefaultState, WithSession<Shop>>({ proxy: true });
    app.silent = true;
    app.use((ctx, next) => {
      ctx.req.headers['x-forwarded-proto'] = 'https';
      return next();
    });
    app.use(koaSessions(sessions));
    app.use(koaSessions(sessions));
    app.use(async (ctx) => {
      const route = routes[ctx.path];
      const query = new URLSearchParams(ctx.querystring);
      if (route) send(ctx, await route({ query, session: () => ctx.session(), endSession: () => ctx.endSession() }));
    });
    return serveNode(app.callback());
  },
});
