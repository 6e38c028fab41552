import { Readable } from 'node:stream';
import { Router } from '@aws-lambda-powertools/event-handler/http';
import { type PowertoolsSession, powertoolsSessions } from '../../../src/runtime/adapters/powertools';
import type { EventSource } from '../../support/events';
import { behaviours } from '../support/behaviours';
import { serveLambda } from '../support/lambda';
import type { Shop } from '../support/table';

const quiet = { debug: () => undefined, error: () => undefined, warn: () => undefined };

for (const source of ['HTTP API', 'REST API'] as EventSource[]) {
  behaviours({
    name: `Powertools behind ${source}`,
    // Its middleware runs before the routes are known, and what it answers early passes ours.
    serve: async (sessions, routes) => {
      const router = new Router<{ store: { request: PowertoolsSession<Shop> } }>({ logger: quiet as never });
      router.use(powertoolsSessions(sessions));
      router.use(powertoolsSessions(sessions));
      for (const path of Object.keys(routes)) {
        for (const method of ['get', 'head'] as const) {
          router[method](path as `/${string}`, async (context) => {
            const { status = 200, body = '', headers = {}, cookies = [], redirect, stream } = await routes[path]!({
              query: new URL(context.req.url).searchParams,
              session: () => context.get('session')!(),
              endSession: () => context.get('endSession')!(),
            });
            // Of a Response with two cookies the router keeps the last, so they are set where it keeps all.
            for (const cookie of cookies) context.res.headers.append('set-cookie', cookie);
            if (redirect !== undefined) return new Response(null, { status: 303, headers: { location: redirect } });
            const sent = stream ? Readable.toWeb(Readable.from(stream()).map((chunk: string) => Buffer.from(chunk))) as ReadableStream : body;
            return new Response(context.req.method === 'HEAD' ? null : sent, { status, headers });
          });
        }
      }
      return serveLambda(((event: unknown, context: unknown) => router.resolve(event, context as never)) as never, source);
    },
  });
}
