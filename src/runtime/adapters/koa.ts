/**
 * Sessions in Koa: `ctx.session()` and `ctx.endSession()`.
 *
 * @packageDocumentation
 */
import { HeaderSink, OF_THE_BODY, applyHeaders, settle } from './finish';
import { Mount, takenBy } from './mount';
import { type WithSession, sessionOf } from './with-session';
import type { SessionHeaders } from '../request/cookies';
import { SessionFactory } from '../request/session-factory';
import type { SessionRequestInit } from '../request/session-request';

/** What the middleware uses of Koa's context. */
export interface KoaContext {
  readonly headers: { readonly cookie?: string | undefined };
  readonly secure: boolean;
  readonly method: string;
  readonly headerSent: boolean;
  readonly response: { get(name: string): string | string[] };
  status: number;
  body: unknown;
  set(name: string, value: string): unknown;
  append(name: string, value: string): unknown;
  remove(name: string): unknown;
}

/** The middleware. Give the application its context: `new Koa<DefaultState, WithSession<ShopSession>>()`. */
export type KoaMiddleware<Data extends object> = (
  context: KoaContext & WithSession<Data>,
  next: () => Promise<unknown>,
) => Promise<void>;

/**
 * Makes the middleware. Mount it once, before the middleware that uses the
 * session.
 *
 * Changes are stored before the head of the response goes out. A middleware that
 * throws or answers 5xx stores nothing, unless it called `save()`.
 */
export function koaSessions<Data extends object>(sessions: SessionFactory<Data>): KoaMiddleware<Data> {
  const mount = new Mount('koaSessions', sessions);
  return async (context, next) => {
    if (mount.has(context)) return void (await next());
    if (Reflect.has(context, 'session')) throw takenBy('koaSessions', 'ctx.session');
    const { headers: sent, secure, method } = context;
    const request = mount.add(
      context,
      mount.begin({ cookies: sent.cookie, headers: sent as SessionRequestInit['headers'], https: secure, method }),
    );
    Object.assign(context, sessionOf(request));
    const thrown = await caught(next);
    if (request.endUnused()) return rethrow(thrown);
    const { headers, unavailable, failure } = await settle(
      request,
      thrown ? { status: 500, ...thrown } : { status: context.status },
    );
    if (unavailable) {
      for (const name of OF_THE_BODY) context.remove(name);
      context.status = unavailable.status;
      context.body = unavailable.body;
      for (const [name, value] of Object.entries(unavailable.headers)) context.set(name, value);
    }
    if (headers.setCookie.length > 0 && context.headerSent) {
      throw new Error(
        'koaSessions: the head was sent before the cookie of the session. Await session.save() before you send.',
      );
    }
    applyHeaders(sinkOf(context), headers);
    if (!unavailable) rethrow(failure ?? thrown, headers);
  };
}

/** The error that a function throws, if any. */
async function caught(action: () => Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** For its own error page Koa drops all headers, except those of the error. */
function rethrow(thrown: { readonly error: unknown } | undefined, headers?: SessionHeaders): void {
  if (!thrown) return;
  const error = thrown.error as { headers?: Record<string, unknown> };
  if (headers && headers.setCookie.length > 0 && error instanceof Error) {
    error.headers = {
      'Cache-Control': 'no-store',
      'Vary': 'Cookie',
      ...error.headers,
      'Set-Cookie': headers.setCookie,
    };
  }
  throw error;
}

function sinkOf(context: KoaContext): HeaderSink {
  return {
    get: (name) => String(context.response.get(name)),
    set: (name, value) => context.set(name, value),
    append: (name, value) => context.append(name, value),
  };
}
