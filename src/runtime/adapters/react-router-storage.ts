import { SessionFactory } from '../request/session-factory';
import type { SessionRequest } from '../request/session-request';
import type { Session } from '../session/session';

/** A session in React Router's form. */
export interface ReactRouterSession<Data extends object> {
  /** Always empty: the id of a session has no getter. */
  readonly id: string;
  /** The data that is stored. */
  readonly data: Partial<Data>;
  has(name: keyof Data & string): boolean;
  get<Key extends keyof Data & string>(name: Key): Data[Key] | undefined;
  set<Key extends keyof Data & string>(name: Key, value: Data[Key]): void;
  /** Sets a value that only the next `get` of its name returns. */
  flash<Key extends keyof Data & string>(name: Key, value: Data[Key]): void;
  unset(name: keyof Data & string): void;
  /**
   * Gives the session a new id when it is committed; call it at every sign-in. React Router's own sessions don't have
   * this.
   */
  regenerate(): void;
}

/** React Router's `SessionStorage`. */
export interface ReactRouterStorage<Data extends object> {
  /** Opens the session of a `Cookie` header. */
  getSession(cookie?: string | null): Promise<ReactRouterSession<Data>>;
  /** Stores the changes and returns the value for `Set-Cookie`, which is empty if the cookie stays unchanged. */
  commitSession(session: ReactRouterSession<Data>): Promise<string>;
  /** Ends the session and returns the value for `Set-Cookie` that removes its cookie. */
  destroySession(session: ReactRouterSession<Data>): Promise<string>;
}

/** Makes the storage. */
export function reactRouterStorage<Data extends object>(
  sessions: SessionFactory<Data>,
  https: boolean,
): ReactRouterStorage<Data> {
  const requests = new WeakMap<object, SessionRequest<Data>>();
  const requestOf = (session: object): SessionRequest<Data> => {
    const request = requests.get(Object(session) as object);
    if (request === undefined) {
      throw new TypeError('reactRouterSessions: this session is not of getSession of this storage.');
    }
    return request;
  };
  return {
    getSession: async (cookies) => {
      const request = sessions.forRequest({ cookies: cookies ?? undefined, https, singleSetCookie: true });
      const session = viewOf(await request.session());
      requests.set(session, request);
      return session;
    },
    commitSession: async (session) => {
      const request = requestOf(session);
      await request.commit();
      return request.idCookie() ?? '';
    },
    destroySession: async (session) => {
      const request = requestOf(session);
      await request.endSession();
      await request.commit();
      return request.idCookie() ?? '';
    },
  };
}

function viewOf<Data extends object>(session: Session<Data>): ReactRouterSession<Data> {
  return {
    id: '',
    get data() {
      return Object.fromEntries(session.entries()) as Partial<Data>;
    },
    has: (name) => session.has(name) || session.peekFlash(name).length > 0,
    get: <Key extends keyof Data & string>(name: Key) =>
      session.has(name) ? session.get(name) : (session.popFlash(name).at(-1) as Data[Key] | undefined),
    set: (name, value) => session.set(name, value),
    flash: (name, value) => session.flash(value, name),
    unset: (name) => session.delete(name),
    regenerate: () => session.regenerate(),
  };
}
