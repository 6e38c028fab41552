import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import awsLambdaFastify from '@fastify/aws-lambda';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { SessionFactory } from '../../../src/runtime';
import { fastifySessions } from '../../../src/runtime/adapters/fastify';
import { behaviours } from '../support/behaviours';
import { serveLambda } from '../support/lambda';
import { askNode } from '../support/serve';
import type { Reply, Routes } from '../support/subject';
import type { Shop } from '../support/table';

export function send(reply: FastifyReply, { status = 200, body = '', headers = {}, cookies = [], redirect, stream }: Reply): FastifyReply {
  for (const cookie of cookies) void reply.header('set-cookie', cookie);
  void reply.code(status).headers(headers);
  if (redirect !== undefined) return reply.redirect(redirect, 303);
  return reply.send(stream ? Readable.from(stream(), { objectMode: false }) : body);
}

async function appOf(sessions: SessionFactory<Shop>, routes: Routes) {
  const shop = fastifySessions(sessions);
  // As behind API Gateway.
  const app = fastify({ trustProxy: true, exposeHeadRoutes: true });
  app.addHook('onRequest', async (request) => {
    request.raw.headers['x-forwarded-proto'] = 'https';
  });
  await app.register(shop);
  await app.register(fastifySessions(sessions));
  const run = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> => send(reply, await routes[path]!({
    query: new URL(request.url, 'http://x').searchParams,
    session: () => shop.session(request),
    endSession: () => shop.endSession(request),
  }));
  app.addHook('preHandler', async (request, reply) => (request.url === '/early' ? run(request, reply, '/early') : undefined));
  // In a plugin of its own, which the hooks reach all the same.
  await app.register(async (inner) => {
    for (const path of Object.keys(routes)) inner.get(path, (request, reply) => run(request, reply, path));
  });
  return app;
}

behaviours({
  name: 'Fastify',
  serve: async (sessions, routes) => {
    const app = await appOf(sessions, routes);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return { ask: (asked) => askNode(port, asked), stop: () => app.close() };
  },
});

behaviours({
  name: 'Fastify on Lambda',
  serve: async (sessions, routes) => serveLambda(awsLambdaFastify(await appOf(sessions, routes)) as never),
});
