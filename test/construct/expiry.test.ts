import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Role } from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ACCOUNT, HERE, makeFunction, makeStack, OTHER_ACCOUNT, statements, variables, warnings } from './fixture';
import { SessionTable, SessionTableProps } from '../../src';
import { CREATED_ATTRIBUTE, KEY_ATTRIBUTE, OPERATIONS } from '../../src/contract';
import { toItem } from '../../src/runtime/table/item';

const STREAM_ACTIONS = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
const STREAM = { 'Fn::GetAtt': [expect.stringMatching(/^Sessions/), 'StreamArn'] };

function withReader(props: SessionTableProps = {}, stack = makeStack(HERE)) {
  const sessions = new SessionTable(stack, 'Sessions', props);
  const fn = makeFunction(stack, 'Goodbye');
  sessions.onExpired(fn);
  return { stack, sessions, fn };
}

function viewType(stack: Stack): unknown {
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'));
  return table!.Properties.StreamSpecification;
}

function mappings(stack: Stack): Record<string, unknown>[] {
  const found = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::EventSourceMapping'));
  return found.map(({ Properties }) => Properties as Record<string, unknown>);
}

/** The filter of the only mapping, parsed. */
function filter(stack: Stack): unknown {
  const { Filters } = mappings(stack)[0]!.FilterCriteria as { Filters: { Pattern: string }[] };
  expect(Filters).toHaveLength(1);
  return JSON.parse(Filters[0]!.Pattern);
}

test('onExpired turns on a stream with old images, and maps it to the function', () => {
  const { stack } = withReader();
  expect(viewType(stack)).toEqual({ StreamViewType: 'OLD_IMAGE' });
  expect(mappings(stack)).toEqual([
    {
      EventSourceArn: STREAM,
      FunctionName: { Ref: expect.stringMatching(/^Goodbye/) },
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: expect.anything(),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
    },
  ]);
});

test('the stream of a table with replicas has new and old images, and a warning says what is not seen', () => {
  const { stack } = withReader({ replicas: [{ region: 'eu-central-1' }] });
  expect(viewType(stack)).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const text = /TTL deletes in eu-west-1.*Region of a replica.*expiredInOneRegion/s;
  expect(warnings(stack)).toContainEqual(expect.stringMatching(text));
});

test('a replica that is added later is seen', () => {
  const { stack, sessions } = withReader();
  sessions.table.addReplica({ region: 'eu-central-1' });
  expect(viewType(stack)).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
});

test('a table without onExpired has no stream', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions');
  expect(viewType(stack)).toBeUndefined();
});

test('the function may read this stream and nothing else, and gets no variables', () => {
  const { stack } = withReader();
  expect(statements(stack)).toEqual([
    { Effect: 'Allow', Action: STREAM_ACTIONS, Resource: STREAM },
  ]);
  expect(variables(stack, 'Goodbye')).toEqual({});
});

test('a function that is granted the table may not read its stream, whatever onExpired gave another', () => {
  const { stack, sessions } = withReader();
  sessions.grantReadWrite(makeFunction(stack, 'Shop'));
  const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const [, shop] = policies.find(([id]) => id.startsWith('Shop'))!;
  expect(JSON.stringify(shop)).not.toMatch(/Stream|GetRecords/);
});

test.each([true, false])('grants and onExpired of one function add up (grant first: %s)', (grantFirst) => {
  const stack = makeStack(HERE);
  const sessions = new SessionTable(stack, 'Sessions');
  const fn = makeFunction(stack);
  const steps = [() => sessions.grantReadWrite(fn), () => sessions.onExpired(fn)];
  for (const step of grantFirst ? steps : steps.reverse()) step();
  const actions = statements(stack).flatMap((statement) => (statement as { Action: string | string[] }).Action);
  const wanted = [...OPERATIONS.map((name) => `dynamodb:${name}`), ...STREAM_ACTIONS];
  expect(actions.sort()).toEqual(wanted.sort());
  expect(variables(stack)).toHaveProperty('SESSION_TABLE_NAME');
});

test("the function may decrypt with a customer's key, and not encrypt", () => {
  const stack = makeStack(HERE);
  withReader({ encryption: dynamodb.TableEncryptionV2.customerManagedKey(new kms.Key(stack, 'Key')) }, stack);
  const ofKey = statements(stack).filter((statement) => JSON.stringify(statement).includes('kms:'));
  expect(ofKey).toEqual([expect.objectContaining({ Action: ['kms:Decrypt', 'kms:DescribeKey'] })]);
});

