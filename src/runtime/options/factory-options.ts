import { Consistency } from '../../settings';
import { ClientOfSdk, SessionClient } from '../client/session-client';
import { Clock } from '../clock';
import type { SessionMigration } from '../request/migration';
import { SessionEvent } from './session-event';
import { Codec } from '../session/codec';

/** The id cookie. */
export interface SessionCookieOptions {
  /**
   * The cookie's name: 1 to 256 characters of a token. `__Host-` and
   * `__Secure-` names are held to the rules of browsers, and recommended.
   *
   * @default 'session_id'
   */
  readonly name?: string;
  /**
   * How long the browser keeps the cookie, in seconds from 1 to 34560000 (400 days).
   *
   * @default - until the browser is closed
   */
  readonly maxAge?: number;
  /** The path below which the browser sends the cookie. @default '/' */
  readonly path?: string;
  /** The domain whose subdomains get the cookie too. @default - the host that set it, and no other */
  readonly domain?: string;
  /**
   * Whether the browser sends the cookie over HTTPS only.
   *
   * @default - when the request came by HTTPS, which behind API Gateway and function URLs is always
   */
  readonly secure?: boolean;
  /** Whether scripts of the page are kept from reading the cookie. @default true */
  readonly httpOnly?: boolean;
  /** When the cookie comes with requests that another site began; `false` leaves it to the browser. @default 'Strict' */
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | false;
  /** Whether an embedded page has the cookie for each embedding site apart; needs `secure`. @default false */
  readonly partitioned?: boolean;
  /** Which cookies Chromium drops first when there are too many. @default - the browser's */
  readonly priority?: 'Low' | 'Medium' | 'High';
}

/** Options of a session factory. What is not given comes from the environment that the construct wrote, or else is the default. */
export interface SessionFactoryOptions {
  /** The table's name or ARN. @default - `SESSION_TABLE_NAME`, which `grantReadWrite` sets */
  readonly tableName?: string;
  /** The table's Region. Not with `client`. @default - `SESSION_TABLE_REGION`, or the function's own */
  readonly region?: string;
  /**
   * A `DynamoDBClient` or `DynamoDBDocumentClient`, used as it is with its own
   * retries, or another implementation of `SessionClient`.
   *
   * @default - one that makes single attempts, which the library repeats within `deadline`
   */
  readonly client?: SessionClient | ClientOfSdk;
  /** The id cookie. @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age */
  readonly cookie?: SessionCookieOptions;
  /** Seconds without a request after which a session is dead, from 1 to 34560000. @default 1200 */
  readonly timeout?: number;
  /**
   * Seconds after which a request that only reads extends the session, which
   * costs one write; less than `timeout`. @default - 120, or a tenth of `timeout` where that is less
   */
  readonly reissueTime?: number;
  /** Seconds after which a session ends however much it is used, from `timeout` to 34560000. @default - none */
  readonly absoluteTimeout?: number;
  /** Epoch second: sessions created before it are dead. Ends all sessions at once, and goes with a restored backup. @default - none */
  readonly notBefore?: number;
  /**
   * `session`: a read is eventually consistent, and strongly after a write of the same browser.
   * `strong`: every read is strong, at twice the price. `eventual`: none is.
   *
   * @default 'session'
   */
  readonly consistency?: Consistency;
  /**
   * Whether a value of 2 KiB and more is stored compressed, where that makes it a fifth smaller.
   *
   * @default true
   */
  readonly compress?: boolean;
  /**
   * Whether values are encrypted under a key that comes from the session's id,
   * which the table does not hold. Names of keys and queues stay readable.
   *
   * @default false
   */
  readonly sealed?: boolean;
  /**
   * Takes over the sessions of another store, such as `connectDynamoDb({ … })` of `cdk-session-table/connect-dynamodb`.
   *
   * @default - none
   */
  readonly migrateFrom?: SessionMigration;
  /** How a value becomes text. @default - JSON, which refuses what it would not keep */
  readonly codec?: Codec;
  /** Milliseconds for one call with all its repetitions, from 1 to 900000; never past the function's remaining time. @default 3000 */
  readonly deadline?: number;
  /** Is told of what happens in the life of sessions. What it throws is ignored. @default - nobody */
  readonly onEvent?: (event: SessionEvent) => void;
  /** The time. @default - the machine's */
  readonly clock?: Clock;
  /** What the names of the environment variables start with, for a function with two tables. @default 'SESSION_TABLE_' */
  readonly envPrefix?: string;
}
