import type { RandomBytes } from '../clock';
import type { Codec } from './codec';
import { CsrfOptions, CsrfRequest, csrfToken, isOwnRequest, newCsrfSecret } from './csrf';
import { FlashMessages, FlashOptions } from './flash';
import { Changes, Decode, Snapshot, Stored, Values } from './values';

type StoredChanges = ReadonlyMap<string, Stored | undefined>;

/** What a session needs from the request that opened it. */
export interface SessionHost {
  readonly codec: Codec;
  readonly random: RandomBytes;
  /** Whether the request came by HTTPS. */
  readonly https: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isNew: boolean;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly ref: string | undefined;
  /** The secret of the stored session's CSRF tokens; none for a new session. */
  readonly csrfSecret: Uint8Array | undefined;
  /** @throws SessionError with the code `misuse` if nothing can be changed */
  beforeChange(): void;
  /** @throws SessionError with the code `misuse` if the session cannot get a new id */
  beforeRegenerate(): void;
  /**
   * @throws TypeError for a user id that cannot be used; SessionError with the code `misuse` if users cannot sign in
   */
  beforeSignIn(userId: string): void;
  /** Called for each stored value that cannot be read. */
  damaged(): void;
  update(key: string, change: (value: unknown) => unknown): Promise<void>;
  save(): Promise<void>;
  invalidate(): Promise<void>;
}

/** How a session gets its new id. */
export interface RegenerateOptions {
  /**
   * Whether the session keeps its creation time and absolute deadline. A new id
   * usually means a sign-in, and so a new deadline.
   *
   * @default false
   */
  readonly keepDeadline?: boolean;
}

/** Options of a sign-in. */
export interface SignInOptions {
  /**
   * What to call the device in the user's list: at most 200 bytes, readable in the table even if values are sealed.
   *
   * @default - nothing
   */
  readonly device?: string | undefined;
  /**
   * How many sessions the user may have, this one included, at least 1. If there are more, the oldest end. The limit is
   * 97 in any case.
   *
   * @default 97
   */
  readonly most?: number | undefined;
}

/** Whose the session becomes. */
export interface SignIn extends SignInOptions {
  readonly userId: string;
}

/** A session's own idle timeout in seconds, or none again. */
export interface Idle {
  readonly seconds: number | undefined;
}

/** The stored values of a session. */
export interface StoredSession {
  readonly dat: ReadonlyMap<string, Stored>;
  readonly flash: ReadonlyMap<string, Stored>;
}

/** All of a session, for its copy under another id. */
export interface SessionSnapshot {
  readonly values: Snapshot;
  readonly flash: Snapshot;
}

/** The changes to write, as they were at one moment: the session may change further while the call is under way. */
export interface Changeset {
  readonly values: Changes;
  readonly flash: Changes;
  readonly csr: Uint8Array | undefined;
  readonly idle: Idle | undefined;
  readonly renewal: RegenerateOptions | undefined;
  readonly signIn: SignIn | undefined;
}

/** Bytes that the name of a device may have. */
const LONGEST_DEVICE = 200;
/** The longest time that `remember` takes, in seconds: 400 days, which is what browsers grant a cookie. */
const LONGEST_IDLE = 34_560_000;

/**
 * One visitor's session, as one request sees it.
 *
 * Values live in memory until the request's commit, or until `save()`. You may change an object that `get` returned:
 * the commit notices. The id has no getter, and `util.inspect` and `JSON.stringify` show nothing.
 *
 * Every method that changes something throws a `SessionError` with the code `misuse` after the commit, and in a
 * function that may only read.
 *
 * @typeParam Data - the session's keys with the types of their values; every key may be absent
 */
export class Session<Data extends object = Record<string, unknown>> {
  readonly #host: SessionHost;
  readonly #decode: Decode;
  #values: Values;
  #flash: Values;
  #messages: FlashMessages;
  #csr: Uint8Array | undefined;
  #idle: Idle | undefined;
  #renewal: RegenerateOptions | undefined;
  #signIn: SignIn | undefined;

  /** @internal */
  public constructor(host: SessionHost, decode: Decode, { dat, flash }: StoredSession) {
    this.#host = host;
    this.#decode = decode;
    this.#values = new Values(host.codec, decode, dat, () => host.damaged());
    this.#flash = new Values(host.codec, decode, flash, () => host.damaged());
    this.#messages = new FlashMessages(this.#flash, host.random);
  }

  /** Whether this request found no stored session and began this one. Stays true after `save()`. */
  public get isNew(): boolean {
    return this.#host.isNew;
  }

