import { Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct, IConstruct } from 'constructs';
import { sessionBundling } from './bundling';
import { checkTableProps, recovery, refuseUnknownProps, warnOfReturningSessions } from './checks';
import { IEnvironmentReceiver } from './environment';
import { ExpiryStream } from './expiry';
import { replicaArns, SessionAccess, SessionTarget } from './grants';
import { ImportedSessionTable } from './imported-session-table';
import type { SessionAlarms, SessionAlarmsProps } from './observing';
import { SESSION_OPTIONS, SessionOptions } from './options';
import { SessionTableBase } from './session-table-base';
import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../contract';
import { NamesOf } from '../option-rule';

/** A table of web sessions, defined in this app or imported. */
export interface ISessionTable extends IConstruct {
  /** The ARN of the table. */
  readonly tableArn: string;

  /** The name of the table. */
  readonly tableName: string;

  /** The customer managed key that encrypts the table, if there is one. */
  readonly encryptionKey?: kms.IKey;

  /**
   * The environment variables that the runtime reads.
   *
   * Set them yourself where neither a grant nor `addEnvironment` can. They allow reading and writing, and are made for
   * this construct's stack.
   */
  readonly environment: { [name: string]: string };

  /**
   * Writes the runtime's variables into a function or a container, such as one of an ECS task.
   *
   * A receiver that may write keeps that right, in whatever order you call.
   *
   * @param receiver a Lambda function or an ECS container
   * @param access what its IAM role may do; reading and writing by default
   */
  addEnvironment(receiver: IEnvironmentReceiver, access?: SessionAccess): void;

  /**
   * Lets the grantee use sessions.
   *
   * Allows GetItem, PutItem, UpdateItem and DeleteItem on this table and its replicas, what DynamoDB then needs of
   * customer managed keys, and nothing else. A Lambda function also gets the environment, even through an alias or a
   * version. A grant to a role also lets the functions and containers write that run as this role and have the
   * environment for reading.
   *
   * @param grantee a Lambda function, or a role or user of the table's own account
   */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets the grantee open sessions, but neither extend nor change them.
   *
   * Allows GetItem and what it needs of customer managed keys. A Lambda function also gets the environment.
   * `grantReadWrite` to the same grantee takes precedence over this, in either order.
   *
   * @param grantee a Lambda function, or a role or user of the table's own account
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets the grantee move in the sessions of the table that the runtime's `migrateFrom` names.
   *
   * Allows GetItem and DeleteItem on that table, and decrypting with its customer managed key if it has one. It grants
   * nothing on the session table: call `grantReadWrite` too. Delete this call together with `migrateFrom`.
   *
   * @param grantee a Lambda function, or a role or user of the old table's account
   * @param oldTable the table that held the sessions before, in the Region of this one
   */
  grantMigration(grantee: iam.IGrantable, oldTable: dynamodb.ITable): iam.Grant;

  /**
   * Has Lambda call a function with each session that expired.
   *
   * Write it with `expiredHandler` of `cdk-session-table/expired`. Turns on the table's stream, which holds the data of
   * sessions for 24 hours, and lets only this function read it. DynamoDB deletes a session some time after it expired,
   * which may be days. A session that was signed out or replaced did not expire.
   *
   * Only for a table of this app, and for a function in its account and Region; two functions at most.
   *
   * @param fn the function to call
   * @returns the mapping of the stream to the function, for what this method does not cover
   */
  onExpired(fn: lambda.IFunction): lambda.EventSourceMapping;

