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
}

/** The base of every error that the library rejects with while a request runs. */
export class SessionError extends Error {
  /** A literal, because bundlers shorten the names of classes. */
  public override readonly name: string = 'SessionError';
  /** What went wrong. */
  public readonly code: SessionErrorCode;

  public constructor(code: SessionErrorCode, message: string, options?: SessionErrorOptions) {
    super(message, options);
    this.code = code;
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
}

/** An explicit `save()` met a session that has ended meanwhile. Nothing was written, and nothing came back. */
export class SessionEndedError extends SessionError {
  public override readonly name = 'SessionEndedError';
}
