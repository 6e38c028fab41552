/**
 * Sessions in Fastify: a plugin that has `session(request)` and `endSession(request)`.
 *
 * @packageDocumentation
 */
import { HeaderSink, OF_THE_BODY, applyHeaders, settle } from './finish';
import { rejectingWithStatus } from './http-error';
import { Mount } from './mount';
import { SessionFactory } from '../request/session-factory';
import type { SessionRequestInit } from '../request/session-request';
import type { Session } from '../session/session';

/** What the plugin uses of a request. */
export interface FastifyRequest {
  readonly headers: { readonly cookie?: string | undefined };
  readonly protocol: string;
  readonly method: string;
}

/** What the plugin uses of a reply. */
export interface FastifyReply {
  readonly statusCode: number;
  code(status: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: unknown): unknown;
  removeHeader(name: string): unknown;
}

/** What the plugin uses of an instance. */
export interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void): unknown;
  addHook(
    name: 'onSend',
    hook: (request: FastifyRequest, reply: FastifyReply, payload: unknown) => Promise<unknown>,
  ): unknown;
}

/** The plugin, to be registered before the routes, and the session of each request. */
export interface FastifySessions<Data extends object> {
  (instance: FastifyInstance, options: unknown, done: () => void): void;
  /**
   * Opens the session of a request: the first call reads it, if the cookie names one.
   *
   * @throws SessionUnavailableError if it cannot be read; uncaught, Fastify answers 503
   */
  session(request: object): Promise<Session<Data>>;
  /**
   * Ends the session of a request, without reading it.
   *
   * @throws SessionUnavailableError if it cannot be deleted; uncaught, Fastify answers 503
   */
  endSession(request: object): Promise<void>;
}

/** Makes the plugin: `await app.register(shop)`. It covers all routes of the instance, even those of other plugins. */
export function fastifySessions<Data extends object>(sessions: SessionFactory<Data>): FastifySessions<Data> {
  const mount = new Mount('fastifySessions', sessions);
  const plugin = (instance: FastifyInstance, _options: unknown, done: () => void): void => {
    instance.addHook('onRequest', (request, _reply, next) => {
      const { headers, protocol, method } = request;
      if (!mount.has(request)) {
        mount.add(
          request,
          mount.begin({
            cookies: headers.cookie,
            headers: headers as SessionRequestInit['headers'],
            https: protocol === 'https',
            method,
          }),
        );
      }
      next();
    });
    instance.addHook('onSend', async (key, reply, payload) => {
      // After an error of ours, Fastify sends another response, which passes through here again.
      const request = mount.unfinished(key);
      if (request === undefined || request.endUnused()) return payload;
      const { headers, unavailable, failure } = await settle(request, { status: reply.statusCode });
      applyHeaders(sinkOf(reply), headers);
      if (failure) throw failure.error;
      if (!unavailable) return payload;
      (Object(payload) as { destroy?(): void }).destroy?.();
      for (const name of OF_THE_BODY) reply.removeHeader(name);
      reply.code(unavailable.status);
      for (const [name, value] of Object.entries(unavailable.headers)) reply.header(name, value);
      return unavailable.body;
    });
    done();
  };
  return Object.assign(plugin, {
    // What fastify-plugin sets: the hooks also apply outside the plugin.
    [Symbol.for('skip-override')]: true,
    session: (request: object) => rejectingWithStatus(mount.of(request).session()),
    endSession: (request: object) => rejectingWithStatus(mount.of(request).endSession()),
  });
}

function sinkOf(reply: FastifyReply): HeaderSink {
  return {
    get: (name) => String(reply.getHeader(name) ?? ''),
    set: (name, value) => reply.header(name, value),
    // Fastify adds to Set-Cookie, and replaces any other header.
    append: (name, value) => reply.header(name, value),
  };
}