  /**
   * Any metric of DynamoDB whose only dimension is the table's name.
   *
   * A sum over 5 minutes unless the options say otherwise.
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** The read units consumed, a sum over 5 minutes unless the options say otherwise. */
  metricConsumedReadCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** The write units consumed, a sum over 5 minutes unless the options say otherwise. */
  metricConsumedWriteCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Throttled reads and writes together, a sum over 5 minutes unless the options say otherwise. */
  metricThrottleEvents(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression;

  /**
   * Errors on DynamoDB's side in the calls that the runtime makes.
   *
   * A sum over 5 minutes unless the options say otherwise.
   */
  metricSystemErrors(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression;

  /**
   * The time that DynamoDB takes for one of its operations, in milliseconds and without the network.
   *
   * An average over 5 minutes unless the options say otherwise.
   */
  metricLatency(operation: dynamodb.Operation, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Writes that were refused because the session had ended or had changed.
   *
   * That is how races are settled, and not a fault. A sum over 5 minutes unless the options say otherwise.
   */
  metricRefusedWrites(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Dead and replaced sessions that DynamoDB deleted in the background.
   *
   * A sum over 5 minutes unless the options say otherwise.
   */
  metricTimeToLiveDeletions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Adds the alarms that a person on call wants for this table.
   *
   * The reasons for the thresholds are in `docs/alarms.md`.
   */
  addAlarms(props?: SessionAlarmsProps): SessionAlarms;

  /** Adds a dashboard of what this table does: load, faults, latency, refused writes and expiry. */
  addDashboard(props?: cloudwatch.DashboardProps): cloudwatch.Dashboard;
}

/** Properties of a SessionTable. */
export interface SessionTableProps extends SessionOptions {
  /**
   * The table's physical name: 3 to 255 letters, digits, `_`, `-` and `.`.
   *
   * Changing it replaces the table, which ends every session. Leave it out unless something outside CDK needs the name.
   *
   * @default - chosen by CloudFormation
   */
  readonly tableName?: string;

  /**
   * How you pay for throughput.
   *
   * Provisioned throughput suits a steady load of known size, which sessions seldom are.
   *
   * @default Billing.onDemand()
   */
  readonly billing?: dynamodb.Billing;

  /**
   * The key that encrypts the table at rest.
   *
   * A customer managed key costs KMS requests and needs a stack with a Region; grants then cover the key and the
   * replicas' keys.
   *
   * @default TableEncryptionV2.dynamoOwnedKey()
   */
  readonly encryption?: dynamodb.TableEncryptionV2;

  /**
   * Replicas in other Regions, for a stack with a Region.
   *
   * You pay for each write in every Region. Across Regions the last writer wins, so a visitor has to stay in one
   * Region: see `docs/global-tables-and-backups.md`.
   *
   * @default - none
   */
  readonly replicas?: dynamodb.ReplicaTableProps[];

  /**
   * How far back the table can be restored, in whole days from 1 to 35.
   *
   * A restored table holds sessions that have ended since the backup: see `docs/global-tables-and-backups.md`.
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
   * What happens to the table when it leaves the stack.
   *
   * By default it is kept, unless the deployment that creates it fails: then the rollback deletes it, so that the next
   * attempt finds no orphan.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Which keys CloudWatch Contributor Insights reports, at a price for each event.
   *
   * It shows keys in plain text: here they are hashes of session ids.
   *
   * @default - off
   */
  readonly contributorInsights?: dynamodb.ContributorInsightsMode;

  /**
   * The table class.
   *
   * Infrequent access makes storage cheaper and requests dearer; sessions are small and often read.
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

/** The props of the table alone; the compiler reports a forgotten one. */
const TABLE_PROPS: NamesOf<Exclude<keyof SessionTableProps, keyof SessionOptions>> = {
  tableName: {},
  billing: {},
  encryption: {},
  replicas: {},
  pointInTimeRecovery: {},
  deletionProtection: {},
  removalPolicy: {},
  contributorInsights: {},
  tableClass: {},
  tags: {},
};

/**
 * What identifies a session table of another stack, and the options that it has there.
 *
 * Every user of a table should have the same options.
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
   * @default - the Region of `tableArn`, or the stack's own
   */
  readonly region?: string;

  /**
   * The customer managed key that encrypts the table.
   *
   * Without it, grants allow no KMS action, and functions cannot read a table that has such a key.
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
   * The ARNs of the customer managed keys that encrypt the replicas, by Region.
   *
   * @default - the replicas are encrypted by keys of AWS
   */
  readonly replicaKeyArns?: { [region: string]: string };
}

/**
 * A DynamoDB table of web sessions, billed on demand by default.
 *
 * The partition key `sid` (binary) and the TTL attribute `exp` are what the runtime of this package expects, and are
 * fixed.
 */
export class SessionTable extends SessionTableBase {
  /**
   * A table of this account and Region that another stack defines.
   *
   * @param scope the parent, usually `this`
   * @param id the construct's id
   * @param tableName the table's name
   */
  public static fromTableName(scope: Construct, id: string, tableName: string): ISessionTable {
    return new ImportedSessionTable(scope, id, { tableName });
  }

  /**
   * A table of this account, in the Region that its ARN names.
   *
   * @param scope the parent, usually `this`
   * @param id the construct's id
   * @param tableArn the table's ARN
   */
  public static fromTableArn(scope: Construct, id: string, tableArn: string): ISessionTable {
    return new ImportedSessionTable(scope, id, { tableArn });
  }

  /**
   * A table of this account that another stack defines, with its key, its replicas and its options.
   *
   * @param scope the parent, usually `this`
   * @param id the construct's id
   * @param attributes what identifies the table, and its options
   */
  public static fromSessionTableAttributes(
    scope: Construct,
    id: string,
    attributes: SessionTableAttributes,
  ): ISessionTable {
    return new ImportedSessionTable(scope, id, attributes);
  }

  /**
   * The `bundling` of a NodejsFunction that gives the smallest and fastest bundle of handler and runtime.
   *
   * A minified ES module made of the packages' ES modules, with the AWS SDK inside. The SDK of the Lambda runtime
   * starts more slowly than the part of it that sessions need.
   *
   * @param overrides settings that replace these or add to them
   */
  public static bundling(overrides?: BundlingOptions): BundlingOptions {
    return sessionBundling(overrides);
  }

  /** The table itself, for what this construct does not cover. */
  public readonly table: dynamodb.TableV2;

  /** @internal */
  protected readonly _target: SessionTarget;

  private readonly expiry: ExpiryStream;

  public constructor(scope: Construct, id: string, props: SessionTableProps = {}) {
    super(scope, id, props);
    refuseUnknownProps(this, props, { ...SESSION_OPTIONS, ...TABLE_PROPS });
    checkTableProps(this, props);
    warnOfReturningSessions(this, props);
    this.table = new dynamodb.TableV2(this, 'Resource', tableProps(this, props));
    for (const [name, value] of Object.entries(props.tags ?? {})) Tags.of(this.table).add(name, value);
    this._target = target(this.table, props);
    const { _target, encryptionKey } = this;
    this.expiry = new ExpiryStream(this.table, { scope: this, target: _target, encryptionKey });
  }

  public onExpired(fn: lambda.IFunction): lambda.EventSourceMapping {
    return this.expiry.addReader(fn);
  }

  /** The ARN of the table. */
  public get tableArn(): string {
    return this.table.tableArn;
  }

  /** The name of the table. */
  public get tableName(): string {
    return this.table.tableName;
  }

  /** The customer managed key that encrypts the table, if there is one. */
  public get encryptionKey(): kms.IKey | undefined {
    return this.table.encryptionKey;
  }
}

function tableProps(scope: Construct, props: SessionTableProps): dynamodb.TablePropsV2 {
  return {
    partitionKey: { name: KEY_ATTRIBUTE, type: dynamodb.AttributeType.BINARY },
    timeToLiveAttribute: TTL_ATTRIBUTE,
    billing: props.billing ?? dynamodb.Billing.onDemand(),
    tableName: props.tableName,
    encryption: props.encryption,
    replicas: props.replicas,
    pointInTimeRecoverySpecification: recovery(scope, props.pointInTimeRecovery),
    deletionProtection: props.deletionProtection,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    contributorInsightsSpecification: props.contributorInsights && { enabled: true, mode: props.contributorInsights },
    tableClass: props.tableClass,
  };
}

function target(table: dynamodb.TableV2, { encryption, replicas = [] }: SessionTableProps): SessionTarget {
  const { account, region } = Stack.of(table);
  const replicaRegions = replicas.map((replica) => replica.region);
  return {
    account,
    region,
    replicaRegions,
    tableArns: [table.tableArn, ...replicaArns(table, table.tableName, replicaRegions)],
    replicaKeyArns: replicaRegions.flatMap((replica) => encryption?.replicaKeyArns?.[replica] ?? []),
  };
}
