import { rejectingWithStatus } from './http-error';
import { MAX_COOKIE_AGE } from '../../contract';
import { systemClock } from '../clock';

/** A session in the form of the library that uses this store. */
export type StoredSession = Record<string, unknown>;

/** What the library waits for. */
export type Callback<Result = void> = (error?: unknown, result?: Result) => void;
/** koa-session passes options, the context of its request among them, and waits for promises. */
type Extra = number | string | { readonly ctx?: object } | undefined;

/**
 * The store, in the contracts of express-session and `@fastify/session` (with a callback) and of koa-session (with a
 * promise).
 */
export interface SessionStore {
  /** Each library has its own type for the result. */
  get(id: string, callback: Callback<never>): void;
  get(id: string, maxAge?: Extra, options?: Extra): Promise<StoredSession | undefined>;
  set(id: string, session: object, callback?: Callback): void;
  set(id: string, session: object, maxAge: Extra, options?: Extra): Promise<void>;
  touch(id: string, session: object, callback?: Callback): void;
  destroy(id: string, callback?: Callback): void;
  destroy(id: string, options: Extra): Promise<void>;
}

/** The part of a session that says how long its cookie lasts, in milliseconds. */
interface CookiePart {
  readonly originalMaxAge?: unknown;
  readonly expires?: unknown;
  readonly originalExpires?: unknown;
}

/** The data of a session in the library's form: with the time at which its cookie ends. */
export function opened(data: StoredSession): StoredSession {
  const { cookie } = data;
  if (typeof cookie !== 'object' || cookie === null) return data;
  const { originalMaxAge } = cookie as CookiePart;
  const expires = typeof originalMaxAge === 'number' ? new Date(systemClock.now() + originalMaxAge) : null;
  return { ...data, cookie: { ...cookie, expires } };
}

/**
 * The data of a session in the table's form: what JSON keeps, without the time at
 * which the cookie ends. The item has that already, and with it every extension
 * would rewrite the session.
 */
export function closed(session: object): StoredSession {
  const data = JSON.parse(JSON.stringify(session)) as StoredSession;
  if (typeof data.cookie !== 'object' || data.cookie === null) return data;
  const { expires, originalExpires, ...cookie } = data.cookie as CookiePart;
  return { ...data, cookie };
}

/**
 * The session's new idle timeout, if it differs from the current one.
 *
 * @param maxAge - milliseconds, as koa-session gives them
 */
export function newIdle(before: StoredSession, after: StoredSession, maxAge: unknown): { readonly idle?: number } {
  const idle = idleOf(after) ?? secondsOf(maxAge);
  return idle === undefined || idle === idleOf(before) ? {} : { idle };
}

/** The idle timeout in a stored session: express-session has it in its cookie, koa-session in a key. */
function idleOf({ cookie, _maxAge: maxAge }: StoredSession): number | undefined {
  return secondsOf((Object(cookie) as CookiePart).originalMaxAge) ?? secondsOf(maxAge);
}

function secondsOf(milliseconds: unknown): number | undefined {
  if (typeof milliseconds !== 'number') return undefined;
  return Math.min(Math.max(Math.ceil(milliseconds / 1000), 1), MAX_COOKIE_AGE);
}

/** Answers through the callback in the last argument, or else with a promise. */
export function answer<Result>(rest: readonly unknown[], action: () => Promise<Result>): Promise<Result> | undefined {
  const callback = rest.at(-1);
  const result = rejectingWithStatus(action());
  if (typeof callback !== 'function') return result;
  const call = (...values: unknown[]): void => process.nextTick(callback as Callback, ...values);
  result.then((value) => call(null, value), call);
  return undefined;
}
