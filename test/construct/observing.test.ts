import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ACCOUNT, HERE, makeStack } from './fixture';
import { ISessionTable, SessionAlarmsProps, SessionTable } from '../../src';

function withAlarms(props?: SessionAlarmsProps) {
  const stack = makeStack();
  const alarms = new SessionTable(stack, 'Sessions').addAlarms(props);
  return { stack, alarms, template: Template.fromStack(stack) };
}

const shape = (metric: cloudwatch.IMetric, stack: Stack) => stack.resolve(metric.toMetricConfig().metricStat) as Record<string, unknown>;

test.each<[string, (sessions: ISessionTable) => cloudwatch.Metric]>([
  ['ConsumedReadCapacityUnits', (sessions) => sessions.metricConsumedReadCapacityUnits()],
  ['ConsumedWriteCapacityUnits', (sessions) => sessions.metricConsumedWriteCapacityUnits()],
  ['ConditionalCheckFailedRequests', (sessions) => sessions.metricRefusedWrites()],
  ['TimeToLiveDeletedItemCount', (sessions) => sessions.metricTimeToLiveDeletions()],
])('%s is a sum over the table alone', (metricName, metricOf) => {
  const stack = makeStack();
  const metric = metricOf(new SessionTable(stack, 'Sessions'));
  expect(shape(metric, stack)).toMatchObject({
    namespace: 'AWS/DynamoDB',
    metricName,
    statistic: 'Sum',
    dimensions: [{ name: 'TableName', value: { Ref: expect.stringMatching(/^Sessions/) } }],
  });
  expect(metric.period).toEqual(Duration.minutes(5));
});

test('latency is the average of one operation', () => {
  const stack = makeStack();
  const metric = new SessionTable(stack, 'Sessions').metricLatency(Operation.GET_ITEM, { statistic: 'p99' });
  expect(shape(metric, stack)).toMatchObject({
    metricName: 'SuccessfulRequestLatency',
    statistic: 'p99',
    dimensions: [{ name: 'Operation', value: 'GetItem' }, { name: 'TableName', value: expect.anything() }],
  });
});

test('system errors are those of the calls that the runtime makes, a sign-in\'s transaction among them', () => {
  const metric = new SessionTable(makeStack(), 'Sessions').metricSystemErrors();
  expect(metric.expression).toBe('FILL(getItem, 0) + FILL(putItem, 0) + FILL(updateItem, 0) + FILL(deleteItem, 0) + FILL(transactWriteItems, 0)');
});

test('throttle events are those of reads and writes', () => {
  const metric = new SessionTable(makeStack(), 'Sessions').metricThrottleEvents();
  expect(metric.expression).toBe('FILL(reads, 0) + FILL(writes, 0)');
});

test('metrics of an imported table are read in its Region', () => {
  const stack = makeStack(HERE);
  const sessions = SessionTable.fromTableArn(stack, 'Old', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/old-sessions`);
  expect(shape(sessions.metricConsumedReadCapacityUnits(), stack)).toMatchObject({
    region: 'us-east-1',
    dimensions: [{ name: 'TableName', value: 'old-sessions' }],
  });
});

test('addAlarms makes four alarms, with the thresholds of docs/alarms.md', () => {
  const { template } = withAlarms();
  template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties: p }]) => ({
    id: id.replace(/^SessionsAlarms|[0-9A-F]{8}$/g, ''),
    rule: [p.ComparisonOperator, p.Threshold, p.DatapointsToAlarm, p.EvaluationPeriods, p.TreatMissingData].join(' '),
  }));
  expect(alarms).toEqual([
    { id: 'ThrottleEvents', rule: 'GreaterThanOrEqualToThreshold 1 3 5 notBreaching' },
    { id: 'SystemErrors', rule: 'GreaterThanOrEqualToThreshold 5 3 5 notBreaching' },
    { id: 'ReadLatency', rule: 'GreaterThanThreshold 20  10 notBreaching' },
    { id: 'WriteLatency', rule: 'GreaterThanThreshold 20  10 notBreaching' },
  ]);
});

test('alarms look at one minute at a time', () => {
  const { template } = withAlarms();
  for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
    const periods = JSON.stringify(Properties).match(/"Period":\d+/g);
    expect(new Set(periods)).toEqual(new Set(['"Period":60']));
  }
});

test('thresholds of the props take the place of the defaults', () => {
  const { template } = withAlarms({ throttleEvents: 10, systemErrors: 20, latency: Duration.millis(50) });
  const thresholds = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties.Threshold as number);
  expect(thresholds).toEqual([10, 20, 50, 50]);
});

test('the actions follow an alarm and its end', () => {
  const stack = makeStack();
  const topic = new sns.Topic(stack, 'OnCall');
  new SessionTable(stack, 'Sessions').addAlarms({ actions: [new actions.SnsAction(topic)] });
  const ref = [{ Ref: Match.stringLikeRegexp('^OnCall') }];
  Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: ref, OKActions: ref });
});

test('thresholds that no count can reach, or every count reaches, are refused', () => {
  expect(() => withAlarms({ throttleEvents: 0 })).toThrow('Stack/Sessions/Alarms: throttleEvents is 0; allowed: a whole number, 1 or more');
  expect(() => withAlarms({ systemErrors: NaN })).toThrow(/systemErrors is NaN/);
  expect(() => withAlarms({ latency: Duration.millis(0) })).toThrow(/latency is 0 milliseconds; allowed: 1 millisecond or more/);
});

test('addDashboard makes one dashboard with load, faults and expiry', () => {
  const stack = makeStack(HERE);
  new SessionTable(stack, 'Sessions').addDashboard({ dashboardName: 'sessions' });
  const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  expect(dashboard!.Properties.DashboardName).toBe('sessions');
  const body = JSON.stringify(dashboard!.Properties.DashboardBody);
  for (const metric of [
    'ConsumedReadCapacityUnits',
    'ConsumedWriteCapacityUnits',
    'SuccessfulRequestLatency',
    'TimeToLiveDeletedItemCount',
    'ReadThrottleEvents',
    'SystemErrors',
    'ConditionalCheckFailedRequests',
  ]) {
    expect(body).toContain(metric);
  }
});
