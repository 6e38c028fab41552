/**
 * What the construct and the runtime must agree on, on one page: the construct
 * writes it into the template, the runtime reads and uses it. Imports nothing.
 *
 * Not part of the public API of either half.
 *
 * @internal
 */

/** The table's partition key: binary, 32 bytes, the SHA-256 of the session id. */
export const KEY_ATTRIBUTE = 'sid';

/** The DynamoDB type of the partition key. */
export const KEY_TYPE = 'B';

/** The table's TTL attribute: epoch seconds at which the session is dead. */
export const TTL_ATTRIBUTE = 'exp';

/** The operations that the runtime calls, and so the IAM actions that it needs. */
export const OPERATIONS = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** What the name of each environment variable starts with, unless both sides are told otherwise. */
export const DEFAULT_ENV_PREFIX = 'SESSION_TABLE_';

/** The environment variables, without their prefix. */
export const ENV = {
  /** The table's name, or its ARN. */
  name: 'NAME',
  /** The table's Region, where it is not the function's own. */
  region: 'REGION',
  /** JSON of the options that the construct's props fix. */
  options: 'OPTIONS',
} as const;

/** Seconds without a request after which a session is dead: 20 minutes. */
export const DEFAULT_TIMEOUT = 1200;

/** Seconds after which a request that only reads extends the session: 2 minutes. */
export const DEFAULT_REISSUE_TIME = 120;

/** The name of the id cookie. */
export const DEFAULT_COOKIE_NAME = 'session_id';

/** The longest life that a browser grants a cookie, in seconds: 400 days (RFC 6265bis, section 5.5). */
export const MAX_COOKIE_AGE = 34_560_000;
