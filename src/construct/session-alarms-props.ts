import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Properties of the alarms of a session table. */
export interface SessionAlarmsProps {
  /**
   * What happens when an alarm goes off, and again when it is over.
   *
   * @default - nothing but the alarm's own state
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * How many throttled requests in a minute are too many; in three minutes of
   * five they set off the alarm. A whole number, 1 or more.
   *
   * @default 1
   */
  readonly throttleEvents?: number;

  /**
   * How many errors on DynamoDB's side in a minute are too many; in three minutes
   * of five they set off the alarm. A whole number, 1 or more.
   *
   * @default 5
   */
  readonly systemErrors?: number;

  /**
   * The average latency of GetItem, and of UpdateItem, that is too long; in ten
   * minutes of ten it sets off the alarm. 1 millisecond or more.
   *
   * @default Duration.millis(20)
   */
  readonly latency?: Duration;
}
