import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { IEnvironmentReceiver } from './environment-receiver';
import { SessionAccess } from './session-access';
import type { SessionAlarms } from './session-alarms';
import { SessionAlarmsProps } from './session-alarms-props';

/** A table of web sessions, of this app or imported. */
export interface ISessionTable extends IConstruct {
  /** The ARN of the table. */
  readonly tableArn: string;

  /** The name of the table. */
  readonly tableName: string;

  /** The customer's key that encrypts the table, where there is one. */
  readonly encryptionKey?: kms.IKey;

  /**
   * The environment variables that the runtime reads, for what takes them neither
   * by a grant nor by `addEnvironment`. For the stack of this construct, and for
   * reading and writing.
   */
  readonly environment: { [name: string]: string };

  /**
   * Writes the variables that the runtime reads into what runs it, such as a
   * container of an ECS task. A receiver that may write keeps that, in whatever
   * order the calls come.
   *
   * @param receiver a Lambda function, an ECS container
   * @param access what its IAM role may do; reading and writing unless told otherwise
   */
  addEnvironment(receiver: IEnvironmentReceiver, access?: SessionAccess): void;

  /**
   * Lets the grantee use sessions: GetItem, PutItem, UpdateItem and DeleteItem on
   * this table and its replicas, what DynamoDB then needs of the customer's keys,
   * and nothing else. A Lambda function gets the environment too.
   *
   * @param grantee a Lambda function, or a role or user of the table's own account
   */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets the grantee open sessions: GetItem, and what it needs of the customer's
   * keys. A Lambda function gets the environment too, and the runtime in it
   * neither extends nor changes a session. `grantReadWrite` to the same grantee
   * goes before this, in either order.
   *
   * @param grantee a Lambda function, or a role or user of the table's own account
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /** Any metric of DynamoDB that has the table's name for its only dimension, a sum over 5 minutes unless the options say otherwise. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** The read units consumed, a sum over 5 minutes unless the options say otherwise. */
  metricConsumedReadCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** The write units consumed, a sum over 5 minutes unless the options say otherwise. */
  metricConsumedWriteCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Throttled reads and writes together, a sum over 5 minutes unless the options say otherwise. */
  metricThrottleEvents(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression;

  /** Errors on DynamoDB's side in the four operations that the runtime calls, a sum over 5 minutes unless the options say otherwise. */
  metricSystemErrors(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression;

  /**
   * The time that DynamoDB takes for one of its operations, in milliseconds and
   * without the network, an average over 5 minutes unless the options say otherwise.
   */
  metricLatency(operation: dynamodb.Operation, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Writes that were refused since the session had ended or had moved on, which is
   * how races are settled and no fault. A sum over 5 minutes unless the options say otherwise.
   */
  metricRefusedWrites(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Dead sessions that DynamoDB deleted in the background, a sum over 5 minutes unless the options say otherwise. */
  metricTimeToLiveDeletions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Adds the alarms that a person on call would want for this table, with
   * thresholds that are reasoned in `docs/alarms.md`.
   */
  addAlarms(props?: SessionAlarmsProps): SessionAlarms;

  /** Adds a dashboard of what this table does: load, faults, latency, refused writes and expiry. */
  addDashboard(props?: cloudwatch.DashboardProps): cloudwatch.Dashboard;
}
