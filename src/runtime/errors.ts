/**
 * What went wrong, for callers that branch.
 *
 * - `unavailable`: DynamoDB could not be reached, throttled, or did not answer in time. Trying again may help.
 * - `configuration`: DynamoDB refused: the table is missing, has another key, or the role may not use it.
 * - `ended`: the session was signed out, expired or deleted while the request ran; nothing was written.
 * - `conflict`: the outcome of an exact write cannot be told.
 * - `too-large`: the session would not fit an item of 400 KB; nothing was written.
 */
export type SessionErrorCode = 'unavailable' | 'configuration' | 'ended' | 'conflict' | 'too-large';

/** How an error came to be. */
export interface SessionErrorOptions {
  /** The error of the client. It may name ARNs and roles, so it is in no message and in no output of `util.inspect`. */
  readonly cause?: unknown;
  /** DynamoDB's name of the call that failed. */
  readonly operation?: string | undefined;
  /** The short hash of the session, as `session.ref`. */
  readonly ref?: string | undefined;
}

/** The base of every error that the library rejects with while a request runs. */
export class SessionError extends Error {
  /** A literal, because bundlers shorten the names of classes. */
  public override readonly name: string = 'SessionError';
  /** What went wrong. */
  public readonly code: SessionErrorCode;
  /** DynamoDB's name of the call that failed, where it was one. */
  public readonly operation: string | undefined;
  /** Eight hexadecimal digits that stand for the session in logs, where there is one. */
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

  /** Leaves the cause out: the texts of AWS name accounts and roles. */
  public [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.stack ?? `${this.name}: ${this.message}`;
  }
}

/**
 * The store cannot be used now: DynamoDB could not be reached, throttled,
 * denied, or did not answer before the deadline. No cookie goes out for it.
 */
export class SessionUnavailableError extends SessionError {
  public override readonly name = 'SessionUnavailableError';
  /** Whether a write was certainly not applied, or may have been because its answer was lost. */
  public readonly outcome: 'not-applied' | 'unknown';

  public constructor(
    code: 'unavailable' | 'configuration',
    message: string,
    options: SessionErrorOptions & { readonly outcome?: 'not-applied' | 'unknown' } = {},
  ) {
    super(code, message, options);
    this.outcome = options.outcome ?? 'not-applied';
  }
}

/** An explicit `save()` or `update()` met a session that has ended meanwhile. Nothing was written, and nothing came back. */
export class SessionEndedError extends SessionError {
  public override readonly name = 'SessionEndedError';
}

/** Nobody can tell whether an exact write was applied: its answer was lost, and what it left behind has been pushed out since. */
export class SessionConflictError extends SessionError {
  public override readonly name = 'SessionConflictError';
}

/** The session would not fit an item of 400 KB (409,600 bytes). Nothing was written. */
export class SessionTooLargeError extends SessionError {
  public override readonly name = 'SessionTooLargeError';
  /** The bytes that the item would have, or `undefined` where only DynamoDB knows. */
  public readonly bytes: number | undefined;
  /** The largest keys with the bytes of their values as stored, the largest first; at most five. */
  public readonly largest: readonly { readonly key: string; readonly bytes: number }[];

  public constructor(bytes: number | undefined, largest: SessionTooLargeError['largest'], options?: SessionErrorOptions) {
    const size = bytes === undefined ? 'more than' : `${bytes} bytes, and DynamoDB takes`;
    const keys = largest.map(({ key, bytes: of }) => `${JSON.stringify(key)} (${of})`).join(', ');
    super('too-large', `The session would have ${size} 409600 bytes.${keys === '' ? '' : ` The largest keys are ${keys}.`} Store less.`, options);
    this.bytes = bytes;
    this.largest = largest;
  }
}
