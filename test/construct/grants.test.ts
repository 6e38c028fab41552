import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ACCOUNT, HERE, makeFunction, makeStack, OTHER_ACCOUNT, statements, warnings } from './fixture';
import { SessionTable } from '../../src';
import { OPERATIONS } from '../../src/contract';

const FOUR_ACTIONS = OPERATIONS.map((operation) => `dynamodb:${operation}`);
const TABLE = { 'Fn::GetAtt': [expect.stringMatching(/^Sessions/), 'Arn'] };
const replica = (region: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:dynamodb:${region}:${ACCOUNT}:table/`, { Ref: expect.stringMatching(/^Sessions/) }]],
});
const replicaKeyArn = (region: string) => `arn:aws:kms:${region}:${ACCOUNT}:key/00000000-0000-0000-0000-000000000000`;
const KEY_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_READ_WRITE = [...KEY_READ, 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'];

function globalTable(stack: Stack): SessionTable {
  const regions = ['eu-central-1', 'eu-north-1'];
  const keyArns = Object.fromEntries(regions.map((region) => [region, replicaKeyArn(region)]));
  return new SessionTable(stack, 'Sessions', {
    replicas: regions.map((region) => ({ region })),
    encryption: dynamodb.TableEncryptionV2.customerManagedKey(new kms.Key(stack, 'Key'), keyArns),
  });
}

test('grantReadWrite allows the four actions on the table and nothing else', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').grantReadWrite(makeFunction(stack));
  expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: FOUR_ACTIONS, Resource: TABLE }]);
});

test('grantRead allows GetItem on the table and nothing else', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').grantRead(makeFunction(stack));
  expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE }]);
});

test('grantReadWrite on a table with a key and two replicas makes three statements: tables, key and replica keys', () => {
  const stack = makeStack(HERE);
  globalTable(stack).grantReadWrite(makeFunction(stack));
  expect(statements(stack)).toEqual([
    { Effect: 'Allow', Action: FOUR_ACTIONS, Resource: [TABLE, replica('eu-central-1'), replica('eu-north-1')] },
    { Effect: 'Allow', Action: KEY_READ_WRITE, Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } },
    { Effect: 'Allow', Action: KEY_READ_WRITE, Resource: [replicaKeyArn('eu-central-1'), replicaKeyArn('eu-north-1')] },
  ]);
});

test('grantRead on a table with a key and two replicas makes three statements, all of them for reading', () => {
  const stack = makeStack(HERE);
  globalTable(stack).grantRead(makeFunction(stack));
  expect(statements(stack)).toEqual([
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: [TABLE, replica('eu-central-1'), replica('eu-north-1')] },
    { Effect: 'Allow', Action: KEY_READ, Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } },
    { Effect: 'Allow', Action: KEY_READ, Resource: [replicaKeyArn('eu-central-1'), replicaKeyArn('eu-north-1')] },
  ]);
});

test('a key that AWS manages asks for no KMS action', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions', { encryption: dynamodb.TableEncryptionV2.awsManagedKey() }).grantReadWrite(makeFunction(stack));
  expect(statements(stack)).toHaveLength(1);
});

test('an index that was added to the table is never granted', () => {
  const stack = makeStack();
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.table.addGlobalSecondaryIndex({ indexName: 'own', partitionKey: { name: 'own', type: dynamodb.AttributeType.STRING } });
  sessions.grantReadWrite(makeFunction(stack));
  expect(JSON.stringify(statements(stack))).not.toContain('index');
});

test.each([
  ['a role', (stack: Stack) => new iam.Role(stack, 'Grantee', { assumedBy: new iam.AccountRootPrincipal() })],
  ['a user', (stack: Stack) => new iam.User(stack, 'Grantee')],
  ['the role of an ECS task', (stack: Stack) => new ecs.FargateTaskDefinition(stack, 'Grantee').taskRole],
  ['an imported role of this account', (stack: Stack) => iam.Role.fromRoleArn(stack, 'Grantee', `arn:aws:iam::${ACCOUNT}:role/app`)],
])('%s can be granted', (_name, grantee) => {
  const stack = makeStack(HERE);
  new SessionTable(stack, 'Sessions').grantReadWrite(grantee(stack)).assertSuccess();
  expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: FOUR_ACTIONS, Resource: TABLE }]);
  expect(warnings(stack)).toEqual([]);
});

test('a role of another account is refused, before a template is made that cannot be deployed', () => {
  const stack = makeStack(HERE);
  const role = iam.Role.fromRoleArn(stack, 'Foreign', `arn:aws:iam::${OTHER_ACCOUNT}:role/app`);
  const sessions = new SessionTable(stack, 'Sessions');
  const message = `Stack/Sessions: grantee is in account ${OTHER_ACCOUNT}; allowed: one in the table's own account ${ACCOUNT}`;
  expect(() => sessions.grantReadWrite(role)).toThrow(message);
  expect(() => sessions.grantRead(role)).toThrow(message);
});

test('a function of a stack in another account is refused', () => {
  const stack = makeStack(HERE);
  const other = new Stack(stack.node.root, 'Other', { env: { account: OTHER_ACCOUNT, region: HERE.region } });
  const sessions = new SessionTable(stack, 'Sessions');
  expect(() => sessions.grantReadWrite(makeFunction(other))).toThrow(/grantee is in account 444455556666/);
});

test('an imported role that is immutable takes no policy, and a warning says so', () => {
  const stack = makeStack(HERE);
  const role = iam.Role.fromRoleArn(stack, 'Fixed', `arn:aws:iam::${ACCOUNT}:role/app`, { mutable: false });
  new SessionTable(stack, 'Sessions').grantReadWrite(role);
  expect(statements(stack)).toEqual([]);
  expect(warnings(stack)).toEqual([expect.stringMatching(/no effect.*GetItem, PutItem, UpdateItem, DeleteItem.*grantWithoutEffect/s)]);
});

test('a principal without a policy of its own fails assertSuccess, and a warning says so', () => {
  const stack = makeStack();
  const grant = new SessionTable(stack, 'Sessions').grantRead(new iam.ServicePrincipal('ec2.amazonaws.com'));
  expect(() => grant.assertSuccess()).toThrow();
  expect(warnings(stack)).toEqual([expect.stringContaining('grantWithoutEffect')]);
});

test('a grant to a function brings no annotation', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').grantReadWrite(makeFunction(stack));
  expect(Annotations.fromStack(stack).findInfo('*', Match.anyValue())).toEqual([]);
  expect(warnings(stack)).toEqual([]);
});
