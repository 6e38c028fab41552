import { SharedOptions } from '../../settings';
import { ClientOfSdk, SessionClient } from '../client/session-client';
import { Clock } from '../clock';
import { SessionEvent } from './session-event';
import type { SessionMigration } from './session-migration';
import { Codec } from '../session/codec';

export { type SharedCookieOptions as SessionCookieOptions } from '../../settings';

/**
 * Options of a session factory.
 *
 * What you leave out comes from the environment that the construct wrote, and otherwise from the default.
 */
export interface SessionFactoryOptions extends SharedOptions {
  /**
   * The table's name or ARN.
   *
   * @default - the variable `SESSION_TABLE_NAME`, which `grantReadWrite` sets
   */
  readonly tableName?: string;
  /**
   * The table's Region. Not together with `client`.
   *
   * @default - the variable `SESSION_TABLE_REGION`, the Region of an ARN, or the function's own
   */
  readonly region?: string;
  /**
   * The client that calls DynamoDB.
   *
   * A `DynamoDBClient`, `DynamoDB` or `DynamoDBDocumentClient` is used unchanged, with its own retries and endpoint.
   * Anything else implements `SessionClient`.
   *
   * @default - a client that makes single attempts, which the library repeats within `deadline`
   */
  readonly client?: SessionClient | ClientOfSdk;
  /**
   * Sessions created before this time are dead, in epoch seconds.
   *
   * Ends all sessions at once; set it after a backup was restored.
   *
   * @default - none
   */
  readonly notBefore?: number;
  /**
   * How a value becomes text and back.
   *
   * @default - JSON, which refuses what it would not keep
   */
  readonly codec?: Codec;
  /**
   * Moves in the sessions of another store, such as `connectDynamoDb({ … })` of `cdk-session-table/connect-dynamodb`.
   *
   * A visitor with a valid cookie of that store, and none of ours, gets a new session with the old one's data.
   *
   * @default - none
   */
  readonly migrateFrom?: SessionMigration;
  /**
   * The time for one call to DynamoDB with all its retries, in milliseconds from 1 to 900000.
   *
   * Never past the function's remaining time.
   *
   * @default 3000
   */
  readonly deadline?: number;
  /**
   * Called on every session event.
   *
   * It may be async. Nobody waits for it, and what it returns, throws or rejects with is ignored.
   *
   * @default - none
   */
  readonly onEvent?: (event: SessionEvent) => unknown;
  /**
   * The time.
   *
   * @default - the machine's
   */
  readonly clock?: Clock;
  /**
   * The start of the names of the environment variables.
   *
   * A letter, then at most 63 letters, digits and `_`. A function that uses two tables needs two prefixes; pass the
   * construct the same one.
   *
   * @default 'SESSION_TABLE_'
   */
  readonly envPrefix?: string;
}
