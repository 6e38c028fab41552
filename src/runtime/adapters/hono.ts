/**
 * Sessions in Hono: `c.var.session()` and `c.var.endSession()`.
 *
 * @packageDocumentation
 */
import { FetchRequest, FetchResponse, fetchInit, toFetch, withHeaders } from './fetch';
import { settle } from './finish';
import { remainingTimeOf } from './lambda-event';
import { Mount, takenBy } from './mount';
import type { WithSession } from './with-session';
import { SessionFactory } from '../request/session-factory';

/** The variables that the middleware sets: `new Hono<{ Variables: SessionVariables<ShopSession> }>()`. */
export type SessionVariables<Data extends object = Record<string, unknown>> = WithSession<Data>;

/** What the middleware uses of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: FetchRequest };
  readonly env: unknown;
  readonly error: Error | undefined;
  get res(): FetchResponse;
  set res(response: FetchResponse | undefined);
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/**
 * Makes the middleware. Mount it once, before the routes that use the session.
 *
 * A route's changes are stored before the head of the response goes out. A route
 * that throws or answers 5xx stores nothing, unless it called `save()`.
 */
export function honoSessions<Data extends object>(
  sessions: SessionFactory<Data>,
): (context: HonoContext, next: () => Promise<void>) => Promise<void> {
  const mount = new Mount('honoSessions', sessions);
  return async (context, next) => {
    if (mount.has(context)) return next();
    if (context.get('session') !== undefined) throw takenBy('honoSessions', "c.get('session')");
    const { lambdaContext } = Object(context.env) as { readonly lambdaContext?: unknown };
    const request = mount.add(
      context,
      mount.begin({ ...fetchInit(context.req.raw), remainingTime: remainingTimeOf(lambdaContext) }),
    );
    context.set('session', () => request.session());
    context.set('endSession', () => request.endSession());
    await next();
    if (request.endUnused()) return;
    const { res: response, error } = context;
    const { headers, unavailable, failure } = await settle(request, { status: response.status, error });
    // The application's own error page is kept, unless its status is 500, like that of Hono's default page.
    const isReplaced = unavailable !== undefined && (error === undefined || response.status === 500);
    const answer = withHeaders(isReplaced ? toFetch<FetchResponse>(unavailable) : response, headers);
    if (answer !== response) {
      // Otherwise Hono would put the old headers over the new ones.
      context.res = undefined;
      context.res = answer;
    }
    if (failure) throw failure.error;
  };
}
