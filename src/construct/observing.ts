import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { checkDuration, refuse, refuseUnknownProps } from './checks';
import { differ } from './grants';
import type { ISessionTable } from './session-table';
import { OPERATIONS } from '../contract';
import { NamesOf } from '../option-rule';

/** Properties of the alarms of a session table. */
export interface SessionAlarmsProps {
  /**
   * What happens when an alarm goes off, and again when it is over.
   *
   * @default - nothing but the alarm's own state
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * How many throttled requests in a minute are too many: a whole number, 1 or more.
   *
   * Three such minutes out of five set off the alarm.
   *
   * @default 1
   */
  readonly throttleEvents?: number;

  /**
   * How many errors on DynamoDB's side in a minute are too many: a whole number, 1 or more.
   *
   * Three such minutes out of five set off the alarm.
   *
   * @default 5
   */
  readonly systemErrors?: number;

  /**
   * The average latency of GetItem, and of UpdateItem, that is too long: 1 millisecond or more.
   *
   * Ten such minutes in a row set off the alarm.
   *
   * @default Duration.millis(20)
   */
  readonly latency?: Duration;
}

/** The props by name; the compiler reports a forgotten one. */
const ALARM_PROPS: NamesOf<keyof SessionAlarmsProps> = {
  actions: {},
  throttleEvents: {},
  systemErrors: {},
  latency: {},
};

/** What the runtime calls: a sign-in is a transaction, which needs no action beyond those of its parts. */
const CALLS = [...OPERATIONS, 'TransactWriteItems'] as const;

const MINUTE = { period: Duration.minutes(1) };
const SUSTAINED = { evaluationPeriods: 5, datapointsToAlarm: 3 };

/** The alarms of a session table. Their defaults and the reasons are in `docs/alarms.md`. */
export class SessionAlarms extends Construct {
  /** Goes off when requests are throttled, before visitors get 503. */
  public readonly throttleEvents: cloudwatch.Alarm;

  /** Goes off when DynamoDB itself fails. */
  public readonly systemErrors: cloudwatch.Alarm;

  /** Goes off when sessions open slowly. */
  public readonly readLatency: cloudwatch.Alarm;

  /** Goes off when sessions are saved slowly. */
  public readonly writeLatency: cloudwatch.Alarm;

