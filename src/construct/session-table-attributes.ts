import * as kms from 'aws-cdk-lib/aws-kms';
import { SessionOptions } from './session-options';

/**
 * What identifies a session table that another stack made, and the options that
 * it was given there: every user of a table should have the same ones.
 */
export interface SessionTableAttributes extends SessionOptions {
  /**
   * The table's name. Either this or `tableArn`.
   *
   * @default - taken from `tableArn`
   */
  readonly tableName?: string;

  /**
   * The table's ARN. Either this or `tableName`. The account must be the stack's own.
   *
   * @default - made of `tableName`, `region` and the stack's account
   */
  readonly tableArn?: string;

  /**
   * The table's Region.
   *
   * @default - that of `tableArn`, or the stack's own
   */
  readonly region?: string;

  /**
   * The customer's key that encrypts the table. Without it, grants hold no KMS
   * action, and a table that has such a key cannot be read.
   *
   * @default - the table is encrypted by a key of AWS
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The Regions of the table's replicas.
   *
   * @default - none
   */
  readonly replicaRegions?: string[];

  /**
   * The ARNs of the customer's keys that encrypt the replicas, by Region.
   *
   * @default - the replicas are encrypted by keys of AWS
   */
  readonly replicaKeyArns?: { [region: string]: string };
}
