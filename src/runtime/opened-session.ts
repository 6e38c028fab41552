import { SessionEndedError, SessionUnavailableError } from './errors';
import { SessionRecord } from './item';
import { ResolvedOptions } from './resolve-options';
import { ResponseCookies } from './response-cookies';
import { SessionOwner } from './session';
import { SessionEvent } from './session-event';
import { hashSessionId, newSessionId, sessionRef } from './session-id';
import { Extension, Store } from './store';
import { Changes, Values } from './values';

/** Collisions of 256 random bits do not happen; one means that an answer was lost, three that the randomness is broken. */
const MOST_IDS = 3;
/** How often a write is repeated because the session's own idle timeout moved. */
const MOST_MOVES = 3;
/** Seconds that the clock of the function which created a session may be ahead of ours. */
const CLOCK_SKEW = 300;

/** What an opened session works with. */
export interface OpenedSessionContext {
  readonly options: ResolvedOptions;
  readonly store: Store;
  readonly response: ResponseCookies;
  /** Whether a session that was only read is extended. */
  readonly touches: boolean;
  readonly emit: (type: SessionEvent['type'], key?: Uint8Array) => void;
}

/** The id of a session and its key in the table. */
export interface Identity {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The policy of one opened session: when it is alive, what a commit writes, and what a refusal means. */
export class OpenedSession implements SessionOwner {
  readonly #context: OpenedSessionContext;
  /** Who the cookie says it is, or who was created here. */
  #identity: Identity | undefined;
  /** The session as the table has it; nothing for a new one. */
  #record: SessionRecord | undefined;
  /** Whether the table may have a session of this identity that an eventual read did not see. */
  #doubtful = false;
  #openedAt: number;
  #ended = false;
  #closed = false;
  /** What is under way: one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  public isNew = true;
  public values: Values;

  public constructor(context: OpenedSessionContext) {
    this.#context = context;
    this.#openedAt = this.#now();
    this.values = this.#readValues(undefined);
  }

  /** Reads the session of an identity. What is not there, dead or damaged is a new session. */
  public async load(identity: Identity, strong: boolean): Promise<void> {
    const { store, emit } = this.#context;
    const found = await store.load(identity.key, strong);
    this.#identity = identity;
    if (found.kind === 'found' && this.#isAlive(found.record)) {
      this.#record = found.record;
      this.values = this.#readValues(found.record);
      this.isNew = false;
      return;
    }
    this.#doubtful = !strong;
    emit(found.kind === 'found' ? 'expired' : found.kind === 'missing' ? 'unknown-id' : 'item-invalid', identity.key);
  }

  public get createdAt(): number {
    return this.#record?.iat ?? this.#openedAt;
  }

  public get expiresAt(): number {
    return this.#record?.exp ?? this.#openedAt + this.#context.options.timeout;
  }

  public get ref(): string | undefined {
    return this.#record && this.#identity && sessionRef(this.#identity.key);
  }

  public beforeChange(): void {
    if (this.#closed) throw new Error('The session was committed with the response; change it before the handler returns.');
    if (this.#context.options.readOnly) throw new Error('This function may only read sessions: it was given grantRead. Use grantReadWrite to change them.');
  }

  /** Writes what was changed, and rejects where the session has ended. */
  public save(): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      await this.#write();
      if (this.#ended) throw new SessionEndedError('ended', 'The session was signed out, expired or deleted while the request ran; nothing was written.');
    });
  }

  /** Writes what was changed, or extends the session where that is due. Nothing can be changed afterwards. */
  public commit(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#context.options.readOnly) {
        if (this.values.changes().size > 0) this.beforeChange();
      } else if (!(await this.#write()) && this.#context.touches) {await this.#touch();}
      this.#closed = true;
    });
  }

