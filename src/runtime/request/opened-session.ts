import { MAX_COOKIE_AGE } from '../../contract';
import { SessionEndedError } from '../errors';
import { exactUpdate } from './exact-update';
import { SessionContext, secondsOf } from './scope';
import { Identity, SessionState, identityOf } from './session-state';
import { touchSession, writeSession } from './write-session';
import { CsrfOptions, CsrfRequest, csrfToken, isOwnRequest } from '../session/csrf';
import { FlashMessages, FlashOptions } from '../session/flash';
import { newSessionId, sessionRef } from '../session/id';
import { RegenerateOptions, SessionOwner } from '../session/session';
import type { SessionRecord } from '../table/item';

/** Reads the session of an identity. What is not there, dead or damaged is a new session. */
export async function openSession(context: SessionContext, identity: Identity, strong: boolean): Promise<OpenedSession> {
  const { store, emit, options } = context;
  const found = await store.load(identity.key, strong);
  const record = found.kind === 'found' && options.lifetime.isAlive(found.record, secondsOf(context)) ? found.record : undefined;
  if (record === undefined) emit(found.kind === 'found' ? 'expired' : found.kind === 'missing' ? 'unknown-id' : 'item-invalid', identity.key);
  const state = stateOf(context, identity, record);
  state.isDoubtful = record === undefined && !strong;
  await state.prepareToOpen();
  return new OpenedSession(context, state);
}

function stateOf(context: SessionContext, identity?: Identity, record?: SessionRecord): SessionState {
  return new SessionState(context.options, (key) => context.emit('item-invalid', key), identity, record);
}

/** One opened session: lets one thing happen after the other, and nothing after the end. */
export class OpenedSession implements SessionOwner {
  readonly #context: SessionContext;
  #state: SessionState;
  #messages: FlashMessages | undefined;
  #openedAt: number;
  #isClosed = false;
  /** What is under way: one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  public isNew: boolean;

  public constructor(context: SessionContext, state = stateOf(context)) {
    this.#context = context;
    this.#openedAt = this.#now();
    this.#state = state;
    this.isNew = state.record === undefined;
  }

  public get values(): SessionState['values'] {
    return this.#state.values;
  }

  public get createdAt(): number {
    return this.#state.record?.iat ?? this.#openedAt;
  }

  public get expiresAt(): number {
    return this.#state.record?.exp ?? this.#context.options.lifetime.begin(this.#openedAt, this.#state.idle).exp;
  }

  public get ref(): string | undefined {
    return this.#state.record && this.#state.identity && sessionRef(this.#state.identity.key);
  }

  public beforeChange(): void {
    if (this.#isClosed) throw new Error('The session was committed with the response; change it before the handler returns.');
    if (this.#context.options.isReadOnly) {
      throw new Error('This function may only read sessions: it was given grantRead. Use grantReadWrite to change them.');
    }
  }

  public flash(message: unknown, queue: string, options: FlashOptions): void {
    this.beforeChange();
    this.#flash.add(message, queue, options, this.#context.options.clock.now());
  }

  public popFlash(queue: string): unknown[] {
    if (this.#flash.peek(queue).length > 0) this.beforeChange();
    return this.#flash.pop(queue);
  }

  public peekFlash(queue: string): unknown[] {
    return this.#flash.peek(queue);
  }

  public csrfToken(): string {
    const { record, renewal, nonce } = this.#state;
    // A new id has no nonce: the token is another one with it.
    return csrfToken(this.#futureIdentity().id, nonce ?? (renewal === undefined ? record?.csr : undefined));
  }

  public newCsrfToken(): string {
    this.beforeChange();
    this.#state.nonce = this.#context.options.random(16);
    return this.csrfToken();
  }

  public verifyCsrf(request: CsrfRequest, options: CsrfOptions): boolean {
    const { record, identity, nonce } = this.#state;
    const expected = record && identity && csrfToken(identity.id, nonce ?? record.csr);
    return isOwnRequest(request, options, expected);
  }

  public regenerate({ keepDeadline = false }: RegenerateOptions): void {
    this.beforeChange();
    const { record } = this.#state;
    if (record === undefined) return;
    this.#state.next = undefined;
    this.#state.nonce = undefined;
    this.#state.renewal = { keepDeadline };
  }

  public remember(seconds: number): void {
    this.beforeChange();
    if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > MAX_COOKIE_AGE) {
      throw new TypeError(`remember: seconds is ${String(seconds)}; allowed is a whole number from 1 to ${MAX_COOKIE_AGE}.`);
    }
    this.#state.idle = seconds;
  }

  public update(key: string, change: (value: unknown) => unknown): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      await exactUpdate(this.#context, this.#state, key, change);
      this.#rejectEnded();
    });
  }

  /** Writes what was changed, and rejects where the session has ended. */
  public save(): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      await writeSession(this.#context, this.#state);
      this.#rejectEnded();
    });
  }

  /** Writes what was changed, or extends the session where that is due. Nothing can be changed afterwards. */
  public commit(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#context.options.isReadOnly) {
        if (this.#state.pending() !== undefined) this.beforeChange();
      }
      this.#isClosed = true;
      if (this.#context.options.isReadOnly) {
        // Nothing to write.
      } else if (!(await writeSession(this.#context, this.#state)) && this.#context.touches) {
        await touchSession(this.#context, this.#state);
      }
    });
  }

  /** Waits for what is under way, and drops what was not saved. */
  public discard(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isClosed = true;
    });
  }

  /** Deletes the session, also one that an eventual read did not see, and begins a new one. */
  public invalidate(): Promise<void> {
    this.beforeChange();
    return this.#inTurn(async () => {
      const { store, response, emit } = this.#context;
      const { identity } = this.#state;
      if (identity !== undefined) {
        await store.delete(identity.key);
        response.clearId();
        emit('invalidated', identity.key);
      }
      this.#openedAt = this.#now();
      this.#state = stateOf(this.#context);
      this.#messages = undefined;
      this.isNew = true;
    });
  }

  /** Who the session is, or will be when it is stored. */
  #futureIdentity(): Identity {
    const state = this.#state;
    if (state.record !== undefined && state.renewal === undefined && state.identity !== undefined) return state.identity;
    return (state.next ??= identityOf(newSessionId(this.#context.options.random)));
  }

  get #flash(): FlashMessages {
    return (this.#messages ??= new FlashMessages(this.#state.flash, this.#context.options.random));
  }

  #rejectEnded(): void {
    if (!this.#state.hasEnded) return;
    const { identity } = this.#state;
    const ref = identity && sessionRef(identity.key);
    throw new SessionEndedError('ended', 'The session was signed out, expired or deleted while the request ran; nothing was written.', { ref });
  }

  #now(): number {
    return secondsOf(this.#context);
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
