// Over 200 lines because the whole public surface of a session stands on one page; a third of it is its documentation.
import type { CsrfOptions, CsrfRequest } from './csrf';
import type { FlashOptions } from './flash';
import type { Values } from './values';

/** What a session asks of the request that it belongs to. */
export interface SessionOwner {
  readonly values: Values;
  readonly isNew: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly ref: string | undefined;
  /** @throws Error where nothing can be changed any more */
  beforeChange(): void;
  update(key: string, change: (value: unknown) => unknown): Promise<void>;
  save(): Promise<void>;
  regenerate(options: RegenerateOptions): void;
  remember(seconds: number): void;
  invalidate(): Promise<void>;
  flash(message: unknown, queue: string, options: FlashOptions): void;
  popFlash(queue: string): unknown[];
  peekFlash(queue: string): unknown[];
  csrfToken(): string;
  newCsrfToken(): string;
  verifyCsrf(request: CsrfRequest, options: CsrfOptions): boolean;
}

/** How a session gets its new id. */
export interface RegenerateOptions {
  /**
   * Whether the session keeps its creation time and absolute deadline. A new
   * id mostly means a sign-in, and then a new deadline.
   *
   * @default false
   */
  readonly keepDeadline?: boolean;
}

/**
 * One visitor's session, as one request sees it.
 *
 * Values live in memory until the request's commit, or until `save()`. A value
 * that `get` gave out may be changed in place; the change is noticed. The id
 * has no getter, and `util.inspect` and `JSON.stringify` show nothing.
 *
 * @typeParam Data - what the session holds; every key may be absent
 */
export class Session<Data extends object = Record<string, unknown>> {
  readonly #owner: SessionOwner;

  /** @internal */
  public constructor(owner: SessionOwner) {
    this.#owner = owner;
  }

  /** Whether this request found no stored session, and began this one. It stays so after `save()`. */
  public get isNew(): boolean {
    return this.#owner.isNew;
  }

  /** When the session was created; of a new one, when this request opened it. */
  public get createdAt(): Date {
    return new Date(this.#owner.createdAt * 1000);
  }

  /** When the session ends if nobody comes back. */
  public get expiresAt(): Date {
    return new Date(this.#owner.expiresAt * 1000);
  }

  /** Eight hexadecimal digits that stand for the session in logs; none before a new one is stored. */
  public get ref(): string | undefined {
    return this.#owner.ref;
  }

  /** How many keys have a value. Reads them all. */
  public get size(): number {
    return this.#owner.values.keys().length;
  }

  /** The value of a key, or `undefined`. */
  public get<Key extends keyof Data & string>(key: Key): Data[Key] | undefined {
    return this.#owner.values.get(key) as Data[Key] | undefined;
  }

  /** Whether a key has a value. */
  public has(key: keyof Data & string): boolean {
    return this.#owner.values.get(key) !== undefined;
  }

  /**
   * Sets a key; `undefined` deletes it.
   *
   * @param key - 1 to 255 bytes of UTF-8, not `__proto__`
   * @param value - what JSON keeps, or what the `codec` takes
   * @throws TypeError for a key or a value that cannot be stored, with the path of what is wrong
   * @throws Error after the commit, or where the function may only read
   */
  public set<Key extends keyof Data & string>(key: Key, value: Data[Key] | undefined): void {
    this.#owner.beforeChange();
    this.#owner.values.set(key, value);
  }

  /** Deletes a key. */
  public delete(key: keyof Data & string): void {
    this.#owner.beforeChange();
    this.#owner.values.delete(key);
  }

  /** Deletes all keys that this request read. What another request adds meanwhile stays; `invalidate` ends everything. */
  public clear(): void {
    this.#owner.beforeChange();
    this.#owner.values.clear();
  }

  /** The keys that have a value. */
  public keys(): (keyof Data & string)[] {
    return this.#owner.values.keys() as (keyof Data & string)[];
  }

  /** The keys with their values. */
  public entries(): { [Key in keyof Data & string]: [Key, Data[Key]] }[keyof Data & string][] {
    return this.keys().map((key) => [key, this.get(key)]) as ReturnType<this['entries']>;
  }

  /**
   * Changes one key by a function of its value, at once and exactly once, also
   * when other requests write the session and when answers are lost. Costs one
   * write, and one more read and write for each request that came between.
   *
   * @param change - gets a copy of the value, or `undefined`; called again where another request came between, so synchronous and pure
   * @throws SessionConflictError if nobody can tell whether it was applied
   * @throws SessionEndedError if the session was ended meanwhile; it was not applied
   * @throws SessionUnavailableError if the store cannot be reached; it was not applied
   */
  public async update<Key extends keyof Data & string>(key: Key, change: (value: Data[Key] | undefined) => Data[Key] | undefined): Promise<void> {
    await this.#owner.update(key, change as (value: unknown) => unknown);
  }

  /**
   * Stores the changes now, and not at the end of the request. They then stay
   * also if the handler fails, and the cookie goes out with its answer.
   *
   * @throws SessionEndedError if the session was ended meanwhile; nothing was written
   * @throws SessionUnavailableError if the store cannot be reached
   */
  public async save(): Promise<void> {
    await this.#owner.save();
  }

  /**
   * Ends the session at once: its item is deleted, its data is gone, the
   * answer takes the cookie away. The object may be used on as a new session.
   *
   * @throws SessionUnavailableError if the store cannot be reached; the session then lives on
   */
  public async invalidate(): Promise<void> {
    await this.#owner.invalidate();
  }

  /**
   * Gives the session a new id at its commit, with the same data; do it at
   * every sign-in, so that nobody knows the id who knew it before. Data that is
   * set with it is only ever stored under the new id.
   */
  public regenerate(options: RegenerateOptions = {}): void {
    this.#owner.regenerate(options);
  }

  /**
   * Gives this session an idle timeout of its own and a cookie that outlives the browser: "remember me".
   *
   * @param seconds - from 1 to 34560000, which is 400 days
   * @throws TypeError for anything else
   */
  public remember(seconds: number): void {
    this.#owner.remember(seconds);
  }

  /** Adds a message for a later page to show, to one of any number of queues. */
  public flash(message: unknown, queue = '', options: FlashOptions = {}): void {
    this.#owner.flash(message, queue, options);
  }

  /** The messages of a queue, the oldest first, which are gone with that. */
  public popFlash(queue = ''): unknown[] {
    return this.#owner.popFlash(queue);
  }

  /** The messages of a queue, the oldest first, which stay. */
  public peekFlash(queue = ''): unknown[] {
    return this.#owner.peekFlash(queue);
  }

  /**
   * A token for forms, bound to the session's id. Asking for it stores nothing;
   * for a visitor whose session is never stored it never verifies.
   */
  public csrfToken(): string {
    return this.#owner.csrfToken();
  }

  /** Makes another token, after which the former one does not verify any more. */
  public newCsrfToken(): string {
    return this.#owner.newCsrfToken();
  }

  /**
   * Whether a request may change something. Safe methods may; else Fetch
   * Metadata decides where the browser sends it, else `Origin` against `Host`
   * and `origins`, else the token. A request with none of the three may not.
   *
   * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
   */
  public verifyCsrf(request: CsrfRequest, options: CsrfOptions = {}): boolean {
    return this.#owner.verifyCsrf(request, options);
  }
}