  /** Waits for what is under way, and drops what was not saved. */
  public discard(): Promise<void> {
    return this.#inTurn(async () => {
      this.#closed = true;
    });
  }

  /** Deletes the session, also one that an eventual read did not see, and begins a new one. */
  public invalidate(): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      const { store, response, emit } = this.#context;
      if (this.#identity !== undefined) {
        await store.delete(this.#identity.key);
        response.clearId();
        emit('invalidated', this.#identity.key);
      }
      this.#identity = this.#record = undefined;
      this.#doubtful = this.#ended = false;
      this.#openedAt = this.#now();
      this.isNew = true;
      this.values = this.#readValues(undefined);
    });
  }

  /** Says whether there was anything to write. */
  async #write(): Promise<boolean> {
    const changes = this.values.changes();
    if (changes.size === 0) return false;
    if (this.#ended) return true;
    if (this.#record === undefined) await this.#create(changes);
    else await this.#update(this.#record, changes);
    return true;
  }

  async #create(changes: Changes): Promise<void> {
    const { options, store, response, emit } = this.#context;
    await this.#resolveDoubt();
    for (let i = 0; i < MOST_IDS; i++) {
      const id = newSessionId(options.random);
      const key = hashSessionId(id);
      const record = this.#newRecord(changes);
      if (!(await store.create(key, record))) continue;
      this.#identity = { id, key };
      this.#record = record;
      this.values.settle(changes);
      response.setId(id);
      response.wrote();
      emit('created', key);
      return;
    }
    throw new SessionUnavailableError('unavailable', 'No session could be created: the table has each id already.');
  }

  /** An eventual read may have missed a session that lives; a new one would take its cookie away. */
  async #resolveDoubt(): Promise<void> {
    if (!this.#doubtful || this.#identity === undefined) return;
    const found = await this.#context.store.load(this.#identity.key, true);
    if (found.kind === 'found' && this.#isAlive(found.record)) {
      throw new SessionUnavailableError('unavailable', 'The session was not yet to be read where it was looked for.');
    }
    this.#doubtful = false;
  }

  #newRecord(changes: Changes): SessionRecord {
    const { timeout, absoluteTimeout } = this.#context.options;
    const now = this.#now();
    const abs = absoluteTimeout === undefined ? undefined : now + absoluteTimeout;
    const dat = new Map<string, string>();
    for (const [key, text] of changes) if (text !== undefined) dat.set(key, text);
    return { exp: Math.min(now + timeout, abs ?? Infinity), iat: now, iss: now, ver: 1, abs, dat };
  }

  async #update(record: SessionRecord, changes: Changes): Promise<void> {
    const { key } = this.#identity as Identity;
    for (let moves = 0; ; moves++) {
      const now = this.#now();
      const extension = moves < MOST_MOVES ? this.#extension(record, now) : undefined;
      const updated = await this.#context.store.update(key, now, changes, extension);
      if (updated.kind === 'ended') return this.#markEnded();
      if (updated.kind === 'written') {
        this.values.settle(changes);
        this.#context.response.wrote();
        return this.#extended({ ...record, ver: record.ver + 1 }, now, extension);
      }
      record = updated.record;
    }
  }

  async #touch(): Promise<void> {
    const { options, store, emit } = this.#context;
    if (this.#record === undefined || this.#ended) return;
    const { key } = this.#identity as Identity;
    const now = this.#now();
    const extension = this.#extension(this.#record, now);
    if (extension === undefined || !(await store.touch(key, now, extension, options.reissueTime))) return;
    this.#extended(this.#record, now, extension);
    emit('touched', key);
  }

  /** Notes a record that was written; a cookie that lasts moves with the session. */
  #extended(record: SessionRecord, now: number, extension: Extension | undefined): void {
    this.#record = extension === undefined ? record : { ...record, exp: extension.exp, iss: now };
    if (extension !== undefined && this.#context.options.cookie.maxAge !== undefined) {
      this.#context.response.setId((this.#identity as Identity).id);
    }
  }

  /** Where the session's end moves to, if that is due and would be later. */
  #extension(record: SessionRecord, now: number): Extension | undefined {
    const { timeout, reissueTime } = this.#context.options;
    if (now - record.iss <= reissueTime) return undefined;
    const exp = Math.min(now + (record.idl ?? timeout), this.#deadlineOf(record));
    return exp > record.exp ? { exp, idl: record.idl } : undefined;
  }

  /** The changes are dropped and no cookie goes out: who ended the session has the last word. */
  #markEnded(): void {
    this.#ended = true;
    this.#context.emit('ended', this.#identity?.key);
  }

  #isAlive(record: SessionRecord): boolean {
    const now = this.#now();
    const inTime = now < record.exp && now < this.#deadlineOf(record) && record.iat <= now + CLOCK_SKEW;
    return inTime && record.iat >= this.#context.options.notBefore;
  }

  /** A session that is older than the option `absoluteTimeout` has no deadline of its own. */
  #deadlineOf({ abs, iat }: SessionRecord): number {
    return abs ?? iat + (this.#context.options.absoluteTimeout ?? Infinity);
  }

  #now(): number {
    return Math.floor(this.#context.options.clock.now() / 1000);
  }

  #readValues(record: SessionRecord | undefined): Values {
    const texts = new Map<string, string>();
    for (const [key, value] of record?.dat ?? []) if (typeof value === 'string') texts.set(key, value);
    return new Values(this.#context.options.codec, texts, () => this.#context.emit('item-invalid', this.#identity?.key));
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
