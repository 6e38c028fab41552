import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { checkObject } from './checks';
import { IEnvironmentReceiver, SessionEnvironment } from './environment';
import { grantMigration, grantSessions, SessionAccess, SessionTarget } from './grants';
import {
  byOperation,
  MetricSource,
  SessionAlarms,
  SessionAlarmsProps,
  sessionDashboard,
  sumOf,
  tableMetric,
} from './observing';
import { sharedOptions, SessionOptions } from './options';
import type { ISessionTable } from './session-table';

/** What a session table of this app and an imported one have in common. */
export abstract class SessionTableBase extends Construct implements ISessionTable {
  public abstract readonly tableArn: string;
  public abstract readonly tableName: string;
  public abstract readonly encryptionKey?: kms.IKey;

  /** @internal */
  protected abstract readonly _target: SessionTarget;

  private readonly variables: SessionEnvironment;

  public constructor(scope: Construct, id: string, options: SessionOptions = {}) {
    super(scope, id);
    checkObject(this, options);
    this.variables = new SessionEnvironment({
      scope: this,
      prefix: options.envPrefix,
      options: sharedOptions(this, options),
      tableName: () => this.tableName,
      target: () => this._target,
    });
  }

  public get environment(): { [name: string]: string } {
    return this.variables.variables(this);
  }

  public addEnvironment(receiver: IEnvironmentReceiver, access: SessionAccess = SessionAccess.READ_WRITE): void {
    this.variables.write(receiver, access);
  }

  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, SessionAccess.READ_WRITE);
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, SessionAccess.READ);
  }

  public grantMigration(grantee: iam.IGrantable, oldTable: dynamodb.ITable): iam.Grant {
    return grantMigration({ scope: this, target: this._target, encryptionKey: undefined }, grantee, oldTable);
  }

  public abstract onExpired(fn: lambda.IFunction): lambda.EventSourceMapping;

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return tableMetric(this.metricSource, metricName, options);
  }

  public metricConsumedReadCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ConsumedReadCapacityUnits', options);
  }

  public metricConsumedWriteCapacityUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ConsumedWriteCapacityUnits', options);
  }

  public metricThrottleEvents(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression {
    const reads = this.metric('ReadThrottleEvents', options);
    const writes = this.metric('WriteThrottleEvents', options);
    return sumOf({ reads, writes }, { label: 'Throttled requests', ...options });
  }

  public metricSystemErrors(options?: cloudwatch.MetricOptions): cloudwatch.MathExpression {
    return sumOf(byOperation(this.metricSource, 'SystemErrors', options), { label: 'System errors', ...options });
  }

  public metricLatency(operation: dynamodb.Operation, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('SuccessfulRequestLatency', {
      statistic: cloudwatch.Stats.AVERAGE,
      label: operation,
      ...options,
      dimensionsMap: { Operation: operation },
    });
  }

  public metricRefusedWrites(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ConditionalCheckFailedRequests', options);
  }

  public metricTimeToLiveDeletions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('TimeToLiveDeletedItemCount', options);
  }

  public addAlarms(props?: SessionAlarmsProps): SessionAlarms {
    return new SessionAlarms(this, 'Alarms', this, props);
  }

  public addDashboard(props?: cloudwatch.DashboardProps): cloudwatch.Dashboard {
    return sessionDashboard(this, props);
  }

  private get metricSource(): MetricSource {
    return { scope: this, tableName: this.tableName, region: this._target.region };
  }

  private grant(grantee: iam.IGrantable, access: SessionAccess): iam.Grant {
    const { _target: target, encryptionKey } = this;
    const grant = grantSessions({ scope: this, target, encryptionKey }, grantee, access);
    this.variables.follow(grantee, access);
    return grant;
  }
}
