/**
 * Sessions in React Router: a middleware, and a `SessionStorage` for applications that have one.
 *
 * @packageDocumentation
 */
import { FetchRequest, FetchResponse, fetchInit, toFetch, withHeaders } from './fetch';
import { FAILED, settle } from './finish';
import { Mount } from './mount';
import { ReactRouterStorage, reactRouterStorage } from './react-router-storage';
import type { WithSession } from './with-session';
import { SessionFactory } from '../request/session-factory';

export { type ReactRouterSession, type ReactRouterStorage } from './react-router-storage';

/** A key of React Router's context, as `createContext` makes one. */
export interface ReactRouterContext<Value> {
  defaultValue?: Value;
}

/** What the middleware uses of its arguments. */
export interface ReactRouterArguments {
  readonly request: FetchRequest;
  readonly context: object;
}

/** The parts of an application's sessions. */
export interface ReactRouterSessions<Data extends object> {
  /** For `export const middleware` of the root route. */
  readonly middleware: <Result>(args: ReactRouterArguments, next: () => Promise<Result>) => Promise<Result>;
  /** Gives `session()` in loaders and actions: `await context.get(shop.context)()`. */
  readonly context: ReactRouterContext<WithSession<Data>['session']>;
  /** Gives `endSession()`: `await context.get(shop.ending)()`. */
  readonly ending: ReactRouterContext<WithSession<Data>['endSession']>;
  /**
   * A `SessionStorage`. Its contract allows one cookie, so every read is strong, at twice the price.
   *
   * @param options.https - whether browsers send requests by HTTPS, which no header proves; true by default
   */
  storage(options?: { readonly https?: boolean }): ReactRouterStorage<Data>;
}

/** Makes the middleware and the keys of the context that it fills. */
export function reactRouterSessions<Data extends object>(sessions: SessionFactory<Data>): ReactRouterSessions<Data> {
  const mount = new Mount('reactRouterSessions', sessions);
  const context: ReactRouterContext<WithSession<Data>['session']> = {};
  const ending: ReactRouterContext<WithSession<Data>['endSession']> = {};
  const middleware = async <Result>(args: ReactRouterArguments, next: () => Promise<Result>): Promise<Result> => {
    if (mount.has(args.request)) return next();
    const request = mount.add(args.request, mount.begin(fetchInit(args.request)));
    // React Router turns what a loader throws into a page, so it is remembered here.
    let error: unknown;
    const remember = async <Value>(promise: Promise<Value>): Promise<Value> => promise.catch((reason: unknown) => {
      error = reason;
      throw reason;
    });
    const values = args.context as { set(key: object, value: unknown): void };
    values.set(context, () => remember(request.session()));
    values.set(ending, () => remember(request.endSession()));
    const response = (await next()) as FetchResponse;
    if (request.endUnused()) return response as Result;
    const { status } = response;
    const { headers, unavailable, failure } = await settle(request, {
      status,
      error: status === 500 ? error : undefined,
    });
    if (failure && headers.setCookie.length === 0) throw failure.error;
    if (failure) console.error(failure.error);
    const other = unavailable ?? (failure && FAILED);
    return withHeaders(other ? toFetch<FetchResponse>(other) : response, headers) as Result;
  };
  return { middleware, context, ending, storage: ({ https = true } = {}) => reactRouterStorage(sessions, https) };
}
