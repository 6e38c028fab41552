import { OpenedSession, openSession } from './opened-session';
import { Identity, RequestScope, identityOf, targetOf } from './scope';
import { FactoryParts, detachedScope } from './session-request';
import { touchSession, writeSession } from './write-session';
import type { Session } from '../session/session';
import { TOKEN_BYTES } from '../table/item';

/** A session whose id the application holds. */
export interface SessionById {
  /** The data, as a plain object that you may change. */
  data(): Record<string, unknown>;
  /**
   * Replaces the data: writes only the top-level keys that differ from those that were read, so that overlapping
   * requests keep theirs.
   *
   * @param options - `idle`: the session's own idle timeout in seconds, as `remember` takes it
   * @throws SessionEndedError if the session ended in the meantime; nothing was written
   * @throws SessionConflictError if the session was begun here and its id is taken
   * @throws SessionUnavailableError if the store cannot be reached
   */
  write(data: Readonly<Record<string, unknown>>, options?: { readonly idle?: number | undefined }): Promise<void>;
  /** Extends the session, if that is due. */
  touch(): Promise<void>;
}

const LONGEST_ID = 1024;

/**
 * Sessions outside of a request, by an id that the application holds: for the
 * stores of other session libraries, and for jobs. An id has 1 to 1,024 bytes.
 */
export class SessionsById {
  readonly #parts: FactoryParts;

  /** @internal */
  public constructor(parts: FactoryParts) {
    this.#parts = parts;
  }

  /**
   * Reads a session strongly, with one GetItem. Resolves to `undefined` if no
   * live session has the id.
   *
   * @throws SessionUnavailableError if the store cannot be reached
   */
  public async read(id: string): Promise<SessionById | undefined> {
    const scope = this.#scope();
    const opened = await openSession(scope, [this.#identity(id)], true);
    return opened.isNew ? undefined : byId(opened);
  }

  /** Begins a session under an id. It is created by the first `write`, which is refused if the id is taken. */
  public begin(id: string): SessionById {
    return byId(new OpenedSession(this.#scope(), { kind: 'fresh', given: this.#identity(id) }));
  }

  /**
   * Deletes a session. A frozen item without data stays for an hour, so that no
   * creation under this id that arrives late brings it back.
   *
   * @throws SessionUnavailableError if the store cannot be reached
   */
  public async delete(id: string): Promise<void> {
    const scope = this.#scope();
    const { key } = this.#identity(id);
    await scope.store.bury(targetOf(scope, key), scope.options.random(TOKEN_BYTES));
    scope.emit('invalidated', key);
  }

  #identity(id: string): Identity {
    if (!isUsableId(id)) {
      throw new TypeError(`byId: an id is a text of 1 to ${LONGEST_ID} bytes that does not begin with a NUL.`);
    }
    return identityOf(id, this.#parts.options.namespace);
  }

  #scope(): RequestScope {
    return detachedScope(this.#parts);
  }
}

/** Whether an id may name a session: a text of 1 to 1,024 bytes. A NUL at its start is how the keys of users' items are told from those of sessions. */
export function isUsableId(id: unknown): id is string {
  const bytes = typeof id === 'string' ? Buffer.byteLength(id) : 0;
  return bytes >= 1 && bytes <= LONGEST_ID && !(id as string).startsWith('\0');
}

function byId(opened: OpenedSession): SessionById {
  const session: Session = opened.session;
  return {
    data: () => structuredClone(session.toObject()),
    write: async (data, { idle } = {}) => {
      for (const key of session.keys()) if (!Object.hasOwn(data, key)) session.delete(key);
      for (const key of Object.keys(data)) session.set(key, data[key]);
      if (idle !== undefined) session.remember(idle);
      await session.save();
    },
    touch: async () => {
      if (!(await writeSession(opened))) await touchSession(opened);
    },
  };
}
