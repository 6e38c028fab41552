import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Billing, TableClass, TableEncryptionV2 } from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HERE, makeStack } from './fixture';
import { SessionConsistency, SessionTable, SessionTableProps } from '../../src';

/** What CloudFormation replaces the table for. A change here ends every session of everyone who updates. */
function identity(props: SessionTableProps) {
  const stack = makeStack(HERE);
  const encryption = props.encryption && TableEncryptionV2.customerManagedKey(new kms.Key(stack, 'Key'));
  new SessionTable(stack, 'Sessions', { ...props, encryption });
  const tables = Object.entries(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'));
  return tables.map(([logicalId, { Properties: p }]) => ({
    logicalId,
    keySchema: p.KeySchema as unknown,
    attributes: p.AttributeDefinitions as unknown,
    name: p.TableName as unknown,
  }));
}

const FIXED = [
  {
    logicalId: 'SessionsE3A1DF70',
    keySchema: [{ AttributeName: 'sid', KeyType: 'HASH' }],
    attributes: [{ AttributeName: 'sid', AttributeType: 'B' }],
    name: undefined,
  },
];

test('logical id and key schema are those of every earlier version', () => {
  expect(identity({})).toEqual(FIXED);
});

test.each<[string, SessionTableProps]>([
  ['options that travel', { timeout: Duration.hours(1), consistency: SessionConsistency.STRONG, sealed: true, envPrefix: 'A_' }],
  ['billing', { billing: Billing.onDemand({ maxReadRequestUnits: 10 }) }],
  ['encryption', { encryption: TableEncryptionV2.awsManagedKey() }],
  ['replicas', { replicas: [{ region: 'eu-central-1' }] }],
  ['recovery and protection', { pointInTimeRecovery: Duration.days(1), deletionProtection: true, removalPolicy: RemovalPolicy.DESTROY }],
  ['class and tags', { tableClass: TableClass.STANDARD_INFREQUENT_ACCESS, tags: { team: 'shop' } }],
])('a change of %s keeps the table', (_name, props) => {
  expect(identity(props)).toEqual(FIXED);
});

test('alarms and a dashboard leave the table as it is', () => {
  const stack = makeStack();
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.addAlarms();
  sessions.addDashboard();
  expect(Object.keys(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'))).toEqual(['SessionsE3A1DF70']);
});
