import { SessionEndedError, SessionError, SessionTooLargeError, WriteOutcome } from '../errors';
import { exactUpdate } from './exact-update';
import { Identity, RequestScope, deleteSessions, secondsOf, targetOf } from './scope';
import { leaveList, transactionProblem, userKey } from './users';
import { touchSession, writeSession } from './write-session';
import { derivedCsrfSecret } from '../session/csrf';
import { Session, SessionHost } from '../session/session';
import { LARGEST_SESSION_ITEM, NO_VALUES, SessionRecord, recordSize } from '../table/item';
import { refOf } from '../table/key';
import { StoredForm } from '../table/stored-form';

/**
 * The state of a session in the table, as far as this request knows.
 *
 * - `fresh`: it has no id yet, or one from the application
 * - `missed`: the cookie names one, but no session was found. `isDoubtful`: an eventual read may have missed it
 * - `stored`: this is its record
 * - `frozen`: a regenerate of this request froze it and has not stored the copy yet
 * - `ended`: a write met a session that is over
 */
export type Known =
  | { readonly kind: 'fresh'; readonly given?: Identity }
  | { readonly kind: 'missed'; readonly identity: Identity; readonly isDoubtful: boolean }
  | { readonly kind: 'stored' | 'frozen'; readonly identity: Identity; readonly record: SessionRecord }
  | {
    readonly kind: 'ended';
    readonly identity: Identity;
    readonly record: SessionRecord;
    readonly outcome: WriteOutcome;
  };

/** The state of a session that is stored. */
export type Stored = Extract<Known, { readonly kind: 'stored' | 'frozen' }>;

const NO_IDENTITY: Identity = { id: '', key: new Uint8Array() };
/** Bytes from which on a session is worth a look: each write of it costs 64 units. */
const LARGE = 65_536;
const MOST_NAMED = 5;

/** One session of one request: runs its operations one after another, and none after the end. */
export class OpenedSession implements SessionHost {
  public readonly scope: RequestScope;
  public readonly session: Session;
  public known: Known;
  /** The stored form of the session's values. */
  public form: StoredForm;
  public isNew: boolean;
  /** Live sessions that this request also named and that a new id does not continue. */
  public others: readonly Identity[];
  /** Whether the data comes from another store. */
  public isMigrated = false;
  /** Keys of a user's session that attempts without a response may have stored. */
  public readonly attempts: Uint8Array[] = [];
  #openedAt: number;
  #isClosed = false;
  /** The last operation: each waits for the one before. */
  #turn: Promise<unknown> = Promise.resolve();

  public constructor(scope: RequestScope, known: Known = { kind: 'fresh' }, others: readonly Identity[] = []) {
    this.scope = scope;
    this.known = known;
    this.others = others;
    this.#openedAt = secondsOf(scope);
    this.isNew = known.kind !== 'stored';
    this.form = this.formOf(known.kind === 'fresh' ? NO_IDENTITY : known.identity);
    const record = known.kind === 'stored' ? known.record : undefined;
    this.session = new Session(
      this,
      (key, stored) => this.form.decode(key, stored),
      record ?? { dat: NO_VALUES, flash: NO_VALUES },
    );
  }

  /**
   * Takes in the data of another store, as if the handler had set it. A key or a value that cannot be stored is left
   * out.
   */
  public takeIn(data: Readonly<Record<string, unknown>>): void {
    this.isMigrated = true;
    for (const [key, value] of Object.entries(data)) {
      try {
        this.session.data.check(key, value);
        this.session.set(key, value);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.damaged();
      }
    }
  }

  public get codec(): SessionHost['codec'] {
    return this.scope.options.codec;
  }

  public get random(): SessionHost['random'] {
    return this.scope.options.random;
  }

  public get https(): boolean {
    return this.scope.https;
  }

  public get now(): number {
    return this.scope.options.clock.now();
  }

  public get createdAt(): number {
    return this.#record?.iat ?? this.#openedAt;
  }

