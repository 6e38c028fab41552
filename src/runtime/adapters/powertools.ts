/**
 * Sessions in the HTTP router of Powertools for AWS Lambda.
 *
 * @packageDocumentation
 */
import { toFetch, withHeaders } from './fetch';
import { settle } from './finish';
import { LambdaHttpEvent, requestOf, sourceOf } from './lambda-event';
import { Mount } from './mount';
import type { WithSession } from './with-session';
import type { SessionHeaders } from '../request/cookies';
import { SessionFactory } from '../request/session-factory';

/**
 * What the middleware adds to the store of a request:
 * `new Router<{ store: { request: PowertoolsSession<ShopSession> } }>()`.
 */
export type PowertoolsSession<Data extends object = Record<string, unknown>> = {
  [Name in keyof WithSession<Data>]: WithSession<Data>[Name];
};

/** What the middleware uses of the router's context. */
export interface PowertoolsContext {
  readonly event: object;
  readonly context: object;
  res: {
    readonly status: number;
    readonly headers: {
      get(name: string): string | null;
      set(name: string, value: string): void;
      append(name: string, value: string): void;
    };
  };
  set(key: string, value: unknown): void;
}

/** Makes the middleware: `router.use(powertoolsSessions(sessions))`, and then `await context.get('session')()`. */
export function powertoolsSessions<Data extends object>(
  sessions: SessionFactory<Data>,
): (args: { reqCtx: PowertoolsContext; next: () => Promise<unknown> }) => Promise<undefined> {
  const mount = new Mount('powertoolsSessions', sessions);
  return async ({ reqCtx: context, next }) => {
    if (mount.has(context)) return void (await next());
    const event = context.event as LambdaHttpEvent;
    const singleSetCookie = sourceOf('powertoolsSessions', event) === 'alb-single';
    const request = mount.add(context, mount.begin({ ...requestOf(event, context.context), singleSetCookie }));
    context.set('session', () => request.session());
    context.set('endSession', () => request.endSession());
    try {
      await next();
    } catch (error) {
      const { headers, unavailable } = await request.finish({ status: 500, error });
      put(context, headers, unavailable);
      if (unavailable) keepFromError(context);
      throw error;
    }
    if (request.endUnused()) return undefined;
    const { headers, unavailable, failure } = await settle(request, { status: context.res.status });
    put(context, headers, unavailable);
    if (failure) throw failure.error;
    return undefined;
  };
}

/**
 * Keeps the response if the router would replace it by its own error page. The
 * router lets no middleware catch what the route throws, and turns every error
 * that it does not know into a 500.
 */
function keepFromError(context: PowertoolsContext): void {
  let { res: response } = context;
  Object.defineProperty(context, 'res', {
    configurable: true,
    enumerable: true,
    get: () => response,
    set: (other: PowertoolsContext['res']) => {
      if (other.status !== 500) response = other;
    },
  });
}

/** The router keeps these headers for the response that it makes of an error. */
function put(
  context: PowertoolsContext,
  headers: SessionHeaders,
  unavailable: Parameters<typeof toFetch>[0] | undefined,
): void {
  context.res = withHeaders(unavailable ? toFetch<PowertoolsContext['res']>(unavailable) : context.res, headers);
}