test('onExpired keeps the table, its key and its logical id', () => {
  const { stack } = withReader();
  const tables = Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable');
  expect(Object.keys(tables)).toEqual(['SessionsE3A1DF70']);
});

test('an alias is called in place of its function', () => {
  const stack = makeStack(HERE);
  const { currentVersion: version } = makeFunction(stack);
  new SessionTable(stack, 'Sessions').onExpired(new lambda.Alias(stack, 'Live', { aliasName: 'live', version }));
  expect(JSON.stringify(mappings(stack)[0]!.FunctionName)).toMatch(/:live"/);
  expect(statements(stack)).toEqual([expect.objectContaining({ Action: STREAM_ACTIONS })]);
});

test('a function of another stack in the same place is called', () => {
  const stack = makeStack(HERE);
  const near = new Stack(stack.node.root, 'Near', { env: HERE });
  new SessionTable(stack, 'Sessions').onExpired(makeFunction(near));
  expect(mappings(near)).toHaveLength(1);
});

test('what onExpired returns is the mapping, for what it does not cover', () => {
  const stack = makeStack(HERE);
  const mapping = new SessionTable(stack, 'Sessions').onExpired(makeFunction(stack));
  (mapping.node.defaultChild as lambda.CfnEventSourceMapping).batchSize = 5;
  expect(mappings(stack)).toEqual([expect.objectContaining({ BatchSize: 5 })]);
});

/** Reads a pattern as Lambda does: a value fits one of a list, and existence is seen of leaves alone. */
function matches(pattern: unknown, record: unknown): boolean {
  if (!Array.isArray(pattern)) {
    const below = record as Record<string, unknown> | undefined;
    return Object.entries(pattern as object).every(([name, rules]) => matches(rules, below?.[name]));
  }
  const isLeaf = typeof record !== 'object' || record === null;
  return pattern.some((rule: unknown) => {
    const { exists } = rule as { exists?: boolean };
    return exists === undefined ? record === rule : exists === (record !== undefined && isLeaf);
  });
}

const BY_TTL = { eventName: 'REMOVE', userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } };
const BY_NAMESAKE = { eventName: 'REMOVE', userIdentity: { type: 'User', principalId: 'dynamodb.amazonaws.com' } };
const BY_SERVICE = { eventName: 'REMOVE', userIdentity: { type: 'Service', principalId: 'backup.amazonaws.com' } };
const BY_PERSON = { eventName: 'REMOVE', userIdentity: { type: 'User', principalId: 'AIDA' } };
const CREATED = { N: '1764000000' };
/** A session as the stream shows it: bytes are in base64. */
const SESSION = {
  sid: { B: 'AAAA' },
  exp: { N: '1764001200' },
  iat: CREATED,
  iss: CREATED,
  ver: { N: '1' },
  dat: { M: { cart: { S: '["sku-1"]' } } },
};
const USER = { sid: { B: 'AAAA' }, exp: { N: '1' }, ver: { N: '3' }, ses: { M: { ref: { M: { iat: CREATED } } } } };

const before = (image: object) => ({ dynamodb: { OldImage: image } });
const RECORDS: [string, object, boolean][] = [
  ['a session that TTL deleted', { ...BY_TTL, ...before(SESSION) }, true],
  ['one without data', { ...BY_TTL, ...before({ ...SESSION, dat: { M: {} } }) }, true],
  ['one with an unknown attribute', { ...BY_TTL, ...before({ ...SESSION, own: { S: 'x' } }) }, true],
  ['one that was replaced', { ...BY_TTL, ...before({ ...SESSION, frz: { B: 'AAAAAAAA' } }) }, false],
  ['one that was signed out', { eventName: 'REMOVE', ...before(SESSION) }, false],
  ['one that a person deleted', { ...BY_PERSON, ...before(SESSION) }, false],
  ['one that somebody of that name deleted', { ...BY_NAMESAKE, ...before(SESSION) }, false],
  ['one that another service deleted', { ...BY_SERVICE, ...before(SESSION) }, false],
  ['one that DynamoDB changed', { ...BY_TTL, eventName: 'MODIFY', ...before(SESSION) }, false],
  ["a user's item", { ...BY_TTL, ...before(USER) }, false],
  ['a session that was extended', { eventName: 'MODIFY', ...before(SESSION) }, false],
  ['a session that was created', { eventName: 'INSERT', dynamodb: { NewImage: SESSION } }, false],
];