  public constructor(scope: Construct, id: string, table: ISessionTable, props: SessionAlarmsProps = {}) {
    super(scope, id);
    refuseUnknownProps(this, props, ALARM_PROPS);
    const latency = millis(this, props.latency ?? Duration.millis(20));
    this.throttleEvents = table.metricThrottleEvents(MINUTE).createAlarm(this, 'ThrottleEvents', {
      alarmDescription:
        'Session table: requests are throttled. Retries hide it at first; then visitors get 503. See docs/alarms.md.',
      threshold: wholeNumber(this, 'throttleEvents', props.throttleEvents ?? 1),
      ...SUSTAINED,
      ...common(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
    });
    this.systemErrors = table.metricSystemErrors(MINUTE).createAlarm(this, 'SystemErrors', {
      alarmDescription: 'Session table: DynamoDB fails with errors of its own. See docs/alarms.md.',
      threshold: wholeNumber(this, 'systemErrors', props.systemErrors ?? 5),
      ...SUSTAINED,
      ...common(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
    });
    this.readLatency = this.latencyAlarm('ReadLatency', table, Operation.GET_ITEM, latency);
    this.writeLatency = this.latencyAlarm('WriteLatency', table, Operation.UPDATE_ITEM, latency);
    this.act(props.actions ?? []);
  }

  private latencyAlarm(id: string, table: ISessionTable, operation: Operation, threshold: number): cloudwatch.Alarm {
    return table.metricLatency(operation, MINUTE).createAlarm(this, id, {
      alarmDescription:
        `Session table: ${operation} has taken more than ${threshold} ms on average for 10 minutes. ` +
        'See docs/alarms.md.',
      threshold,
      evaluationPeriods: 10,
      ...common(cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD),
    });
  }

  private act(actions: cloudwatch.IAlarmAction[]): void {
    for (const alarm of [this.throttleEvents, this.systemErrors, this.readLatency, this.writeLatency]) {
      alarm.addAlarmAction(...actions);
      alarm.addOkAction(...actions);
    }
  }
}

/** A table that nobody uses has no data, which is not a fault. */
function common(comparisonOperator: cloudwatch.ComparisonOperator) {
  return { comparisonOperator, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };
}

function wholeNumber(scope: Construct, prop: string, value: number): number {
  if (Token.isUnresolved(value) || (Number.isSafeInteger(value) && value >= 1)) return value;
  return refuse(scope, { prop, value, allowed: 'a whole number, 1 or more' });
}

function millis(scope: Construct, value: Duration): number {
  checkDuration(scope, 'latency', value);
  const count = value.toMilliseconds({ integral: false });
  if (Token.isUnresolved(count) || count >= 1) return count;
  return refuse(scope, { prop: 'latency', shown: `${count} milliseconds`, allowed: '1 millisecond or more' });
}

/** A dashboard of what a session table does, over the last 24 hours unless the props say otherwise. */
export function sessionDashboard(table: ISessionTable, props: cloudwatch.DashboardProps = {}): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(table, 'Dashboard', { defaultInterval: Duration.hours(24), ...props });
  dashboard.addWidgets(...load(table));
  dashboard.addWidgets(...faults(table));
  return dashboard;
}

function load(table: ISessionTable): cloudwatch.IWidget[] {
  return [
    graph(table, 'Consumed units', [
      table.metricConsumedReadCapacityUnits({ label: 'Reads' }),
      table.metricConsumedWriteCapacityUnits({ label: 'Writes' }),
    ]),
    graph(table, 'Latency (ms)', CALLS.map((operation) => table.metricLatency(operation as Operation))),
    graph(table, 'Sessions deleted after their end', [table.metricTimeToLiveDeletions({ label: 'Deleted by TTL' })]),
  ];
}

function faults(table: ISessionTable): cloudwatch.IWidget[] {
  return [
    graph(table, 'Throttled requests', [table.metricThrottleEvents()]),
    graph(table, 'System errors', [table.metricSystemErrors()]),
    graph(table, 'Writes refused: the session had ended or changed', [table.metricRefusedWrites({ label: 'Refused' })]),
  ];
}

function graph(table: ISessionTable, title: string, left: cloudwatch.IMetric[]): cloudwatch.IWidget {
  const region = Stack.of(table).region;
  return new cloudwatch.GraphWidget({ title, left, width: 8, region, leftYAxis: { min: 0 } });
}

/** Which table's metrics, and where it is. */
export interface MetricSource {
  readonly scope: Construct;
  readonly tableName: string;
  readonly region: string;
}

/** One metric of a table, in the table's Region; a sum over 5 minutes unless the options say otherwise. */
export function tableMetric(
  source: MetricSource,
  metricName: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  const elsewhere = differ(source.region, Stack.of(source.scope).region);
  return new cloudwatch.Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    statistic: cloudwatch.Stats.SUM,
    ...(elsewhere ? { region: source.region } : {}),
    ...options,
    dimensionsMap: { TableName: source.tableName, ...options.dimensionsMap },
  }).attachTo(source.scope);
}

/** Metrics by the names that an expression gives them. */
type NamedMetrics = { [name: string]: cloudwatch.Metric };

/** Several metrics of a table, added up; one without data counts as zero. */
export function sumOf(metrics: NamedMetrics, options: cloudwatch.MetricOptions = {}): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: Object.keys(metrics).map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: metrics,
    period: options.period ?? Duration.minutes(5),
    label: options.label,
    color: options.color,
  });
}

/** One metric for each operation that the runtime calls. */
export function byOperation(
  source: MetricSource,
  metricName: string,
  options?: cloudwatch.MetricOptions,
): NamedMetrics {
  const entries = CALLS.map((operation) => {
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    return [name, tableMetric(source, metricName, { ...options, dimensionsMap: { Operation: operation } })] as const;
  });
  return Object.fromEntries(entries);
}
