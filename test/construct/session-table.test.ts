import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HERE, makeStack, warnings } from './fixture';
import { SessionTable, SessionTableProps } from '../../src';
import { KEY_ATTRIBUTE, KEY_TYPE, TTL_ATTRIBUTE } from '../../src/contract';

function tableOf(props?: SessionTableProps, env?: typeof HERE) {
  const stack = makeStack(env);
  new SessionTable(stack, 'Sessions', props);
  const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'));
  return resource!;
}

test('the table has the key, the TTL and the billing that the runtime expects, and outlives its stack unless its creation fails', () => {
  expect(tableOf()).toEqual({
    Type: 'AWS::DynamoDB::GlobalTable',
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      KeySchema: [{ AttributeName: KEY_ATTRIBUTE, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: KEY_ATTRIBUTE, AttributeType: KEY_TYPE }],
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: { Ref: 'AWS::Region' } }],
    },
  });
});

test('the plain table has neither point-in-time recovery, nor a stream, nor Contributor Insights, and no warning', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions');
  expect(JSON.stringify(Template.fromStack(stack))).not.toMatch(/PointInTime|StreamSpecification|ContributorInsights/);
  expect(warnings(stack)).toEqual([]);
});

test('a plain table is one resource', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions');
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toHaveLength(1);
});

test('tableName names the table', () => {
  expect(tableOf({ tableName: 'my.Sessions-1_a' }).Properties.TableName).toBe('my.Sessions-1_a');
});

test('removalPolicy DESTROY lets the table go with its stack', () => {
  expect(tableOf({ removalPolicy: RemovalPolicy.DESTROY })).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
});

test('removalPolicy RETAIN keeps the table even if its creation fails', () => {
  expect(tableOf({ removalPolicy: RemovalPolicy.RETAIN })).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('deletionProtection, tableClass and contributorInsights reach the table', () => {
  const { Properties } = tableOf({
    deletionProtection: true,
    tableClass: dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
    contributorInsights: dynamodb.ContributorInsightsMode.THROTTLED_KEYS,
  });
  expect(Properties.Replicas[0]).toMatchObject({
    DeletionProtectionEnabled: true,
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    ContributorInsightsSpecification: { Enabled: true, Mode: 'THROTTLED_KEYS' },
  });
});

test('billing on demand takes maxima', () => {
  const { Properties } = tableOf({ billing: dynamodb.Billing.onDemand({ maxReadRequestUnits: 100, maxWriteRequestUnits: 50 }) });
  expect(Properties.WriteOnDemandThroughputSettings).toEqual({ MaxWriteRequestUnits: 50 });
  expect(Properties.Replicas[0].ReadOnDemandThroughputSettings).toEqual({ MaxReadRequestUnits: 100 });
});

test('provisioned billing takes capacities', () => {
  const { Properties } = tableOf({
    billing: dynamodb.Billing.provisioned({
      readCapacity: dynamodb.Capacity.fixed(5),
      writeCapacity: dynamodb.Capacity.autoscaled({ maxCapacity: 10 }),
    }),
  });
  expect(Properties.BillingMode).toBe('PROVISIONED');
  expect(Properties.Replicas[0].ReadProvisionedThroughputSettings).toEqual({ ReadCapacityUnits: 5 });
});

test('a key managed by AWS encrypts the table', () => {
  expect(tableOf({ encryption: dynamodb.TableEncryptionV2.awsManagedKey() }).Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
});

test("a customer's key encrypts the table and is the construct's encryptionKey", () => {
  const stack = makeStack(HERE);
  const key = new kms.Key(stack, 'Key');
  const sessions = new SessionTable(stack, 'Sessions', { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
  expect(sessions.encryptionKey).toBe(key);
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [{ SSESpecification: { KMSMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } } }],
  });
});

test('tags are on the table and on every replica', () => {
  const { Properties } = tableOf({ tags: { team: 'shop' }, replicas: [{ region: 'eu-central-1' }] }, HERE);
  expect(Properties.Replicas).toHaveLength(2);
  for (const replica of Properties.Replicas) expect(replica.Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
});

test('tags of the app join those of the props', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions', { tags: { team: 'shop' } });
  Tags.of(stack).add('stage', 'test');
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [{ Tags: [{ Key: 'stage', Value: 'test' }, { Key: 'team', Value: 'shop' }] }],
  });
});

test('a replica brings a warning that an ended session can come back, and that a visitor belongs to one Region', () => {
  const stack = makeStack(HERE);
  new SessionTable(stack, 'Sessions', { replicas: [{ region: 'eu-central-1' }] });
  expect(warnings(stack)).toEqual([expect.stringMatching(/last writer wins.*conditions and transactions hold in one Region.*each visitor to one Region.*cdk-session-table:replicas/s)]);
});

test('point-in-time recovery reaches the table and brings a warning that ended sessions come back', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions', { pointInTimeRecovery: Duration.days(7) });
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 } }],
  });
  expect(warnings(stack)).toEqual([expect.stringMatching(/notBefore.*cdk-session-table:pointInTimeRecovery/s)]);
});

test('point-in-time recovery of a replica alone brings both warnings', () => {
  const stack = makeStack(HERE);
  const pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: true };
  new SessionTable(stack, 'Sessions', { replicas: [{ region: 'eu-central-1', pointInTimeRecoverySpecification }] });
  expect(warnings(stack)).toHaveLength(2);
});
