import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { experimental } from 'aws-cdk-lib/aws-cloudfront';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { IGrantable, Role, ServicePrincipal, User } from 'aws-cdk-lib/aws-iam';
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

function importedFunction(stack: Stack): lambda.IFunction {
  const functionArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:app`;
  return lambda.Function.fromFunctionAttributes(stack, 'Old', { functionArn, sameEnvironment: true });
}

function singleton(stack: Stack, id: string): lambda.SingletonFunction {
  const code = lambda.Code.fromInline('exports.handler = async () => {};');
  return new lambda.SingletonFunction(stack, id, { uuid: 'shop', runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code });
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

test('grantReadWrite takes precedence over grantRead to the same function when it comes first', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions', { consistency: SessionConsistency.EVENTUAL });
  sessions.grantReadWrite(fn);
  sessions.grantRead(fn);
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"consistency":"eventual"}');
});

test('grantReadWrite takes precedence over grantRead to the same function when it comes last', () => {
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

test('a grant to an imported function sets no environment, and a warning names the property that has it', () => {
  const stack = makeStack(HERE);
  new SessionTable(stack, 'Sessions').grantReadWrite(importedFunction(stack));
  expect(warnings(stack)).toContainEqual(expect.stringMatching(/Stack\/Old is a function whose environment.*imported.*"environment".*environmentNotSet/s));
});

test('a grant to an alias or a version of an imported function says the same of that function', () => {
  const stack = makeStack(HERE);
  const sessions = new SessionTable(stack, 'Sessions');
  const version = lambda.Version.fromVersionAttributes(stack, 'Version', { lambda: importedFunction(stack), version: '7' });
  sessions.grantRead(version);
  sessions.grantReadWrite(new lambda.Alias(stack, 'Live', { aliasName: 'live', version }));
  expect(warnings(stack)).toContainEqual(expect.stringMatching(/Stack\/Old is a function whose environment/));
});

test('a function at the edge, which takes no variables, gets none', () => {
  const stack = makeStack({ ...HERE, region: 'us-east-1' });
  const code = lambda.Code.fromInline('exports.handler = async () => {};');
  const edge = new experimental.EdgeFunction(stack, 'Edge', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code });
  new SessionTable(stack, 'Sessions').grantReadWrite(edge);
  expect(variables(stack, 'Edge')).toEqual({});
  expect(warnings(stack)).toContainEqual(expect.stringMatching(/Stack\/Edge is a function.*runs at the edge/));
});

/** What a grant can reach a function by. */
const WAYS: [string, (fn: lambda.Function) => IGrantable][] = [
  ['the function', (fn) => fn],
  ['its role', (fn) => fn.role!],
  ['its role, imported a second time', (fn) => Role.fromRoleArn(fn, 'Again', fn.role!.roleArn)],
  ['its current version', (fn) => fn.currentVersion],
  ['a version of its own', (fn) => new lambda.Version(fn, 'Version', { lambda: fn })],
  ['a version that was imported', (fn) => lambda.Version.fromVersionAttributes(fn, 'Imported', { lambda: fn, version: '7' })],
  ['an alias', (fn) => new lambda.Alias(fn, 'Live', { aliasName: 'live', version: fn.currentVersion })],
  ['an alias of an imported version', (fn) => {
    const version = lambda.Version.fromVersionAttributes(fn, 'Imported', { lambda: fn, version: '7' });
    return new lambda.Alias(fn, 'Live', { aliasName: 'live', version });
  }],
];

test.each(WAYS)('grantReadWrite to %s after grantRead to the function lets the function write', (_way, granteeOf) => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(fn);
  sessions.grantReadWrite(granteeOf(fn));
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"access":"readWrite"}');
  expect(warnings(stack)).toEqual([]);
});

test.each(WAYS)('grantReadWrite to %s before grantRead to the function lets the function write', (_way, granteeOf) => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantReadWrite(granteeOf(fn));
  sessions.grantRead(fn);
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: NAME });
});

test.each(WAYS)('grantRead to %s after grantReadWrite to the function leaves it able to write', (_way, granteeOf) => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantReadWrite(fn);
  sessions.grantRead(granteeOf(fn));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: NAME });
});

test.each(WAYS)('grantRead to %s and to the function lets the function read alone', (_way, granteeOf) => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  const grantee = granteeOf(fn);
  sessions.grantRead(grantee);
  sessions.grantRead(fn);
  sessions.grantRead(grantee);
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"access":"read"}');
});

test.each(WAYS)('the same two grants to %s, made twice, come to the same', (_way, granteeOf) => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const grantee = granteeOf(fn);
  const sessions = new SessionTable(stack, 'Sessions');
  for (let round = 0; round < 2; round++) {
    sessions.grantRead(fn);
    sessions.grantReadWrite(grantee);
  }
  expect(variables(stack).SESSION_TABLE_OPTIONS).toBe('{"access":"readWrite"}');
});

test('a grant to an alias alone gives its function the environment', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  new SessionTable(stack, 'Sessions').grantRead(new lambda.Alias(stack, 'Live', { aliasName: 'live', version: fn.currentVersion }));
  expect(variables(stack)).toEqual({ SESSION_TABLE_NAME: NAME, SESSION_TABLE_OPTIONS: '{"access":"read"}' });
  expect(warnings(stack)).toEqual([]);
});

test('of two functions with one role, each is told what was granted to it by itself', () => {
  const stack = makeStack();
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(makeFunction(stack, 'Reader', { role }));
  sessions.grantReadWrite(makeFunction(stack, 'Writer', { role }));
  expect(variables(stack, 'Reader').SESSION_TABLE_OPTIONS).toBe('{"access":"read"}');
  expect(variables(stack, 'Writer')).not.toHaveProperty('SESSION_TABLE_OPTIONS');
});

test('a grant to the role of two functions tells both, the one that comes later too', () => {
  const stack = makeStack();
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(makeFunction(stack, 'Before', { role }));
  sessions.grantReadWrite(role);
  sessions.grantRead(makeFunction(stack, 'After', { role }));
  expect(variables(stack, 'Before').SESSION_TABLE_OPTIONS).toBe('{"access":"readWrite"}');
  expect(variables(stack, 'After')).not.toHaveProperty('SESSION_TABLE_OPTIONS');
});

test('a grant to a role leaves the functions of other roles, and functions without the environment, as they are', () => {
  const stack = makeStack();
  const other = makeFunction(stack, 'Other');
  const bare = makeFunction(stack, 'Bare');
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(other);
  sessions.grantReadWrite(bare.role!);
  sessions.grantReadWrite(new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  expect(variables(stack, 'Other').SESSION_TABLE_OPTIONS).toBe('{"access":"read"}');
  expect(variables(stack, 'Bare')).toEqual({});
});

test('a grant to a user leaves a receiver that has no role as it is', () => {
  const stack = makeStack();
  const written: Record<string, string> = {};
  const addEnvironment = (name: string, value: string) => void (written[name] = value);
  const sessions = new SessionTable(stack, 'Sessions');
  const instance = { addEnvironment, grantPrincipal: new ServicePrincipal('ec2.amazonaws.com') };
  sessions.addEnvironment(instance, SessionAccess.READ);
  sessions.grantReadWrite(new User(stack, 'User'));
  expect(stack.resolve(written.SESSION_TABLE_OPTIONS)).toBe('{"access":"read"}');
});

test('a grant to the role of a task lets a container write that was told to read', () => {
  const stack = makeStack();
  const container = containerOf(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.addEnvironment(container, SessionAccess.READ);
  sessions.grantReadWrite(container.taskDefinition.taskRole);
  expect(containerVariables(stack)).toContainEqual({ Name: 'SESSION_TABLE_OPTIONS', Value: '{"access":"readWrite"}' });
});

test('one function in two objects is one function', () => {
  const stack = makeStack();
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(singleton(stack, 'One'));
  sessions.grantReadWrite(singleton(stack, 'Other'));
  expect(variables(stack, 'SingletonLambda').SESSION_TABLE_OPTIONS).toBe('{"access":"readWrite"}');
  expect(() => new SessionTable(stack, 'Baskets').grantRead(singleton(stack, 'Third'))).toThrow(/envPrefix is "SESSION_TABLE_"/);
});

test('two tables keep the access of one function apart', () => {
  const stack = makeStack();
  const fn = makeFunction(stack);
  const sessions = new SessionTable(stack, 'Sessions');
  const baskets = new SessionTable(stack, 'Baskets', { envPrefix: 'BASKETS_' });
  sessions.grantRead(fn);
  baskets.grantRead(fn);
  baskets.grantReadWrite(fn.role!);
  expect(variables(stack)).toMatchObject({ SESSION_TABLE_OPTIONS: '{"access":"read"}', BASKETS_OPTIONS: '{"access":"readWrite"}' });
});

const { NODEJS_18_X, NODEJS_20_X, NODEJS_22_X, NODEJS_LATEST, PYTHON_3_12, JAVA_21, PROVIDED_AL2023, FROM_IMAGE } = lambda.Runtime;

test.each([NODEJS_18_X, PYTHON_3_12, JAVA_21])('a function that runs %s is warned that it cannot open sessions', (runtime) => {
  const stack = makeStack();
  const fn = makeFunction(stack, 'Fn', { runtime, code: lambda.Code.fromAsset(__dirname) });
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.grantRead(fn);
  sessions.grantReadWrite(fn.currentVersion);
  const aboutRuntime = warnings(stack).filter((text) => text.includes('cdk-session-table:runtime'));
  expect(aboutRuntime).toEqual([expect.stringContaining(`This function runs ${runtime.name}, and cdk-session-table/runtime needs Node.js 20 or later.`)]);
});

test.each([NODEJS_20_X, NODEJS_22_X, NODEJS_LATEST, PROVIDED_AL2023, FROM_IMAGE])('a function that runs %s may open sessions', (runtime) => {
  const stack = makeStack();
  const image = runtime === FROM_IMAGE;
  const code = image ? lambda.Code.fromEcrImage(Repository.fromRepositoryName(stack, 'Images', 'shop')) : lambda.Code.fromAsset(__dirname);
  new SessionTable(stack, 'Sessions').grantReadWrite(makeFunction(stack, 'Fn', { runtime, code, ...(image && { handler: lambda.Handler.FROM_IMAGE }) }));
  expect(warnings(stack).filter((text) => text.includes('cdk-session-table'))).toEqual([]);
});
