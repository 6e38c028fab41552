import { Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ACCOUNT, HERE, makeFunction, makeStack, OTHER_ACCOUNT, statements, variables, warnings } from './fixture';
import { SessionTable } from '../../src';

const TWO_ACTIONS = ['dynamodb:GetItem', 'dynamodb:DeleteItem'];
const OLD = { 'Fn::GetAtt': [expect.stringMatching(/^Old/), 'Arn'] };
const ID = { name: 'id', type: dynamodb.AttributeType.STRING };
const arn = (account: string, region: string) => `arn:aws:dynamodb:${region}:${account}:table/old`;

function oldTable(stack: Stack, props: Partial<dynamodb.TableProps> = {}): dynamodb.Table {
  return new dynamodb.Table(stack, 'Old', { partitionKey: ID, ...props });
}

describe('grantMigration', () => {
  test('allows GetItem and DeleteItem on the old table and nothing on the session table', () => {
    const stack = makeStack();
    const fn = makeFunction(stack);
    new SessionTable(stack, 'Sessions').grantMigration(fn, oldTable(stack)).assertSuccess();
    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: TWO_ACTIONS, Resource: OLD }]);
    expect(variables(stack)).toEqual({});
    expect(warnings(stack)).toEqual([]);
  });

  test('adds to what grantReadWrite allows, in either order', () => {
    const allowed = [true, false].map((isFirst) => {
      const stack = makeStack();
      const fn = makeFunction(stack);
      const sessions = new SessionTable(stack, 'Sessions');
      if (isFirst) sessions.grantMigration(fn, oldTable(stack));
      sessions.grantReadWrite(fn);
      if (!isFirst) sessions.grantMigration(fn, oldTable(stack));
      return statements(stack);
    });
    expect(allowed[0]).toHaveLength(2);
    expect(allowed[0]).toEqual(expect.arrayContaining(allowed[1] ?? []));
  });

  test('allows to decrypt with the key of the old table, and with no key of the session table', () => {
    const stack = makeStack(HERE);
    const encryption = dynamodb.TableEncryptionV2.customerManagedKey(new kms.Key(stack, 'OwnKey'));
    const encryptionKey = new kms.Key(stack, 'OldKey');
    new SessionTable(stack, 'Sessions', { encryption }).grantMigration(makeFunction(stack), oldTable(stack, { encryptionKey }));
    expect(statements(stack)).toEqual([
      { Effect: 'Allow', Action: TWO_ACTIONS, Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Old(?!Key)/), 'Arn'] } },
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^OldKey/), 'Arn'] } },
    ]);
  });

  test('leaves out the indexes of the old table', () => {
    const stack = makeStack();
    const old = oldTable(stack);
    old.addGlobalSecondaryIndex({ indexName: 'expires', partitionKey: { name: 'expires', type: dynamodb.AttributeType.NUMBER } });
    new SessionTable(stack, 'Sessions').grantMigration(makeFunction(stack), old);
    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: TWO_ACTIONS, Resource: OLD }]);
  });

  test.each<[string, (stack: Stack) => dynamodb.ITable]>([
    ['of TableV2', (stack) => new dynamodb.TableV2(stack, 'Old', { partitionKey: ID })],
    ['imported by its name', (stack) => dynamodb.Table.fromTableName(stack, 'Old', 'old')],
    ['imported by its ARN', (stack) => dynamodb.Table.fromTableArn(stack, 'Old', arn(ACCOUNT, 'eu-west-1'))],
  ])('takes a table %s', (_name, make) => {
    const stack = makeStack(HERE);
    new SessionTable(stack, 'Sessions').grantMigration(makeFunction(stack), make(stack));
    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: TWO_ACTIONS, Resource: expect.anything() as unknown }]);
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['an alias', (stack) => new lambda.Alias(stack, 'Live', { aliasName: 'live', version: makeFunction(stack).currentVersion })],
    ['a version', (stack) => makeFunction(stack).currentVersion],
    ['a role', (stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() })],
    ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/app`)],
  ])('takes %s', (_name, grantee) => {
    const stack = makeStack(HERE);
    new SessionTable(stack, 'Sessions').grantMigration(grantee(stack), oldTable(stack)).assertSuccess();
    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: TWO_ACTIONS, Resource: OLD }]);
  });

  test('is there on an imported session table', () => {
    const stack = makeStack(HERE);
    SessionTable.fromTableName(stack, 'Sessions', 'sessions').grantMigration(makeFunction(stack), oldTable(stack));
    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: TWO_ACTIONS, Resource: OLD }]);
  });

  test('warns where the grantee takes no policy, and names the two actions', () => {
    const stack = makeStack(HERE);
    const role = iam.Role.fromRoleArn(stack, 'Fixed', `arn:aws:iam::${ACCOUNT}:role/app`, { mutable: false });
    new SessionTable(stack, 'Sessions').grantMigration(role, oldTable(stack));
    expect(warnings(stack)).toEqual([expect.stringMatching(/no effect.*GetItem, DeleteItem where.*grantWithoutEffect/s)]);
  });

  test('refuses a table of another Region, where no client would look for it', () => {
    const stack = makeStack(HERE);
    const old = dynamodb.Table.fromTableArn(stack, 'Old', arn(ACCOUNT, 'eu-north-1'));
    const sessions = new SessionTable(stack, 'Sessions');
    expect(() => sessions.grantMigration(makeFunction(stack), old)).toThrow(/^Stack\/Sessions: oldTable is in eu-north-1; allowed: .*eu-west-1/);
  });

  test('refuses a table that a stack in another Region defines', () => {
    const stack = makeStack(HERE);
    const other = new Stack(stack.node.root, 'Other', { env: { ...HERE, region: 'eu-north-1' } });
    const sessions = new SessionTable(stack, 'Sessions');
    expect(() => sessions.grantMigration(makeFunction(stack), oldTable(other))).toThrow(/oldTable is in eu-north-1/);
  });

  test('refuses a table of another account than the grantee', () => {
    const stack = makeStack(HERE);
    const old = dynamodb.Table.fromTableArn(stack, 'Old', arn(OTHER_ACCOUNT, 'eu-west-1'));
    const sessions = new SessionTable(stack, 'Sessions');
    expect(() => sessions.grantMigration(makeFunction(stack), old)).toThrow(/grantee is in account 111122223333/);
  });

  test.each([undefined, null, 'sessions', {}])('refuses %p, which is not a table', (value) => {
    const stack = makeStack();
    const sessions = new SessionTable(stack, 'Sessions');
    expect(() => sessions.grantMigration(makeFunction(stack), value as unknown as dynamodb.ITable)).toThrow(/oldTable is not a table/);
  });
});
