/**
 * What the construct and the runtime must agree on: the construct writes it into the template, the runtime reads and
 * uses it. Imports nothing, and is not part of the public API.
 *
 * @internal
 */

/** The table's partition key: binary, 32 bytes, the SHA-256 of the session id. */
export const KEY_ATTRIBUTE = 'sid';

/** The DynamoDB type of the partition key. */
export const KEY_TYPE = 'B';

/** The table's TTL attribute: epoch seconds at which the session is dead. */
export const TTL_ATTRIBUTE = 'exp';

/** The time of creation in epoch seconds, a number: every session has it, and no other item of the table. */
export const CREATED_ATTRIBUTE = 'iat';

/** What a session has that was replaced by one with a new id: bytes. */
export const FROZEN_ATTRIBUTE = 'frz';

/** The operations that the runtime calls, which are the IAM actions that it needs. */
export const OPERATIONS = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** The start of every environment variable's name, unless both sides are told otherwise. */
export const DEFAULT_ENV_PREFIX = 'SESSION_TABLE_';

/** The names of the environment variables, without their prefix. */
export const ENV = {
  /** The table's name, or its ARN. */
  name: 'NAME',
  /** The table's Region, if it is not the function's own. */
  region: 'REGION',
  /** The options that the construct's props set, as JSON. */
  options: 'OPTIONS',
} as const;

/**
 * The longest life that a browser grants a cookie, in seconds: 400 days.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 5.5
 */
export const MAX_COOKIE_AGE = 34_560_000;
