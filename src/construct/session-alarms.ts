import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ISessionTable } from './i-session-table';
import { refuse } from './refusal';
import { SessionAlarmsProps } from './session-alarms-props';

const MINUTE = { period: Duration.minutes(1) };
const SUSTAINED = { evaluationPeriods: 5, datapointsToAlarm: 3 };

/** The alarms of a session table. Their defaults and reasons are in `docs/alarms.md`. */
export class SessionAlarms extends Construct {
  /** Requests are throttled: visitors will soon get 503. */
  public readonly throttleEvents: cloudwatch.Alarm;

  /** DynamoDB itself fails. */
  public readonly systemErrors: cloudwatch.Alarm;

  /** Sessions open slowly. */
  public readonly readLatency: cloudwatch.Alarm;

  /** Sessions are saved slowly. */
  public readonly writeLatency: cloudwatch.Alarm;

  public constructor(scope: Construct, id: string, table: ISessionTable, props: SessionAlarmsProps = {}) {
    super(scope, id);
    const latency = millis(this, props.latency ?? Duration.millis(20));
    this.throttleEvents = table.metricThrottleEvents(MINUTE).createAlarm(this, 'ThrottleEvents', {
      alarmDescription: 'Session table: requests are throttled. Retries hide it at first; then visitors get 503. See docs/alarms.md.',
      threshold: wholeNumber(this, 'throttleEvents', props.throttleEvents ?? 1),
      ...SUSTAINED,
      ...common(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
    });
    this.systemErrors = table.metricSystemErrors(MINUTE).createAlarm(this, 'SystemErrors', {
      alarmDescription: 'Session table: DynamoDB answers with errors of its own. See docs/alarms.md.',
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
      alarmDescription: `Session table: ${operation} has taken more than ${threshold} ms on average for 10 minutes. See docs/alarms.md.`,
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

/** A table that nobody uses has no data, and that is no fault. */
function common(comparisonOperator: cloudwatch.ComparisonOperator) {
  return { comparisonOperator, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };
}

function wholeNumber(scope: Construct, prop: string, value: number): number {
  if (Token.isUnresolved(value) || (Number.isSafeInteger(value) && value >= 1)) return value;
  return refuse(scope, { prop, value, allowed: 'a whole number, 1 or more' });
}

function millis(scope: Construct, value: Duration): number {
  const count = value.toMilliseconds({ integral: false });
  if (Token.isUnresolved(count) || count >= 1) return count;
  return refuse(scope, { prop: 'latency', shown: `${count} milliseconds`, allowed: '1 millisecond or more' });
}
