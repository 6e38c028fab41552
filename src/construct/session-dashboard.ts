import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { ISessionTable } from './i-session-table';
import { OPERATIONS } from '../contract';

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
    graph(table, 'Latency (ms)', OPERATIONS.map((operation) => table.metricLatency(operation as Operation))),
    graph(table, 'Sessions deleted after their end', [table.metricTimeToLiveDeletions({ label: 'Deleted by TTL' })]),
  ];
}

function faults(table: ISessionTable): cloudwatch.IWidget[] {
  return [
    graph(table, 'Throttled requests', [table.metricThrottleEvents()]),
    graph(table, 'System errors', [table.metricSystemErrors()]),
    graph(table, 'Writes refused: the session had ended or moved on', [table.metricRefusedWrites({ label: 'Refused' })]),
  ];
}

function graph(table: ISessionTable, title: string, left: cloudwatch.IMetric[]): cloudwatch.IWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8, region: Stack.of(table).region, leftYAxis: { min: 0 } });
}
