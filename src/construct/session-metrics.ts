import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { differ } from './session-target';
import { OPERATIONS } from '../contract';

/** Which table's metrics, and where it is. */
export interface MetricSource {
  readonly scope: Construct;
  readonly tableName: string;
  readonly region: string;
}

/** One metric of a table, in the table's Region; a sum over 5 minutes unless the options say otherwise. */
export function tableMetric(source: MetricSource, metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
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

/** Several metrics of a table, added up; one without data counts as zero. */
export function sumOf(metrics: { [name: string]: cloudwatch.Metric }, options: cloudwatch.MetricOptions = {}): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: Object.keys(metrics).map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: metrics,
    period: options.period ?? Duration.minutes(5),
    label: options.label,
    color: options.color,
  });
}

/** One metric for each operation that the runtime calls. */
export function byOperation(source: MetricSource, metricName: string, options?: cloudwatch.MetricOptions): { [name: string]: cloudwatch.Metric } {
  const entries = OPERATIONS.map((operation) => {
    const name = operation.charAt(0).toLowerCase() + operation.slice(1);
    return [name, tableMetric(source, metricName, { ...options, dimensionsMap: { Operation: operation } })] as const;
  });
  return Object.fromEntries(entries);
}
