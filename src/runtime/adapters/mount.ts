import { SessionFactory } from '../request/session-factory';
import { SessionRequest, SessionRequestInit } from '../request/session-request';

/** The requests of one factory, by the object that the framework has for each. */
interface UnderWay {
  readonly entries: WeakMap<object, unknown>;
  readonly finished: WeakSet<object>;
}

/** Shared by all mounts of a factory, so that a second one finds what the first has done. */
const UNDER_WAY = new WeakMap<object, UnderWay>();

/** One adapter on one factory: keeps the session of each of the framework's requests. */
export class Mount<Data extends object, Entry = SessionRequest<Data>> {
  readonly #name: string;
  readonly #sessions: SessionFactory<Data>;
  readonly #underWay: UnderWay;

  /**
   * @param name - the adapter's function, for messages
   * @throws TypeError if `sessions` was not made by `sessionFactory`
   */
  public constructor(name: string, sessions: SessionFactory<Data>) {
    mustBeFactory(name, sessions);
    this.#name = name;
    this.#sessions = sessions;
    this.#underWay = UNDER_WAY.get(sessions) ?? { entries: new WeakMap(), finished: new WeakSet() };
    UNDER_WAY.set(sessions, this.#underWay);
  }

  /** Begins a request; makes no call. */
  public begin(init: SessionRequestInit): SessionRequest<Data> {
    return this.#sessions.forRequest(init);
  }

  /** Whether this request passed through the middleware before: a second mount on the same factory does nothing. */
  public has(key: object): boolean {
    return this.#underWay.entries.has(key);
  }

  public add(key: object, entry: Entry): Entry {
    this.#underWay.entries.set(key, entry);
    return entry;
  }

  /** The entry that is still to be finished: only the first call returns it, whichever mount asks. */
  public unfinished(key: object): Entry | undefined {
    const { entries, finished } = this.#underWay;
    if (finished.has(key)) return undefined;
    finished.add(key);
    return entries.get(key) as Entry | undefined;
  }

  /** @throws TypeError for anything but a request that passed through the middleware */
  public of(key: object): Entry {
    const entry = this.#underWay.entries.get(Object(key) as object);
    if (entry !== undefined) return entry as Entry;
    const came = isFactory(key) ? 'a session factory' : 'a request that has not passed through the middleware';
    throw new TypeError(
      `${this.#name}: this is ${came}. Mount the middleware before your routes, and pass the framework's own request object.`,
    );
  }
}

/** @throws TypeError if `sessions` was not made by `sessionFactory` */
export function mustBeFactory(name: string, sessions: unknown): void {
  if (isFactory(sessions)) return;
  const came =
    typeof sessions === 'function'
      ? 'a function, maybe sessionFactory itself or the handler'
      : sessions === null
        ? 'null'
        : typeof sessions;
  throw new TypeError(`${name}: sessions is ${came}; allowed is what sessionFactory() returns.`);
}

/** The message for a name that something else has taken. */
export function takenBy(name: string, property: string): Error {
  return new Error(`${name}: ${property} exists already; another session middleware made it. Mount one of the two.`);
}

function isFactory(value: unknown): boolean {
  return typeof (Object(value) as { readonly forRequest?: unknown }).forRequest === 'function';
}
