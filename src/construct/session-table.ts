import { RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct, IConstruct } from 'constructs';
import { ISessionTable } from './i-session-table';
import { ImportedSessionTable } from './imported-session-table';
import { sameNameCheck } from './same-name-check';
import { sessionBundling } from './session-bundling';
import { SessionTableAttributes } from './session-table-attributes';
import { SessionTableBase } from './session-table-base';
import { SessionTableProps } from './session-table-props';
import { replicaArns, SessionTarget } from './session-target';
import { checkTableProps, recovery, warnOfReturningSessions } from './table-props-check';
import { KEY_ATTRIBUTE, TTL_ATTRIBUTE } from '../contract';

/**
 * A DynamoDB table of web sessions, billed on demand unless told otherwise.
 *
 * The partition key `sid` (binary) and the TTL attribute `exp` are what the
 * runtime of this package expects, and are fixed.
 */
export class SessionTable extends SessionTableBase {
  /**
   * A table of this account and Region that another stack made.
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
   * A table of this account that another stack made, with its key, its replicas
   * and the options that it was given there.
   *
   * @param scope the parent, usually `this`
   * @param id the construct's id
   * @param attributes what identifies the table, and its options
   */
  public static fromSessionTableAttributes(scope: Construct, id: string, attributes: SessionTableAttributes): ISessionTable {
    return new ImportedSessionTable(scope, id, attributes);
  }

  /**
   * The `bundling` of a NodejsFunction that gives the smallest and fastest bundle
   * of handler and runtime: an ES module, minified, of the packages' ES modules,
   * with the AWS SDK inside. The SDK of the Lambda runtime starts more slowly than
   * the part of it that sessions need.
   *
   * @param overrides what to set otherwise, or besides
   */
  public static bundling(overrides?: BundlingOptions): BundlingOptions {
    return sessionBundling(overrides);
  }

  /** The table itself, for what this construct does not cover. */
  public readonly table: dynamodb.TableV2;

  /** @internal */
  protected readonly _target: SessionTarget;

  /** @internal */
  public readonly _physicalName: string | undefined;

  public constructor(scope: Construct, id: string, props: SessionTableProps = {}) {
    super(scope, id, props);
    checkTableProps(this, props);
    warnOfReturningSessions(this, props);
    this.table = new dynamodb.TableV2(this, 'Resource', tableProps(this, props));
    for (const [name, value] of Object.entries(props.tags ?? {})) Tags.of(this.table).add(name, value);
    this._target = target(this, props);
    this._physicalName = props.tableName;
    if (this._physicalName !== undefined) this.node.addValidation(sameNameCheck(this, isSessionTable));
  }

  /** The ARN of the table. */
  public get tableArn(): string {
    return this.table.tableArn;
  }

  /** The name of the table. */
  public get tableName(): string {
    return this.table.tableName;
  }

  /** The customer's key that encrypts the table, where there is one. */
  public get encryptionKey(): kms.IKey | undefined {
    return this.table.encryptionKey;
  }
}

function isSessionTable(node: IConstruct): node is SessionTable {
  return node instanceof SessionTable;
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
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    contributorInsightsSpecification: props.contributorInsights && { enabled: true, mode: props.contributorInsights },
    tableClass: props.tableClass,
  };
}

function target({ table }: SessionTable, { encryption, replicas = [] }: SessionTableProps): SessionTarget {
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