  /** When the session was created; for a new one, when this request opened it. */
  public get createdAt(): Date {
    return new Date(this.#host.createdAt * 1000);
  }

  /** When the session expires if it isn't used again. */
  public get expiresAt(): Date {
    return new Date(this.#host.expiresAt * 1000);
  }

  /** 16 hexadecimal digits that name the session in logs; `undefined` before a new one is stored. */
  public get ref(): string | undefined {
    return this.#host.ref;
  }

  /** How many keys have a value. */
  public get size(): number {
    return this.#values.keys().length;
  }

  /**
   * The value of a key, or `undefined`.
   *
   * @example const cart = session.get('cart') ?? [];
   */
  public get<Key extends keyof Data & string>(key: Key): Data[Key] | undefined {
    return this.#values.get(key) as Data[Key] | undefined;
  }

  /**
   * Whether a key has a value. Reads nothing, so a damaged value counts until `get` finds it absent.
   *
   * @example const isSignedIn = session.has('userId');
   */
  public has(key: keyof Data & string): boolean {
    return this.#values.has(key);
  }

  /**
   * Sets a key; `undefined` deletes it. When two requests set the same key, the
   * last commit wins: use `update` for changes that must not be lost.
   *
   * @param key - 1 to 255 bytes of well-formed Unicode, not `__proto__`
   * @param value - anything that JSON keeps, or that your `codec` takes
   * @throws TypeError for a key or a value that cannot be stored, with the path of what is wrong
   * @example session.set('userId', 'ada');
   */
  public set<Key extends keyof Data & string>(key: Key, value: Data[Key] | undefined): void {
    this.#host.beforeChange();
    this.#values.set(key, value);
  }

  /**
   * Deletes a key.
   *
   * @example session.delete('cart');
   */
  public delete(key: keyof Data & string): void {
    this.#host.beforeChange();
    this.#values.delete(key);
  }

  /**
   * Returns the value of a key and deletes it. Two overlapping requests may both get it.
   *
   * @example const state = session.take('state'); // compare it with the `state` that came back
   */
  public take<Key extends keyof Data & string>(key: Key): Data[Key] | undefined {
    const value = this.get(key);
    if (this.has(key)) this.delete(key);
    return value;
  }

  /**
   * Deletes all keys that this request knows. Keys that other requests add in the meantime stay; `invalidate` ends
   * everything.
   *
   * @example session.clear();
   */
  public clear(): void {
    this.#host.beforeChange();
    this.#values.clear();
  }

  /**
   * The keys that have a value.
   *
   * @example const names = session.keys(); // ['userId', 'cart']
   */
  public keys(): (keyof Data & string)[] {
    return this.#values.keys() as (keyof Data & string)[];
  }

  /**
   * The values.
   *
   * @example for (const value of session.values()) console.log(typeof value);
   */
  public values(): Data[keyof Data & string][] {
    return this.entries().map(([, value]) => value as Data[keyof Data & string]);
  }

  /**
   * The keys with their values.
   *
   * @example for (const [key, value] of session.entries()) console.log(key, typeof value);
   */
  public entries(): { [Key in keyof Data & string]: [Key, Data[Key]] }[keyof Data & string][] {
    const entries = this.keys().map((key) => [key, this.get(key)]);
    return entries.filter(([, value]) => value !== undefined) as ReturnType<this['entries']>;
  }

  /**
   * Iterates over the keys with their values.
   *
   * @example const size = JSON.stringify([...session]).length;
   */
  public [Symbol.iterator](): IterableIterator<
    { [Key in keyof Data & string]: [Key, Data[Key]] }[keyof Data & string]
  > {
    return this.entries()[Symbol.iterator]();
  }

  /**
   * The data as a plain object. Its values are those that `get` returns.
   *
   * @example const { userId, cart = [] } = session.toObject();
   */
  public toObject(): Partial<Data> {
    return Object.fromEntries(this.entries()) as Partial<Data>;
  }

  /**
   * Changes one key by a function of its value, at once and exactly once, even if other requests write the session or
   * responses are lost. Costs one write, and one more read and write for each request that came in between.
   *
   * @param change - receives a copy of the value, or `undefined`, and returns the new one. It is called again if
   *   another request came in between, so it must be synchronous and pure
   * @throws SessionConflictError if nobody can tell whether it was applied
   * @throws SessionEndedError if the session ended in the meantime; it was not applied
   * @throws SessionUnavailableError if the store cannot be reached; it was not applied
   * @throws TypeError if `change` returns a promise or a value that cannot be stored
   * @example await session.update('cart', (cart = []) => [...cart, 'tea']);
   */
  public async update<Key extends keyof Data & string>(
    key: Key,
    change: (value: Data[Key] | undefined) => Data[Key] | undefined,
  ): Promise<void> {
    await this.#host.update(key, change as (value: unknown) => unknown);
  }

  /**
   * Stores the changes now, not at the end of the request. They stay even if the handler fails, and the response still
   * sets their cookie.
   *
   * @throws SessionEndedError if the session ended in the meantime; `outcome` says whether the change may be in the
   *   session that replaced it
   * @throws SessionUnavailableError if the store cannot be reached
   * @throws SessionTooLargeError if the session would not fit an item; nothing was written
   * @example await session.save(); // before a call that may fail after the customer has paid
   */
  public async save(): Promise<void> {
    await this.#host.save();
  }

  /**
   * Ends the session at once: its item is deleted, its data is gone, the
   * response removes the cookie. The object then stands for a new, empty session.
   *
   * @throws SessionUnavailableError if the store cannot be reached; the session then lives on
   * @example await session.invalidate(); // sign-out; context.endSession() does it without the read
   */
  public async invalidate(): Promise<void> {
    await this.#host.invalidate();
  }

  /**
   * Gives the session a new id at its commit, with the same data. Call it or `signIn` at every sign-in, so an id known
   * earlier stops working. Nothing that this request changes after the call is ever stored under the old id.
   *
   * @throws SessionError with the code `misuse` if the session is a user's and the client has no transactions
   * @see https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#renew-the-session-id-after-any-privilege-level-change
   * @example session.regenerate(); // once the password was right
   */
  public regenerate({ keepDeadline = false }: RegenerateOptions = {}): void {
    this.#host.beforeChange();
    this.#host.beforeRegenerate();
    // Tokens of the old id end with it; tokens already issued for the new one stay.
    if (this.#renewal === undefined && this.#host.csrfSecret !== undefined) this.#csr = undefined;
    this.#renewal = { keepDeadline };
  }

  /**
   * Gives the session a new id, as `regenerate` does, and makes it one of a user's sessions, which
   * `sessions.user(userId)` lists and ends. Takes effect at the commit, by one transaction. The table holds only a hash
   * of the user id; keep the id in the data if your handler needs it. Data of another user who was signed in before is
   * dropped.
   *
   * @param userId - 1 to 1,024 bytes of well-formed Unicode
   * @throws TypeError for a user id, a device or a number that cannot be used
   * @throws SessionError with the code `misuse` without `absoluteTimeout`, or if the client has no transactions
   * @example session.signIn('ada', { device: 'Firefox on Linux', most: 3 });
   */
  public signIn(userId: string, options: SignInOptions = {}): void {
    const { device, most } = options;
    this.#host.beforeChange();
    this.#host.beforeSignIn(userId);
    if (device !== undefined && (typeof device !== 'string' || Buffer.byteLength(device) > LONGEST_DEVICE)) {
      throw new TypeError(`signIn: device is not usable; allowed is a text of at most ${LONGEST_DEVICE} bytes.`);
    }
    if (most !== undefined && !(Number.isSafeInteger(most) && most >= 1)) {
      throw new TypeError(`signIn: most is ${String(most)}; allowed is a whole number from 1 on.`);
    }
    this.regenerate();
    this.#signIn = { userId, device, most };
  }

  /**
   * Gives this session its own idle timeout, and a cookie that outlives the browser: "remember me".
   *
   * @param seconds - from 1 to 34560000, which is 400 days
   * @throws TypeError for anything else
   * @example session.remember(30 * 24 * 3600); // 30 days
   */
  public remember(seconds: number): void {
    this.#host.beforeChange();
    if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > LONGEST_IDLE) {
      throw new TypeError(
        `remember: seconds is ${String(seconds)}; allowed is a whole number from 1 to ${LONGEST_IDLE}.`,
      );
    }
    this.#idle = { seconds };
  }

  /**
   * Undoes `remember`: the factory's timeout and cookie apply again.
   *
   * @example session.forget();
   */
  public forget(): void {
    this.#host.beforeChange();
    this.#idle = { seconds: undefined };
  }

  /**
   * Adds a message for a later page to show, to one of any number of queues.
   *
   * @throws SessionError with the code `misuse` for the 101st message before they are stored
   * @throws TypeError for a message that cannot be stored
   * @example session.flash('Your order is on its way.');
   */
  public flash(message: unknown, queue = '', options: FlashOptions = {}): void {
    this.#host.beforeChange();
    this.#messages.add(message, queue, options, this.#host.now);
  }

  /**
   * Returns the messages of a queue, the oldest first, and removes them. Any past the 250th stay for the next request.
   *
   * @example for (const message of session.popFlash()) console.log(message);
   */
  public popFlash(queue = ''): unknown[] {
    if (this.#messages.peek(queue).length > 0) this.#host.beforeChange();
    return this.#messages.pop(queue);
  }

  /**
   * Returns the messages of a queue, the oldest first, and keeps them.
   *
   * @example const hasErrors = session.peekFlash('errors').length > 0;
   */
  public peekFlash(queue = ''): unknown[] {
    return this.#messages.peek(queue);
  }

  /**
   * A token for forms. Each call returns a different one, and all of them are valid until `regenerate` or
   * `newCsrfToken`. Making one stores nothing; if the session is never stored, it never verifies.
   *
   * @example const field = `<input type="hidden" name="token" value="${session.csrfToken()}">`;
   */
  public csrfToken(): string {
    const { csrfSecret, random } = this.#host;
    const stored = this.#renewal === undefined ? csrfSecret : undefined;
    // The id of an unstored session is not known yet, so its secret is stored with it.
    return csrfToken(this.#csr ?? stored ?? (this.#csr = newCsrfSecret(random)), random);
  }

  /**
   * Makes a new secret, and returns a token of it. Earlier tokens no longer verify.
   *
   * @example const token = session.newCsrfToken();
   */
  public newCsrfToken(): string {
    this.#host.beforeChange();
    this.#csr = newCsrfSecret(this.#host.random);
    return this.csrfToken();
  }

  /**
   * Whether a request may change something. Safe methods may. Otherwise Fetch Metadata decides, if the browser sends
   * it; else `Origin`, compared with the request's own origin and `origins`; else the token. A request with none of the
   * three may not.
   *
   * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
   * @example const isOurs = session.verifyCsrf({ method: req.method, headers: req.headers, token: body.token });
   */
  public verifyCsrf(request: CsrfRequest, options: CsrfOptions = {}): boolean {
    const { csrfSecret, https } = this.#host;
    // The page that sent the request had a token of the id that the request brought.
    const secret = this.#renewal === undefined && csrfSecret !== undefined ? (this.#csr ?? csrfSecret) : csrfSecret;
    return isOwnRequest(request, options, secret, https);
  }

  /** @internal The changes to write, or nothing. A session that is not stored yet is only created for data. */
  public changeset(isStored: boolean): Changeset | undefined {
    const changeset = {
      values: this.#values.changes(),
      flash: this.#flash.changes(),
      csr: this.#csr,
      idle: this.#idle,
      renewal: this.#renewal,
      signIn: this.#signIn,
    };
    const isAsked =
      this.#signIn !== undefined || (isStored && (this.#csr ?? this.#idle ?? this.#renewal) !== undefined);
    return isAsked || changeset.values.size > 0 || changeset.flash.size > 0 ? changeset : undefined;
  }

  /** @internal */
  public get renewal(): RegenerateOptions | undefined {
    return this.#renewal;
  }

  /** @internal */
  public get idle(): Idle | undefined {
    return this.#idle;
  }

  /** @internal Notes that changes were stored; later changes stay. */
  public markStored(changeset: Changeset, values: StoredChanges, flash: StoredChanges): void {
    this.#values.markStored(changeset.values, values);
    this.#flash.markStored(changeset.flash, flash);
    this.clearRequested(changeset);
  }

  /** @internal */
  public clearRequested({ csr, idle, renewal, signIn }: Changeset): void {
    if (this.#csr === csr) this.#csr = undefined;
    if (this.#idle === idle) this.#idle = undefined;
    if (this.#renewal === renewal) this.#renewal = undefined;
    if (this.#signIn === signIn) this.#signIn = undefined;
  }

  /** @internal Takes in what the table has now, under the changes that were made here. */
  public rebase({ dat, flash }: StoredSession): void {
    this.#values.rebase(dat);
    this.#flash.rebase(flash);
  }

  /** @internal Drops everything that this request did not set. */
  public keepOwn(): void {
    this.#values.keepOwn();
    this.#flash.keepOwn();
  }

  /** @internal @param changeset - that of this very moment, where it is known */
  public snapshot(isPortable: (stored: Stored) => boolean, changeset?: Changeset): SessionSnapshot {
    return {
      values: this.#values.snapshot(isPortable, changeset?.values),
      flash: this.#flash.snapshot(isPortable, changeset?.flash),
    };
  }

  /** @internal Notes that all of the session was stored under another id. */
  public move(snapshot: SessionSnapshot, stored: StoredSession): void {
    this.#values.move(snapshot.values, stored.dat);
    this.#flash.move(snapshot.flash, stored.flash);
  }

  /** @internal */
  public get data(): Values {
    return this.#values;
  }

  /** @internal Begins a new, empty session in place of one that was ended. */
  public reset(): void {
    this.#values = new Values(this.#host.codec, this.#decode, new Map(), () => this.#host.damaged());
    this.#flash = new Values(this.#host.codec, this.#decode, new Map(), () => this.#host.damaged());
    this.#messages = new FlashMessages(this.#flash, this.#host.random);
    this.#csr = this.#idle = this.#renewal = this.#signIn = undefined;
  }
}
