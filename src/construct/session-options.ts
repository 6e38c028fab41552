import { Duration } from 'aws-cdk-lib';
import { SessionConsistency } from './session-consistency';
import { SessionCookieProps } from './session-cookie-props';

/**
 * The options that the runtime reads from the environment.
 *
 * What code passes to `sessionFactory` takes precedence over them.
 */
export interface SessionOptions {
  /**
   * When a session expires if it isn't used again.
   *
   * In whole seconds, from 1 second to 400 days.
   *
   * @default Duration.minutes(20)
   */
  readonly timeout?: Duration;

  /**
   * How long after one extension a request that only reads extends the session again.
   *
   * In whole seconds, from zero to less than `timeout`. An extension costs one write; zero extends with every request.
   * A session with an idle timeout of its own (`remember`) is extended after a tenth of that, if that is less.
   *
   * @default - 120 seconds, or a tenth of `timeout` if that is less
   */
  readonly reissueTime?: Duration;

  /**
   * When a session ends no matter how much it is used.
   *
   * In whole seconds since it was created, from `timeout` to 400 days.
   *
   * @default - never: a session lives as long as it is used
   */
  readonly absoluteTimeout?: Duration;

  /**
   * The cookie that carries the session id.
   *
   * @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age
   */
  readonly cookie?: SessionCookieProps;

  /**
   * How a read relates to the writes before it.
   *
   * A strong read costs twice as much as an eventual one.
   *
   * @default SessionConsistency.SESSION
   */
  readonly consistency?: SessionConsistency;

  /**
   * Whether values of 2 KiB and more are stored compressed.
   *
   * Only where that makes them at least a fifth smaller.
   *
   * @default true
   */
  readonly compress?: boolean;

  /**
   * Whether values are encrypted under a key that only the session id yields.
   *
   * Neither the table nor its backups show them then; names of keys and queues stay readable. Costs some CPU with each
   * read and write, and about 30 bytes a value.
   *
   * @default false
   */
  readonly sealed?: boolean;

  /**
   * Keeps the sessions of several apps or preview environments in one table apart.
   *
   * 1 to 64 letters, digits, `.`, `_` and `-`. A cookie of one namespace means nothing in another, and a change of it
   * ends every session. It is not a security border: a role that may use the table may read all of it.
   *
   * @default - none
   */
  readonly namespace?: string;

  /**
   * The start of the names of the environment variables.
   *
   * A letter, then at most 63 letters, digits and `_`. A function that uses two tables needs two prefixes; pass the
   * same one to `sessionFactory`.
   *
   * @default 'SESSION_TABLE_'
   */
  readonly envPrefix?: string;
}
