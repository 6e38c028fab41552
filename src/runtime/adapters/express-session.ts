/**
 * A store for express-session, `@fastify/session` and koa-session.
 *
 * @packageDocumentation
 */
import { mustBeFactory } from './mount';
import { SessionStore, StoredSession, answer, closed, newIdle, opened } from './stored-session';
import { SessionError } from '../errors';
import { type SessionById, isUsableId } from '../request/by-id';
import { SessionFactory } from '../request/session-factory';

export { type SessionStore, type StoredSession } from './stored-session';

interface Base {
  createSession?(request: object, data: StoredSession): object;
}

/**
 * Makes a store: `session({ store: sessionStore(session, sessions), … })`.
 *
 * It writes only the keys that a request changed, and nothing into a session that was destroyed in the meantime. Every
 * read is strong.
 *
 * @param session - what express-session exports; omit it for `@fastify/session` and koa-session
 */
export function sessionStore<Parent extends object, Data extends object>(
  session: { readonly Store: abstract new () => Parent },
  sessions: SessionFactory<Data>,
): Parent & SessionStore;
export function sessionStore<Data extends object>(sessions: SessionFactory<Data>): SessionStore;
export function sessionStore(first: unknown, second: unknown = first): SessionStore {
  mustBeFactory('sessionStore', second);
  const Parent = (Object(first) as { readonly Store?: new () => Base }).Store ?? (Object as new () => Base);
  const byId = (second as SessionFactory).byId;
  // Without createSession the library passes copies, so the session has to be read again before it is written.
  const isCopied = first === second;
  /** What was read, by the object that the library hands back: its session, or the context of its request. */
  const known = new WeakMap<object, { readonly id: string; readonly found: SessionById }>();
  const knownOf = (key: object, id: string): SessionById | undefined => {
    const entry = known.get(key);
    return entry?.id === id ? entry.found : undefined;
  };

  /** Drops changes to a session that has ended, as at the end of any request; an event reports it. */
  const write = (found: SessionById, data: StoredSession, maxAge: unknown): Promise<void> =>
    found.write(data, newIdle(found.data(), data, maxAge)).catch((error: unknown) => {
      const isOver =
        error instanceof SessionError && (error.code === 'ended' || (isCopied && error.code === 'conflict'));
      if (!isOver) throw error;
    });

  class SessionTableStore extends Parent {
    public get(id: string, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        // Where the library takes it from an unsigned cookie, a stranger decides what it is.
        const found = isUsableId(id) ? await byId.read(id) : undefined;
        if (found === undefined) return undefined;
        const data = opened(found.data());
        known.set(contextOf(rest) ?? data, { id, found });
        return data;
      });
    }

    public set(id: string, value: object, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        const key = contextOf(rest) ?? value;
        const found = knownOf(key, id) ?? (isCopied ? await byId.read(id) : undefined) ?? byId.begin(id);
        await write(found, closed(value), rest[0]);
        known.set(key, { id, found });
      });
    }

    public touch(id: string, value: object, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        const found = knownOf(value, id) ?? (await byId.read(id));
        if (found === undefined) return;
        // "Remember me": express-session does not count a change of the cookie as one of the session.
        await write(found, { ...found.data(), cookie: closed(value).cookie }, rest[0]);
        await found.touch();
      });
    }

    public destroy(id: string, ...rest: unknown[]): unknown {
      return answer(rest, () => byId.delete(id));
    }

    public createSession(request: object, data: StoredSession): object {
      const session = super.createSession?.(request, data) ?? data;
      const entry = known.get(data);
      if (entry !== undefined) known.set(session, entry);
      return session;
    }
  }
  return new SessionTableStore() as unknown as SessionStore;
}

function contextOf(rest: readonly unknown[]): object | undefined {
  return (Object(rest.at(-1)) as { readonly ctx?: object }).ctx;
}
