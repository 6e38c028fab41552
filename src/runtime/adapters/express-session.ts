/**
 * A store for express-session, @fastify/session and koa-session.
 *
 * @packageDocumentation
 */
import { rejectingWithStatus } from './http-error';
import { mustBeFactory } from './mount';
import { Callback, SessionStore, StoredSession, closed, idleOf, opened } from './stored-session';
import { SessionError } from '../errors';
import type { SessionById } from '../request/by-id';
import { SessionFactory } from '../request/session-factory';

export { type SessionStore, type StoredSession } from './stored-session';

interface Base {
  createSession?(request: object, data: StoredSession): object;
}

/**
 * Makes a store: `session({ store: sessionStore(session, sessions), … })`.
 *
 * Writes only the keys that a request changed, and nothing into a session that
 * was destroyed meanwhile. Every read is strong.
 *
 * @param session - what express-session exports; leave it out for @fastify/session and koa-session
 */
export function sessionStore<Parent extends object>(session: { readonly Store: abstract new () => Parent }, sessions: SessionFactory): Parent & SessionStore;
export function sessionStore(sessions: SessionFactory): SessionStore;
export function sessionStore(first: unknown, second: unknown = first): SessionStore {
  mustBeFactory('sessionStore', second);
  const Parent = (Object(first) as { readonly Store?: new () => Base }).Store ?? (Object as new () => Base);
  const byId = (second as SessionFactory).byId;
  /** What was read, by the object that the library hands back: its session, or the context of its request. */
  const known = new WeakMap<object, { readonly id: string; readonly found: SessionById }>();
  const knownOf = (key: object, id: string): SessionById | undefined => {
    const entry = known.get(key);
    return entry?.id === id ? entry.found : undefined;
  };

  class SessionTableStore extends Parent {
    public get(id: string, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        const found = await byId.read(id);
        if (found === undefined) return undefined;
        const data = opened(found.data());
        known.set(contextOf(rest) ?? data, { id, found });
        return data;
      });
    }

    public set(id: string, value: object, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        const key = contextOf(rest) ?? value;
        // The libraries without createSession hand over copies, so what is there has to be read again.
        const found = knownOf(key, id) ?? (first === second ? await byId.read(id) : undefined) ?? byId.begin(id);
        await found.write(closed(value), idleOf(value, rest[0])).catch(ignoreEnded);
        known.set(key, { id, found });
      });
    }

    public touch(id: string, value: object, ...rest: unknown[]): unknown {
      return answer(rest, async () => {
        const found = knownOf(value, id) ?? (await byId.read(id));
        if (found === undefined) return;
        // "Remember me": express-session does not count a change of the cookie as one of the session.
        const data = { ...found.data(), cookie: closed(value).cookie };
        await found.write(data, idleOf(value, rest[0])).then(() => found.touch()).catch(ignoreEnded);
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

/** By the callback that comes at the end, or else as a promise. */
function answer<Result>(rest: readonly unknown[], action: () => Promise<Result>): Promise<Result> | undefined {
  const callback = rest.at(-1);
  const result = rejectingWithStatus(action());
  if (typeof callback !== 'function') return result;
  const call = (...values: unknown[]): void => process.nextTick(callback as Callback, ...values);
  result.then((value) => call(null, value), call);
  return undefined;
}

/** What was changed in a session that has ended is dropped, as at the end of any request; an event tells. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof SessionError) || error.code !== 'ended') throw error;
}

function contextOf(rest: readonly unknown[]): object | undefined {
  return (Object(rest.at(-1)) as { readonly ctx?: object }).ctx;
}
