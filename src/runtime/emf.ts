/**
 * Metrics of sessions in CloudWatch, without a call and without a package.
 *
 * @packageDocumentation
 */
import { systemClock } from './clock';
import type { SessionEvent } from './options/session-event';

/** Options of the metrics. */
export interface EmfOptions {
  /**
   * The namespace of the metrics, such as `Shop/Sessions`: 1 to 255 of the letters, digits, space and `.-_/#:`, and not
   * `AWS/…`.
   */
  readonly namespace: string;
  /** Takes each line, which has no line break. @default - standard output, which Lambda hands to CloudWatch Logs */
  readonly write?: (line: string) => void;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html for what a namespace may be */
const NAMESPACE = /^(?!AWS\/|:)[\w.\-/#: ]{1,255}$/;

/**
 * Makes a listener for `onEvent` that writes each event as one line in CloudWatch's embedded metric format.
 *
 * The only dimension is `Event`, the event's type, so the number of metrics stays small. `Events` counts events; each
 * number in an event, such as its milliseconds, is a metric too. `ref` is in the line for Logs Insights, and in no
 * metric.
 *
 * ```ts
 * const sessions = sessionFactory({ onEvent: emfEvents({ namespace: 'Shop/Sessions' }) });
 * ```
 *
 * @throws TypeError for a namespace that CloudWatch does not accept
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfEvents(options: EmfOptions): (event: SessionEvent) => void {
  const { namespace, write = toStandardOutput } = Object(options) as EmfOptions;
  if (typeof namespace !== 'string' || !NAMESPACE.test(namespace)) {
    throw new TypeError(
      'emfEvents: namespace is not usable; allowed are 1 to 255 of the letters, digits, space and .-_/#: that do not begin with "AWS/" or ":".',
    );
  }
  return (event) => write(lineOf(event, namespace, systemClock.now()));
}

function lineOf(event: SessionEvent, namespace: string, now: number): string {
  const numbers = Object.entries(event).filter(([, value]) => typeof value === 'number' && Number.isFinite(value));
  const metrics = numbers.map(([name]) => ({
    Name: metricName(name),
    Unit: name === 'milliseconds' ? 'Milliseconds' : 'Count',
  }));
  return JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [['Event']], Metrics: [{ Name: 'Events', Unit: 'Count' }, ...metrics] },
      ],
    },
    Event: event.type,
    Events: 1,
    ...Object.fromEntries(numbers.map(([name, value]) => [metricName(name), value])),
    ...(event.ref !== undefined && { ref: event.ref }),
  });
}

/** `writeUnits` becomes `WriteUnits`, as CloudWatch's own metrics are written. */
function metricName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Bypasses the console: Lambda puts a time and a request id before its lines, which breaks the format. */
function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}
