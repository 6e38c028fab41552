import { Values } from './values';

/** What a session asks of the request that it belongs to. */
export interface SessionOwner {
  readonly values: Values;
  readonly isNew: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly ref: string | undefined;
  /** @throws Error where nothing can be changed any more */
  beforeChange(): void;
  save(): Promise<void>;
  invalidate(): Promise<void>;
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
}
