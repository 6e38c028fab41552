import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ACCOUNT, HERE, makeFunction, makeStack, OTHER_ACCOUNT, variables, warnings } from './fixture';
import { SessionAccess, SessionConsistency, SessionTable } from '../../src';
import { DEFAULT_ENV_PREFIX, ENV } from '../../src/contract';

const NAME = { Ref: expect.stringMatching(/^Sessions/) };

function containerOf(stack: Stack): ecs.ContainerDefinition {
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  return task.addContainer('app', { image: ecs.ContainerImage.fromRegistry('app') });
}

function containerVariables(stack: Stack): unknown {
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  return task!.Properties.ContainerDefinitions[0].Environment;
}

test('grantReadWrite gives a function the name of the table and nothing else', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').grantReadWrite(makeFunction(stack));
  expect(variables(stack)).toEqual({ [DEFAULT_ENV_PREFIX + ENV.name]: NAME });
});

test('grantRead tells the runtime that it may only read', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').grantRead(makeFunction(stack));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: NAME, SESSION_TABLE_OPTIONS: '{"access":"read"}' });
});

test('grantReadWrite goes before grantRead to the same function when it comes first', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions', { consistency: SessionConsistency.EVENTUAL });
  sessions.grantReadWrite(fn);
  sessions.grantRead(fn);
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"consistency":"eventual"}');
});

test('grantReadWrite goes before grantRead to the same function when it comes last', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions', { consistency: SessionConsistency.EVENTUAL });
  sessions.grantRead(fn);
  sessions.grantReadWrite(fn);
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"consistency":"eventual","access":"readWrite"}');
});

test('grantRead once more after both leaves the function able to write', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(fn);
  sessions.grantReadWrite(fn);
  sessions.grantRead(fn);
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"access":"readWrite"}');
});

test('access is told to each function by itself', () => {
  const stack = makeStack();
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(makeFunction(stack, 'Reader'));
  sessions.grantReadWrite(makeFunction(stack, 'Writer'));
  expect(variables(stack, 'Reader')).toHaveProperty('SESSION_TABLE_OPTIONS');
  expect(variables(stack, 'Writer')).not.toHaveProperty('SESSION_TABLE_OPTIONS');
});

test('addEnvironment serves a container of an ECS task', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').addEnvironment(containerOf(stack));
  expect(containerVariables(stack)).toEqual([{ Name: 'SESSION_TABLE_NAME', Value: NAME }]);
});

test('addEnvironment takes the access of a container whose task may only read', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions').addEnvironment(containerOf(stack), SessionAccess.READ);
  expect(containerVariables(stack)).toContainEqual({ Name: 'SESSION_TABLE_OPTIONS', Value: '{"access":"read"}' });
});

test('environment is the map for everything else', () => {
  const stack = makeStack();
  const { environment } = new SessionTable(stack, 'Sessions', { consistency: SessionConsistency.EVENTUAL });
  expect(stack.resolve(environment)).toEqual({ SESSION_TABLE_NAME: NAME, SESSION_TABLE_OPTIONS: '{"consistency":"eventual"}' });
});

test('envPrefix lets one function use two tables', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  new SessionTable(stack, 'Sessions').grantReadWrite(fn);
  new SessionTable(stack, 'Baskets', { envPrefix: 'BASKETS_' }).grantRead(fn);
  expect(Object.keys(variables(stack)).sort()).toEqual(['BASKETS_NAME', 'BASKETS_OPTIONS', 'SESSION_TABLE_NAME']);
});

test('two tables with one prefix in one function are refused, since the second would take the place of the first', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  new SessionTable(stack, 'Sessions').grantReadWrite(fn);
  const second = new SessionTable(stack, 'Baskets');
  expect(() => second.grantReadWrite(fn)).toThrow(/^Stack\/Baskets: envPrefix is "SESSION_TABLE_"; allowed: a prefix of its own, since Stack\/Sessions /);
});

test('a function in another Region is told the Region of the table', () => {
  const stack = makeStack(HERE);
  const far = new Stack(stack.node.root, 'Far', { env: { account: ACCOUNT, region: 'us-east-1' } });
  new SessionTable(stack, 'Sessions', { tableName: 'sessions' }).grantReadWrite(makeFunction(far));
  expect(variables(far)).toEqual({ SESSION_TABLE_NAME: 'sessions', SESSION_TABLE_REGION: 'eu-west-1' });
});

test('a function in a stack with a Region is told none of a table whose Region is not known yet', () => {
  const stack = makeStack();
  const far = new Stack(stack.node.root, 'Far', { env: HERE });
  new SessionTable(stack, 'Sessions', { tableName: 'sessions' }).addEnvironment(makeFunction(far));
  expect(variables(far)).toEqual({ SESSION_TABLE_NAME: 'sessions' });
});

test('a function of another account is not told of the table', () => {
  const stack = makeStack(HERE);
  const other = new Stack(stack.node.root, 'Other', { env: { ...HERE, account: OTHER_ACCOUNT } });
  const sessions = new SessionTable(stack, 'Sessions', { tableName: 'sessions' });
  expect(() => sessions.addEnvironment(makeFunction(other))).toThrow(/grantee is in account 444455556666/);
});

test('a function in the Region of a replica uses the replica', () => {
  const stack = makeStack(HERE);
  const far = new Stack(stack.node.root, 'Far', { env: { account: ACCOUNT, region: 'us-east-1' } });
  new SessionTable(stack, 'Sessions', { tableName: 'sessions', replicas: [{ region: 'us-east-1' }] }).grantReadWrite(makeFunction(far));
  expect(variables(far)).toEqual({ SESSION_TABLE_NAME: 'sessions' });
});

test('a grant to an alias or a version sets no environment, and a warning says where it belongs', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantReadWrite(new lambda.Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion }));
  expect(variables(stack)).toEqual({});
  expect(warnings(stack)).toEqual([expect.stringMatching(/Stack\/Live is an alias or a version.*Stack\/Fn before this grant.*environmentNotSet/s)]);
});

test('a grant to an alias whose function has the environment brings no warning', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.addEnvironment(fn);
  sessions.grantReadWrite(new lambda.Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion }));
  expect(warnings(stack)).toEqual([]);
});

test('a grant to an imported function sets no environment, and a warning names the property that has it', () => {
  const stack = makeStack(HERE);
  const functionArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:app`;
  const fn = lambda.Function.fromFunctionAttributes(stack, 'Old', { functionArn, sameEnvironment: true });
  new SessionTable(stack, 'Sessions').grantReadWrite(fn);
  expect(warnings(stack)).toContainEqual(expect.stringMatching(/Stack\/Old is an imported function.*"environment"/s));
});