  public get expiresAt(): number {
    return this.#record?.exp ?? this.scope.options.lifetime.begin(this.#openedAt, this.session.idle?.seconds).exp;
  }

  public get ref(): string | undefined {
    return this.known.kind === 'fresh' || this.known.kind === 'missed' ? undefined : refOf(this.known.identity.key);
  }

  public get csrfSecret(): Uint8Array | undefined {
    const { known } = this;
    return known.kind === 'fresh' || known.kind === 'missed'
      ? undefined
      : (known.record.csr ?? derivedCsrfSecret(known.identity.id));
  }

  public beforeChange(): void {
    if (this.#isClosed) {
      throw new SessionError(
        'misuse',
        'The session was committed with the response. Change it before the handler returns.',
      );
    }
    if (this.scope.isReadOnly) {
      throw new SessionError(
        'misuse',
        'This function may only read sessions: it was given grantRead. Use grantReadWrite to change them.',
      );
    }
  }

  public beforeRegenerate(): void {
    const problem = this.#record?.usr === undefined ? undefined : transactionProblem(this.scope);
    if (problem !== undefined) throw new SessionError('misuse', problem);
  }

  public beforeSignIn(userId: string): void {
    userKey(this.scope, userId, 'signIn');
    if (this.scope.options.absoluteTimeout === undefined) {
      throw new SessionError(
        'misuse',
        "signIn needs absoluteTimeout, after which a session leaves the user's list. Set it on the SessionTable or the factory.",
      );
    }
    const problem = transactionProblem(this.scope);
    if (problem !== undefined) throw new SessionError('misuse', problem);
  }

  public damaged(): void {
    this.scope.emit('item-invalid', this.known.kind === 'fresh' ? undefined : this.known.identity.key);
  }

  public update(key: string, change: (value: unknown) => unknown): Promise<void> {
    this.beforeChange();
    // What the handler sets from here on counts over the update, also before its turn comes.
    const { revision } = this.session.data;
    return this.#inTurn(async () => {
      await exactUpdate(this, key, change, revision);
    });
  }

  public save(): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      await writeSession(this);
      this.rejectEnded();
    });
  }

  /**
   * Deletes the session, even one that an eventual read missed, and begins a new one.
   *
   * @param leavesList - whether its entry in the user's list is deleted with it
   */
  public invalidate(leavesList = true): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      const { scope, known } = this;
      const hadIdentity = scope.identities.size > 0;
      const user = known.kind === 'stored' || known.kind === 'frozen' ? known.record.usr : undefined;
      if (leavesList && user !== undefined) await leaveList(scope, user, (known as Stored).identity);
      await deleteSessions(scope, scope.identities);
      if (hadIdentity) scope.response.clearId();
      await scope.migration?.end(scope);
      this.#openedAt = secondsOf(scope);
      this.known = { kind: 'fresh' };
      this.others = [];
      this.isNew = true;
      this.session.reset();
    });
  }

  /**
   * Writes the changes, or extends the session if that is due. Once it has begun, nothing can be changed, unless it
   * fails.
   */
  public commit(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      try {
        await this.#write();
      } catch (error) {
        this.#isClosed = false;
        throw error;
      }
    });
  }

  /** Waits for what is under way, and drops what was not saved. */
  public close(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isClosed = true;
    });
  }

  /** The stored form of values under an id. */
  public formOf({ id }: Identity): StoredForm {
    return new StoredForm(this.scope.options, id);
  }

  /** Takes in a newer record under the changes that were made here. */
  public rebase(kind: Stored['kind'], identity: Identity, record: SessionRecord): void {
    this.known = { kind, identity, record };
    this.session.rebase(record);
  }

  /** The changes are dropped and no cookie is sent: whoever ended the session has the last word. */
  public end({ identity, record }: Stored, outcome: WriteOutcome): void {
    this.known = { kind: 'ended', identity, record, outcome };
    this.scope.response.withdraw();
    this.scope.emit('ended', identity.key);
  }

  /**
   * @param outcome - of what was to be written
   * @throws SessionEndedError if the session has ended
   */
  public rejectEnded(outcome?: WriteOutcome): void {
    if (this.known.kind === 'ended') throw endedError(this.known, outcome);
  }

  /** Sends the id cookie. */
  public sendCookie(identity: Identity, record: SessionRecord): void {
    const { options, response } = this.scope;
    response.setId(identity.id, options.lifetime.cookieAge(record, secondsOf(this.scope), options.cookie.maxAge));
  }

  /** A cookie that lasts moves with the session's end. */
  public slideCookie(identity: Identity, record: SessionRecord): void {
    if ((record.idl ?? this.scope.options.cookie.maxAge) !== undefined) this.sendCookie(identity, record);
  }

  /**
   * Refuses a session that DynamoDB would not accept, before any call.
   *
   * @throws SessionTooLargeError with the largest keys
   */
  public checkSize(key: Uint8Array, record: SessionRecord): void {
    const bytes = recordSize(key, record);
    if (bytes > LARGEST_SESSION_ITEM) throw new SessionTooLargeError(bytes, largestKeys(record), { ref: refOf(key) });
    if (bytes > LARGE) this.scope.emit('large', key);
  }

  get #record(): SessionRecord | undefined {
    return this.known.kind === 'fresh' || this.known.kind === 'missed' ? undefined : this.known.record;
  }

  async #write(): Promise<void> {
    if (this.scope.isReadOnly) {
      if (this.session.changeset(this.known.kind === 'stored') === undefined) return;
      this.#isClosed = false;
      return this.beforeChange();
    }
    if (!(await writeSession(this)) && this.scope.touches) await touchSession(this);
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function endedError(
  { identity, outcome: known }: Extract<Known, { readonly kind: 'ended' }>,
  outcome = known,
): SessionEndedError {
  const what =
    outcome === 'not-applied'
      ? 'The change is not stored.'
      : 'A response was lost, so the change may stand in the session that took its place.';
  const message = `The session was signed out, replaced, expired or deleted while the request ran. ${what}`;
  return new SessionEndedError(message, { ref: refOf(identity.key), outcome });
}