const called = RECORDS.filter(([, , isCalled]) => isCalled);
test.each(called)('the function is called with %s', (_name, record) => {
  expect(matches(filter(withReader().stack), record)).toBe(true);
});

const passedOver = RECORDS.filter(([, , isCalled]) => !isCalled);
test.each(passedOver)('the function is not called with %s', (_name, record) => {
  expect(matches(filter(withReader().stack), record)).toBe(false);
});

test('a session of the runtime has the leaf that the filter looks for', () => {
  const record = { exp: 1, iat: 1, iss: 1, ver: 1, flash: new Map(), dat: new Map(), otherAttributes: {} };
  const item = toItem(new Uint8Array(32), record);
  expect(item[CREATED_ATTRIBUTE]).toEqual({ N: '1' });
  expect(item).toHaveProperty(KEY_ATTRIBUTE);
});

test('the same function twice, and a third one, are refused', () => {
  const { stack, sessions, fn } = withReader();
  expect(() => sessions.onExpired(fn)).toThrow('Stack/Sessions: onExpired is "Stack/Goodbye"; allowed: each function once');
  sessions.onExpired(makeFunction(stack, 'Second'));
  expect(() => sessions.onExpired(makeFunction(stack, 'Third'))).toThrow(/onExpired is "Stack\/Third"; allowed: 2 functions at most/);
  expect(mappings(stack)).toHaveLength(2);
});

test('a function of another Region or account is refused', () => {
  const stack = makeStack(HERE);
  const sessions = new SessionTable(stack, 'Sessions', { tableName: 'sessions' });
  const inRegion = new Stack(stack.node.root, 'Region', { env: { account: ACCOUNT, region: 'us-east-1' } });
  const inAccount = new Stack(stack.node.root, 'Account', { env: { ...HERE, account: OTHER_ACCOUNT } });
  expect(() => sessions.onExpired(makeFunction(inRegion))).toThrow(
    `Stack/Sessions: onExpired is a function in account ${ACCOUNT} and Region us-east-1; ` +
      `allowed: one in the table's own, ${ACCOUNT} and eu-west-1`,
  );
  expect(() => sessions.onExpired(makeFunction(inAccount))).toThrow(/onExpired is a function in account 444455556666/);
});

test('an imported table is refused, with the place to call it', () => {
  const sessions = SessionTable.fromTableName(makeStack(), 'Old', 'old-sessions');
  const message = 'Stack/Old: onExpired is called on an imported table; allowed: a table of this app';
  expect(() => sessions.onExpired(makeFunction(makeStack()))).toThrow(message);
});

test.each([undefined, null, {}, 'handler'])('what is not a function (%j) is refused', (value) => {
  const sessions = new SessionTable(makeStack(), 'Sessions');
  expect(() => sessions.onExpired(value as never)).toThrow('onExpired is not a function; allowed: a Lambda function');
});

test('a function whose role takes no policy is mapped, and a warning names the actions that it needs', () => {
  const stack = makeStack(HERE);
  const role = Role.fromRoleArn(stack, 'Fixed', `arn:aws:iam::${ACCOUNT}:role/app`, { mutable: false });
  const functionArn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:app`;
  const attributes = { functionArn, sameEnvironment: true };
  const old = (id: string, more: object) => lambda.Function.fromFunctionAttributes(stack, id, { ...attributes, ...more });
  const sessions = new SessionTable(stack, 'Sessions');
  sessions.onExpired(old('WithRole', { role }));
  sessions.onExpired(old('WithoutRole', {}));
  expect(mappings(stack)).toHaveLength(2);
  const text = /no effect.*DescribeStream, GetRecords.*grantWithoutEffect/s;
  expect(warnings(stack)).toContainEqual(expect.stringMatching(text));
  // Of an imported function without a role CDK itself says so.
  expect(warnings(stack)).toContainEqual(expect.stringMatching(/Add statement to this resource's role/));
});

test('two tables map one function each by itself', () => {
  const stack = makeStack(HERE);
  const fn = makeFunction(stack);
  new SessionTable(stack, 'Sessions').onExpired(fn);
  new SessionTable(stack, 'Baskets').onExpired(fn);
  expect(mappings(stack)).toHaveLength(2);
});

test('a stack without a Region can be synthesised', () => {
  const app = new App();
  withReader({}, new Stack(app, 'Stack'));
  expect(() => app.synth()).not.toThrow();
});
