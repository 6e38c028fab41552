import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { SessionOptions } from './session-options';

/** Properties of a SessionTable. */
export interface SessionTableProps extends SessionOptions {
  /**
   * The table's physical name: 3 to 255 letters, digits, `_`, `-` and `.`.
   *
   * A change of it replaces the table, which ends every session. Leave it out
   * unless something outside of CDK has to know it.
   *
   * @default - made by CloudFormation
   */
  readonly tableName?: string;

  /**
   * How throughput is paid for. Capacities and maxima are whole numbers of units
   * a second, 1 or more. Provisioned throughput suits a steady load of known
   * size; sessions seldom are that.
   *
   * @default Billing.onDemand()
   */
  readonly billing?: dynamodb.Billing;

  /**
   * The key that encrypts the table at rest. A customer's key costs KMS requests,
   * and needs a stack with a Region; grants then cover the key and the replicas' keys.
   *
   * @default TableEncryptionV2.dynamoOwnedKey()
   */
  readonly encryption?: dynamodb.TableEncryptionV2;

  /**
   * Replicas in other Regions, for a stack with a Region. Each write is paid for
   * once a Region. The last writer wins across Regions, so an ended session can
   * come back: see `docs/global-tables-and-backups.md`.
   *
   * @default - none
   */
  readonly replicas?: dynamodb.ReplicaTableProps[];

  /**
   * How far back the table can be restored, in whole days from 1 to 35. A
   * restored table holds sessions that have ended since: see
   * `docs/global-tables-and-backups.md`.
   *
   * @default - off: a lost session costs one sign-in, a kept one may be misused
   */
  readonly pointInTimeRecovery?: Duration;

  /**
   * Whether DynamoDB refuses to delete the table.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * What becomes of the table when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Which keys CloudWatch Contributor Insights reports, at a price for each event.
   * It shows keys in plain text: here they are hashes of session ids.
   *
   * @default - off
   */
  readonly contributorInsights?: dynamodb.ContributorInsightsMode;

  /**
   * The table class. Infrequent access makes storage cheaper and requests
   * dearer; sessions are small and often read.
   *
   * @default TableClass.STANDARD
   */
  readonly tableClass?: dynamodb.TableClass;

  /**
   * Tags of the table and of its replicas, by name.
   *
   * @default - none
   */
  readonly tags?: { [name: string]: string };
}
