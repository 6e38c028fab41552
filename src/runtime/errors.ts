/**
 * What went wrong, as a code to branch on.
 *
 * - `unavailable`: DynamoDB could not be reached, throttled, or did not answer in time. Trying again may help.
 * - `configuration`: no credentials, no table, a wrong key, or a role without the permissions. Trying again does not
 *   help.
 * - `ended`: the session was signed out, expired or deleted while the request ran.
 * - `conflict`: nobody can tell whether an exact write was applied.
 * - `too-large`: the session would not fit an item of 400 KB; nothing was written.
 * - `misuse`: a change after the commit or in a read-only function, or one that cannot be merged.
 */
export type SessionErrorCode = 'unavailable' | 'configuration' | 'ended' | 'conflict' | 'too-large' | 'misuse';

/** Whether a write was certainly not applied, or may have been because its response was lost. */
export type WriteOutcome = 'not-applied' | 'unknown';

/** Where an error comes from. */
export interface SessionErrorOptions {
  /** The client's error. It may name ARNs and roles, so no message and no output of `util.inspect` contains it. */
  readonly cause?: unknown;
  /** DynamoDB's name of the call that failed. */
  readonly operation?: string | undefined;
  /** The short hash of the session, as `session.ref`. */
  readonly ref?: string | undefined;
}

/** The kinds of an error, known by this symbol in every copy of the package. */
const KINDS = Symbol.for('cdk-session-table.error-kinds');

/**
 * The base of every error that the library rejects with while a request runs.
 *
 * `instanceof` also holds for errors of another copy of the package, such as the
 * CommonJS build loaded together with the ES modules.
 */
export class SessionError extends Error {
  public static [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    const kinds = (Object(value) as { readonly [KINDS]?: unknown })[KINDS];
    return Object.hasOwn(this, 'kind') && Array.isArray(kinds) && kinds.includes(this.kind);
  }

  protected static readonly kind: string = 'SessionError';

  /** A literal, because bundlers shorten the names of classes. */
  public override readonly name: string = 'SessionError';
  /** What went wrong. */
  public readonly code: SessionErrorCode;
  /** DynamoDB's name of the call that failed, if a call did. */
  public readonly operation: string | undefined;
  /** The session's `ref`: 16 hexadecimal digits, safe to log. */
  public readonly ref: string | undefined;

  public constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(options.ref === undefined ? message : `${message} It is session ${options.ref}.`, options);
    this.code = code;
    this.operation = options.operation;
    this.ref = options.ref;
  }

  /** Whether the same request may succeed when it is sent again. */
  public get retryable(): boolean {
    return this.code === 'unavailable' || this.code === 'conflict';
  }

  /** @internal */
  public get [KINDS](): readonly string[] {
    return ['SessionError', this.name];
  }

  /** Leaves the cause out: AWS's messages name accounts and roles. */
  public [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.stack ?? `${this.name}: ${this.message}`;
  }
}

/**
 * The store cannot be used now: DynamoDB could not be reached, throttled, denied,
 * or did not answer before the deadline. The error itself changes no cookie.
 */
export class SessionUnavailableError extends SessionError {
  protected static override readonly kind: string = 'SessionUnavailableError';
  public override readonly name = 'SessionUnavailableError';
  /** Whether a write may have been applied. */
  public readonly outcome: WriteOutcome;

  public constructor(
    code: 'unavailable' | 'configuration',
    message: string,
    options: SessionErrorOptions & { readonly outcome?: WriteOutcome } = {},
  ) {
    super(code, message, options);
    this.outcome = options.outcome ?? 'not-applied';
  }
}

/** `save()` or `update()` met a session that has ended in the meantime. The change is not in this session. */
export class SessionEndedError extends SessionError {
  protected static override readonly kind: string = 'SessionEndedError';
  public override readonly name = 'SessionEndedError';
  /** `unknown` if a response was lost: the change may be in the session that replaced this one. */
  public readonly outcome: WriteOutcome;

  public constructor(message: string, options: SessionErrorOptions & { readonly outcome?: WriteOutcome } = {}) {
    super('ended', message, options);
    this.outcome = options.outcome ?? 'not-applied';
  }
}

/** Nobody can tell whether an exact write was applied: its response was lost, and its token was pushed out. */
export class SessionConflictError extends SessionError {
  protected static override readonly kind: string = 'SessionConflictError';
  public override readonly name = 'SessionConflictError';

  public constructor(message: string, options: SessionErrorOptions = {}) {
    super('conflict', message, options);
  }
}

/** What a session is too large for. */
export interface SizeLimit {
  readonly bytes: number;
  /** The end of the sentence "The session would have … bytes; at most … …". */
  readonly text: string;
}

const ITEM_LIMIT: SizeLimit = { bytes: 409_591, text: 'fit an item of DynamoDB' };

/**
 * The session would not fit an item of 400 KB, or 16 MiB once decompressed. Nothing was written. Of the 409,600 bytes
 * of an item, 9 are kept for the token with which a session gets a new id.
 */
export class SessionTooLargeError extends SessionError {
  protected static override readonly kind: string = 'SessionTooLargeError';
  public override readonly name = 'SessionTooLargeError';
  /** How many bytes the session would have, or `undefined` if only DynamoDB knows. */
  public readonly bytes: number | undefined;
  /** The largest keys with the stored bytes of their values, the largest first; at most five. */
  public readonly largest: readonly { readonly key: string; readonly bytes: number }[];

  public constructor(
    bytes: number | undefined,
    largest: SessionTooLargeError['largest'],
    options: SessionErrorOptions & { readonly limit?: SizeLimit } = {},
  ) {
    const { limit = ITEM_LIMIT } = options;
    const keys = largest.map(({ key, bytes: of }) => `${JSON.stringify(key)} (${of})`).join(', ');
    const size = bytes === undefined ? 'too many bytes' : `${bytes} bytes`;
    const named = keys === '' ? '' : ` The largest keys are ${keys}.`;
    super(
      'too-large',
      `The session would have ${size}; at most ${limit.bytes} ${limit.text}.${named} Store less.`,
      options,
    );
    this.bytes = bytes;
    this.largest = largest;
  }
}
