import { Duration } from 'aws-cdk-lib';
import { SessionConsistency } from './session-consistency';
import { SessionCookieProps } from './session-cookie-props';

/**
 * What the runtime reads from the environment. What code passes to
 * `sessionFactory` goes before it, and the runtime's defaults come after it.
 */
export interface SessionOptions {
  /**
   * The time without a request after which a session is dead, in whole seconds
   * from 1 second to 400 days.
   *
   * @default Duration.minutes(20)
   */
  readonly timeout?: Duration;

  /**
   * The time after which a request that only reads extends the session, which
   * costs one write. In whole seconds, shorter than `timeout`; zero extends the
   * session with each request.
   *
   * @default - 2 minutes, or a tenth of `timeout` where that is less
   */
  readonly reissueTime?: Duration;

  /**
   * The time after which a session is dead however much it is used, in whole
   * seconds from `timeout` to 400 days.
   *
   * @default - none: a session lives as long as it is used
   */
  readonly absoluteTimeout?: Duration;

  /**
   * The cookie that carries the session id.
   *
   * @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age
   */
  readonly cookie?: SessionCookieProps;

  /**
   * How a read relates to the writes before it. A strong read costs twice an
   * eventual one.
   *
   * @default SessionConsistency.SESSION
   */
  readonly consistency?: SessionConsistency;

  /**
   * Whether values of 2 KiB and more are stored compressed where that makes
   * them at least a fifth smaller.
   *
   * @default true
   */
  readonly compress?: boolean;

  /**
   * Whether values are encrypted under a key that only the session id yields, so
   * that neither the table nor its backups show them. Costs some CPU with each
   * read and write, and about 30 bytes a value.
   *
   * @default false
   */
  readonly sealed?: boolean;

  /**
   * What the names of the environment variables start with: a letter, then
   * letters, digits and underscores, 64 characters at most. A function that uses
   * two tables needs two prefixes; its code passes the same to `sessionFactory`.
   *
   * @default 'SESSION_TABLE_'
   */
  readonly envPrefix?: string;
}
