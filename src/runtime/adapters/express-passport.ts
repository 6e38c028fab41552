import { takenBy } from './mount';
import type { Session } from '../session/session';

type Callback = (error?: unknown) => void;

/** `req.session` as Passport wants it: the session's data, and beside it methods that `for in` does not see. */
export interface PassportSession {
  [key: string]: unknown;
  /** Another session with another id and no data, as express-session means it. */
  regenerate(callback: Callback): this;
  /** Stores the changes now. */
  save(callback?: Callback): this;
  /** Ends the session. */
  destroy(callback?: Callback): this;
}

/** The middleware that makes `req.session`. */
export type PassportMiddleware = (request: object, response: unknown, next: Callback) => void;

/** What was made here, so that a second mount does nothing. */
const FACADES = new WeakSet<object>();

/** Makes the middleware. */
export function passportMiddleware<Data extends object>(open: (request: object) => Promise<Session<Data>>): PassportMiddleware {
  return (request, _response, next) => {
    const { session: present } = request as { readonly session?: unknown };
    if (FACADES.has(Object(present) as object)) return next();
    if (present !== undefined) return next(takenBy('passport()', 'req.session'));
    open(request).then((session) => {
      put(request, session as unknown as Session);
      process.nextTick(next);
    }, next);
  };
}

function put(request: object, session: Session): void {
  Object.defineProperty(request, 'session', { value: facadeOf(request, session), configurable: true, enumerable: true, writable: true });
}

/** The session as an object with its keys as properties. */
function facadeOf(request: object, session: Session): PassportSession {
  /** What the session was when it got its successor: Passport's `keepSessionInfo` reads it then. */
  let past: Record<string, unknown> | undefined;
  const run = (action: () => Promise<void>, callback: Callback = () => undefined): PassportSession => {
    action().then(() => process.nextTick(callback), (error: unknown) => process.nextTick(callback, error));
    return facade;
  };
  const leave = async (): Promise<void> => {
    past = dataOf(session);
    await session.invalidate();
  };
  const methods: Record<string, unknown> = {
    regenerate: (callback: Callback) => run(async () => {
      await leave();
      put(request, session);
    }, callback),
    save: (callback?: Callback) => run(() => session.save(), callback),
    destroy: (callback?: Callback) => run(async () => {
      await leave();
      Object.assign(request, { session: undefined });
    }, callback),
  };
  const valueOf = (key: string): unknown => (past ? past[key] : session.get(key));
  const facade = new Proxy<PassportSession>({} as PassportSession, {
    get: (_target, key) => (typeof key === 'symbol' ? undefined : Object.hasOwn(methods, key) ? methods[key] : valueOf(key)),
    has: (_target, key) => typeof key === 'string' && (Object.hasOwn(methods, key) || valueOf(key) !== undefined),
    set: (_target, key, value: unknown) => typeof key === 'string' && (past ? Reflect.set(past, key, value) : (session.set(key, value), true)),
    deleteProperty: (_target, key) => typeof key === 'string' && (past ? Reflect.deleteProperty(past, key) : (session.delete(key), true)),
    ownKeys: () => (past ? Object.keys(past) : session.keys()),
    getOwnPropertyDescriptor: (_target, key) => {
      const value = typeof key === 'string' ? valueOf(key) : undefined;
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true };
    },
  });
  FACADES.add(facade);
  return facade;
}

function dataOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(session.entries());
}
