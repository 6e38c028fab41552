import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Billing, Capacity, TableEncryptionV2 } from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HERE, makeStack } from './fixture';
import { SessionTable, SessionTableProps } from '../../src';

const FAR = 'eu-central-1';
const KEY = `arn:aws:kms:eu-west-1:${HERE.account}:key/1`;
const autoscaled = (maxCapacity: number) => Capacity.autoscaled({ maxCapacity });
const provisioned = (reads: number, writes = 10) => Billing.provisioned({ readCapacity: Capacity.fixed(reads), writeCapacity: autoscaled(writes) });

function synth(props: SessionTableProps, env?: typeof HERE): Template {
  const stack = makeStack(env);
  new SessionTable(stack, 'Sessions', props);
  return Template.fromStack(stack);
}

const refusals = (props: SessionTableProps, env?: typeof HERE) => expect(() => synth(props, env));

test('capacity for a replica is refused when billing is on demand', () => {
  refusals({ replicas: [{ region: FAR, readCapacity: Capacity.fixed(5) }] }, HERE).toThrow(/readCapacity/);
});

test('a maximum for a replica is refused when billing is provisioned', () => {
  refusals({ billing: provisioned(5), replicas: [{ region: FAR, maxReadRequestUnits: 5 }] }, HERE).toThrow(
    'Stack/Sessions: replicas[eu-central-1].maxReadRequestUnits is 5; allowed: none with provisioned billing',
  );
});

test.each([0, -1, 1.5, NaN, Infinity])('a capacity of %p is refused', (units) => {
  refusals({ billing: provisioned(units) }).toThrow(`Stack/Sessions: billing (reads).readCapacityUnits is ${units}; allowed: a whole number, 1 or more`);
  refusals({ billing: Billing.onDemand({ maxReadRequestUnits: units }) }).toThrow(`billing (reads) is ${units};`);
  refusals({ billing: Billing.onDemand({ maxWriteRequestUnits: units }) }).toThrow(`billing (writes) is ${units};`);
  refusals({ replicas: [{ region: FAR, maxReadRequestUnits: units }] }, HERE).toThrow(`replicas[eu-central-1].maxReadRequestUnits is ${units};`);
});

test('an autoscaled capacity that is no number is refused', () => {
  refusals({ billing: provisioned(5, NaN) }).toThrow(/billing \(writes\)\.writeCapacityAutoScalingSettings\.maxCapacity is NaN/);
});

test('a capacity that is a token is accepted', () => {
  const stack = makeStack();
  const units = new CfnParameter(stack, 'Units', { type: 'Number' }).valueAsNumber;
  new SessionTable(stack, 'Sessions', { billing: Billing.onDemand({ maxReadRequestUnits: units }) });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('a table name that DynamoDB refuses is refused', () => {
  for (const tableName of ['', 'ab', 'a b c', 'a'.repeat(256), 'séance']) {
    refusals({ tableName }).toThrow(`Stack/Sessions: tableName is ${JSON.stringify(tableName)}; allowed: 3 to 255 letters`);
  }
});

test('a table name that is a token is accepted', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions', { tableName: new CfnParameter(stack, 'Name').valueAsString });
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', { TableName: { Ref: 'Name' } });
});

test('replicas and a customer key are refused in a stack without a Region', () => {
  const allowed = 'allowed: none in a stack without a Region; give the stack env: { region }';
  refusals({ replicas: [{ region: FAR }] }).toThrow(`Stack/Sessions: replicas is "${FAR}"; ${allowed}`);
  const stack = makeStack();
  const encryption = TableEncryptionV2.customerManagedKey(kms.Key.fromKeyArn(stack, 'Key', KEY));
  expect(() => new SessionTable(stack, 'Sessions', { encryption })).toThrow(`Stack/Sessions: encryption is a customer key; ${allowed}`);
});

test('a replica in the Region of the table is refused, and so is one without its key', () => {
  refusals({ replicas: [{ region: 'eu-west-1' }] }, HERE).toThrow(/same region/);
  const stack = makeStack(HERE);
  const encryption = TableEncryptionV2.customerManagedKey(kms.Key.fromKeyArn(stack, 'Key', KEY));
  new SessionTable(stack, 'Sessions', { encryption, replicas: [{ region: FAR }] });
  expect(() => Template.fromStack(stack)).toThrow(/KMS key for eu-central-1/);
});

test('point-in-time recovery of other than 1 to 35 whole days is refused', () => {
  const allowed = 'allowed: whole days from 1 to 35';
  refusals({ pointInTimeRecovery: Duration.days(0) }).toThrow(`Stack/Sessions: pointInTimeRecovery is 0 days; ${allowed}`);
  refusals({ pointInTimeRecovery: Duration.days(36) }).toThrow(`Stack/Sessions: pointInTimeRecovery is 36 days; ${allowed}`);
  refusals({ pointInTimeRecovery: Duration.days(99) }).toThrow(allowed);
  refusals({ pointInTimeRecovery: Duration.hours(36) }).toThrow('pointInTimeRecovery is 1.5 days');
});

test('two constructs with one id in one scope are refused', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions');
  expect(() => new SessionTable(stack, 'Sessions')).toThrow(/already a Construct with name 'Sessions'/);
});

test('two tables with one physical name in one place are refused', () => {
  const app = new App();
  new SessionTable(new Stack(app, 'One', { env: HERE }), 'Sessions', { tableName: 'sessions' });
  new SessionTable(new Stack(app, 'Two', { env: HERE }), 'Sessions', { tableName: 'sessions' });
  expect(() => app.synth()).toThrow(/\[One\/Sessions\] tableName is "sessions"; allowed: a name that no other table has; Two\/Sessions has it/);
});

test('two tables with one physical name are accepted in different Regions, and in stacks whose Regions are not known yet', () => {
  const app = new App();
  const places = [HERE, { ...HERE, region: FAR }, undefined, undefined];
  places.forEach((env, n) => new SessionTable(new Stack(app, `S${n}`, { env }), 'Sessions', { tableName: 'sessions' }));
  expect(() => app.synth()).not.toThrow();
});
