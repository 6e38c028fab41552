import { takenBy } from './mount';
import type { Session } from '../session/session';

type Callback = (error?: unknown) => void;

/** `req.session` for Passport: the session's data, and methods that `for in` skips. */
export interface PassportSession {
  [key: string]: unknown;
  /** Begins another session with a new id and no data, as in express-session. */
  regenerate(callback: Callback): this;
  /** Stores the changes now. */
  save(callback?: Callback): this;
  /** Ends the session. */
  destroy(callback?: Callback): this;
}

/** The middleware that makes `req.session`. */
export type PassportMiddleware = (request: object, response: unknown, next: Callback) => void;

/** The sessions made here, so that a second mount does nothing. */
const FACADES = new WeakSet<object>();

/** Makes the middleware. */
export function passportMiddleware<Data extends object>(
  open: (request: object) => Promise<Session<Data>>,
): PassportMiddleware {
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
  const value = facadeOf(request, session);
  FACADES.add(value);
  Object.defineProperty(request, 'session', { value, configurable: true, enumerable: true, writable: true });
}

/** The session as an object with its keys as properties. */
function facadeOf(request: object, session: Session): PassportSession {
  const run = (action: Promise<void>, callback: Callback = () => undefined): PassportSession => {
    action.then(() => process.nextTick(callback), (error: unknown) => process.nextTick(callback, error));
    return facade;
  };
  /** Ends the session. Its data stays readable here, because Passport's `keepSessionInfo` reads it afterwards. */
  const leave = async (next: () => unknown): Promise<void> => {
    const data = session.toObject();
    await session.invalidate();
    for (const trap of Object.keys(traps) as (keyof typeof traps)[]) delete traps[trap];
    Object.assign(facade, data);
    next();
  };
  // Not enumerable, so `for in` does not see them.
  const methods = Object.defineProperties(
    {},
    {
      regenerate: {
        value: (callback: Callback) =>
          run(
            leave(() => put(request, session)),
            callback,
          ),
      },
      save: { value: (callback?: Callback) => run(session.save(), callback) },
      destroy: {
        value: (callback?: Callback) =>
          run(
            leave(() => delete (request as { session?: unknown }).session),
            callback,
          ),
      },
    },
  );
  const traps: ProxyHandler<PassportSession> = {
    get: (target, key) => (key in target ? target[key as string] : read(session, key)),
    has: (target, key) => key in target || read(session, key) !== undefined,
    set: (_, key, value: unknown) => (session.set(key as string, value), true),
    deleteProperty: (_, key) => (session.delete(key as string), true),
    ownKeys: () => session.keys(),
    getOwnPropertyDescriptor: (_, key) => {
      const value = read(session, key);
      return value === undefined ? value : { value, configurable: true, enumerable: true, writable: true };
    },
  };
  const facade = new Proxy(Object.create(methods) as PassportSession, traps);
  return facade;
}

function read(session: Session, key: string | symbol): unknown {
  return typeof key === 'string' ? session.get(key) : undefined;
}
