import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SessionTable, SessionTableProps } from '../../src';
import { KEY_ATTRIBUTE, KEY_TYPE, OPERATIONS, TTL_ATTRIBUTE } from '../../src/contract';

function synth(props?: SessionTableProps) {
  const stack = new Stack(new App(), 'Stack');
  const sessions = new SessionTable(stack, 'Sessions', props);
  const fn = new lambda.Function(stack, 'Fn', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => {};'),
  });
  sessions.grantReadWrite(fn);
  return Template.fromStack(stack);
}

test('the table has the key, the TTL and the billing that the runtime expects, and is retained', () => {
  synth().hasResource('AWS::DynamoDB::GlobalTable', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      KeySchema: [{ AttributeName: KEY_ATTRIBUTE, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: KEY_ATTRIBUTE, AttributeType: KEY_TYPE }],
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    },
  });
});

test('grantReadWrite allows the four actions on the table and nothing else', () => {
  const policies = Object.values(synth().findResources('AWS::IAM::Policy'));
  expect(policies).toHaveLength(1);
  expect(policies[0]!.Properties.PolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: OPERATIONS.map((operation) => `dynamodb:${operation}`),
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Sessions/), 'Arn'] },
    },
  ]);
});

test('grantReadWrite gives a function the name of the table and the options that props fix', () => {
  synth({ timeout: Duration.minutes(30), cookie: { name: '__Host-id' } }).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        SESSION_TABLE_NAME: { Ref: Match.stringLikeRegexp('^Sessions') },
        SESSION_TABLE_OPTIONS: '{"timeout":1800,"cookie":{"name":"__Host-id"}}',
      },
    },
  });
});

test('a timeout out of range is refused with the path, the prop, the value and what is allowed', () => {
  expect(() => synth({ timeout: Duration.days(401) })).toThrow(/^Stack\/Sessions: timeout is 34646400 seconds; .* 1 to 34560000/);
});