function largestKeys({ dat }: SessionRecord): { key: string; bytes: number }[] {
  return [...dat]
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(value) }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, MOST_NAMED);
}

/**
 * Reads the sessions that a request names. If one is missing, dead or damaged, or two are alive, the session is a new
 * one.
 */
export async function openSession(
  scope: RequestScope,
  identities: readonly Identity[],
  strong: boolean,
): Promise<OpenedSession> {
  const [only, second] = identities;
  if (second === undefined) return new OpenedSession(scope, only && (await load(scope, only, strong)));
  const loaded = await Promise.all(identities.map((identity) => load(scope, identity, strong)));
  const living = loaded.filter(({ kind }) => kind === 'stored');
  if (living.length < 2) return new OpenedSession(scope, living[0] ?? loaded[0]);
  scope.emit('cookie-rejected');
  return new OpenedSession(scope, { kind: 'fresh' }, living.map(({ identity }) => identity));
}

async function load(
  scope: RequestScope,
  identity: Identity,
  strong: boolean,
): Promise<Exclude<Known, { readonly kind: 'fresh' }>> {
  const target = targetOf(scope, identity.key);
  const result = await scope.store.load(target, strong);
  if (result.kind !== 'found') {
    scope.emit(result.kind === 'missing' ? 'unknown-id' : 'item-invalid', identity.key);
  } else if (scope.options.lifetime.isAlive(result.record, target.now)) {
    return { kind: 'stored', identity, record: result.record };
  } else {
    scope.emit('expired', identity.key);
  }
  // No later read finds a frozen item alive, nor does a strong one miss anything.
  const isFrozen = result.kind === 'found' && result.record.frz !== undefined;
  return { kind: 'missed', identity, isDoubtful: !strong && !isFrozen };
}
