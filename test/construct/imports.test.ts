import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ACCOUNT, HERE, makeFunction, makeStack, OTHER_ACCOUNT, statements, variables, warnings } from './fixture';
import { ISessionTable, SessionConsistency, SessionTable, SessionTableAttributes } from '../../src';
import { OPERATIONS } from '../../src/contract';

const ARN = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/old-sessions`;
const FAR_ARN = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/old-sessions`;

function infos(stack: Stack): string[] {
  const found = Annotations.fromStack(stack).findInfo('*', Match.anyValue());
  return found.map((message) => String(message.entry.data));
}

function imported(attributes: SessionTableAttributes, stack = makeStack(HERE)): { stack: Stack; sessions: ISessionTable } {
  return { stack, sessions: SessionTable.fromSessionTableAttributes(stack, 'Old', attributes) };
}

const refusals = (attributes: SessionTableAttributes) => expect(() => imported(attributes));

test('a table imported by name is granted and told by that name', () => {
  const stack = makeStack();
  SessionTable.fromTableName(stack, 'Old', 'old-sessions').grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: 'old-sessions' });
  expect(statements(stack)).toEqual([
    {
      Effect: 'Allow',
      Action: OPERATIONS.map((operation) => `dynamodb:${operation}`),
      Resource: {
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':dynamodb:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':table/old-sessions']],
      },
    },
  ]);
});

test('a table imported by ARN is granted by it and told by the name in it', () => {
  const stack = makeStack(HERE);
  const sessions = SessionTable.fromTableArn(stack, 'Old', ARN);
  sessions.grantReadWrite(makeFunction(stack));
  expect(sessions.tableName).toBe('old-sessions');
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: 'old-sessions' });
  expect(statements(stack)).toEqual([expect.objectContaining({ Resource: ARN })]);
  expect(warnings(stack)).toEqual([]);
});

test('a table in another Region is used there, with a warning of the way', () => {
  const stack = makeStack(HERE);
  SessionTable.fromTableArn(stack, 'Old', FAR_ARN).grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: 'old-sessions', SESSION_TABLE_REGION: 'us-east-1' });
  expect(statements(stack)).toEqual([expect.objectContaining({ Resource: FAR_ARN })]);
  expect(warnings(stack)).toEqual([expect.stringMatching(/us-east-1 and this stack in eu-west-1.*otherRegion/s)]);
});

test('a table in another Region with a replica in this one is used here', () => {
  const { stack, sessions } = imported({ tableArn: FAR_ARN, replicaRegions: ['eu-west-1'] });
  sessions.grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: 'old-sessions' });
  expect(warnings(stack)).toEqual([]);
});

test('name and Region make the ARN', () => {
  const { stack, sessions } = imported({ tableName: 'old-sessions', region: 'us-east-1' });
  expect(stack.resolve(sessions.tableArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:dynamodb:us-east-1:${ACCOUNT}:table/old-sessions`]] });
  expect(sessions.environment).toHaveProperty('SESSION_TABLE_REGION', 'us-east-1');
});

test('key, replicas and their keys are granted as those of a table of this app', () => {
  const replicaKeyArn = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/2`;
  const stack = makeStack(HERE);
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`);
  const { sessions } = imported({ tableArn: ARN, encryptionKey, replicaRegions: ['eu-central-1'], replicaKeyArns: { 'eu-central-1': replicaKeyArn } }, stack);
  sessions.grantRead(makeFunction(stack));
  expect(statements(stack)).toEqual([
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: [ARN, expect.anything()] },
    { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: encryptionKey.keyArn },
    { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: replicaKeyArn },
  ]);
  expect(infos(stack)).toEqual([]);
});

test('options and prefix of an imported table travel', () => {
  const { stack, sessions } = imported({ tableArn: ARN, consistency: SessionConsistency.STRONG, envPrefix: 'OLD_' });
  expect(stack.resolve(sessions.environment)).toEqual({ OLD_NAME: 'old-sessions', OLD_OPTIONS: '{"consistency":"strong"}' });
});

test('a grant on an imported table without a key says that it holds no KMS action', () => {
  const stack = makeStack(HERE);
  SessionTable.fromTableName(stack, 'Old', 'old-sessions').grantRead(makeFunction(stack));
  expect(infos(stack)).toEqual([expect.stringMatching(/no KMS action.*importedWithoutKey/s)]);
});

test('a table of another account is refused', () => {
  const tableArn = ARN.replace(ACCOUNT, OTHER_ACCOUNT);
  refusals({ tableArn }).toThrow(`Stack/Old: tableArn is "${tableArn}"; allowed: a table of the stack's own account ${ACCOUNT}`);
});

test('an empty, a missing and an impossible name are refused', () => {
  refusals({}).toThrow('Stack/Old: tableName is undefined; allowed: 3 to 255 letters, digits, "_", "-" and "."');
  refusals({ tableName: '' }).toThrow(/tableName is ""/);
  refusals({ tableName: 'a b c' }).toThrow(/tableName is "a b c"/);
  expect(() => SessionTable.fromTableName(makeStack(), 'Old', '')).toThrow(/tableName is ""/);
});

test('what is no ARN of a table is refused', () => {
  for (const tableArn of ['nonsense', '', `${ARN}/index/by-user`, ARN.replace('dynamodb', 's3'), ARN.replace('eu-west-1', '')]) {
    refusals({ tableArn }).toThrow(/^Stack\/Old: tableArn is ".*"; allowed: arn:<partition>:dynamodb:<region>:<account>:table\/<name>/);
  }
});

test('a name beside an ARN is refused, and so is a Region that the ARN contradicts', () => {
  refusals({ tableArn: ARN, tableName: 'other' }).toThrow(`Stack/Old: tableName is "other"; allowed: none beside the tableArn ${ARN}`);
  refusals({ tableArn: ARN, region: 'us-east-1' }).toThrow('Stack/Old: region is "us-east-1"; allowed: eu-west-1, as in the tableArn');
});

test('a name that is a token is accepted', () => {
  const stack = makeStack();
  const name = new CfnParameter(stack, 'Name').valueAsString;
  SessionTable.fromTableName(stack, 'Old', name).grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: { Ref: 'Name' } });
});

test('an ARN that is a token is accepted, and the Region in it is told', () => {
  const stack = makeStack();
  const arn = new CfnParameter(stack, 'Arn').valueAsString;
  SessionTable.fromTableArn(stack, 'Old', arn).grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({
    SESSION_TABLE_NAME: { 'Fn::Select': [1, { 'Fn::Split': ['/', expect.anything()] }] },
    SESSION_TABLE_REGION: { 'Fn::Select': [3, { 'Fn::Split': [':', { Ref: 'Arn' }] }] },
  });
});

test('a Region beside an ARN that is a token is the one that is told', () => {
  const stack = makeStack(HERE);
  const tableArn = new CfnParameter(stack, 'Arn').valueAsString;
  const { sessions } = imported({ tableArn, region: 'us-east-1' }, stack);
  expect(sessions.environment).toHaveProperty('SESSION_TABLE_REGION', 'us-east-1');
});
