import { SessionFactory } from '../request/session-factory';
import { SessionRequest, SessionRequestInit } from '../request/session-request';

/** The requests under way, first by their factory, then by the object that the framework has for each. */
const UNDER_WAY = new WeakMap<object, WeakMap<object, unknown>>();

/** One adapter on one factory: knows which of the framework's requests has which session. */
export class Mount<Data extends object, Entry = SessionRequest<Data>> {
  readonly #name: string;
  readonly #sessions: SessionFactory<Data>;
  readonly #underWay: WeakMap<object, unknown>;

  /**
   * @param name - the adapter's function, for messages
   * @throws TypeError where `sessions` was not made by `sessionFactory`
   */
  public constructor(name: string, sessions: SessionFactory<Data>) {
    mustBeFactory(name, sessions);
    this.#name = name;
    this.#sessions = sessions;
    this.#underWay = UNDER_WAY.get(sessions) ?? new WeakMap();
    UNDER_WAY.set(sessions, this.#underWay);
  }

  /** Begins a request; makes no call. */
  public begin(init: SessionRequestInit): SessionRequest<Data> {
    return this.#sessions.forRequest(init);
  }

  /** Whether this request passed through the middleware before: a second mount on the same factory does nothing. */
  public has(key: object): boolean {
    return this.#underWay.has(key);
  }

  public add(key: object, entry: Entry): Entry {
    this.#underWay.set(key, entry);
    return entry;
  }

  /** @throws TypeError for anything but a request that passed through the middleware */
  public of(key: object): Entry {
    const entry = this.#underWay.get(Object(key) as object);
    if (entry !== undefined) return entry as Entry;
    const came = isFactory(key) ? 'a session factory' : 'a request that has not passed through the middleware';
    throw new TypeError(`${this.#name}: this is ${came}. Mount the middleware before your routes, and pass the framework's own request object.`);
  }
}

/** @throws TypeError where `sessions` was not made by `sessionFactory` */
export function mustBeFactory(name: string, sessions: unknown): void {
  if (isFactory(sessions)) return;
  const came = typeof sessions === 'function' ? 'a function, maybe sessionFactory itself' : sessions === null ? 'null' : typeof sessions;
  throw new TypeError(`${name}: sessions is ${came}; allowed is what sessionFactory() returns.`);
}

/** The message for a name that something else has taken. */
export function takenBy(name: string, property: string): Error {
  return new Error(`${name}: ${property} exists already; another session middleware made it. Mount one of the two.`);
}

function isFactory(value: unknown): boolean {
  return typeof (Object(value) as { readonly forRequest?: unknown }).forRequest === 'function';
}
