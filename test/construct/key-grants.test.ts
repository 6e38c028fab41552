import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { TableEncryptionV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HERE, makeFunction, makeStack, statements, warnings } from './fixture';
import { SessionTable } from '../../src';

const WITHOUT_EFFECT = expect.stringMatching(/customer's key had no effect.*kms:Decrypt.*keyGrantWithoutEffect/s) as string;

test('a grant on a table whose key was imported by its alias, which takes no grant, brings a warning', () => {
  const stack = makeStack(HERE);
  const key = kms.Alias.fromAliasName(stack, 'Key', 'alias/shop');
  new SessionTable(stack, 'Sessions', { encryption: TableEncryptionV2.customerManagedKey(key) }).grantReadWrite(makeFunction(stack));
  expect(JSON.stringify(statements(stack))).not.toContain('kms:');
  expect(warnings(stack)).toContainEqual(WITHOUT_EFFECT);
});

test('so does a grant on an imported table with such a key', () => {
  const stack = makeStack(HERE);
  const encryptionKey = kms.Alias.fromAliasName(stack, 'Key', 'alias/shop');
  SessionTable.fromSessionTableAttributes(stack, 'Sessions', { tableName: 'sessions', encryptionKey }).grantRead(makeFunction(stack));
  expect(warnings(stack)).toContainEqual(WITHOUT_EFFECT);
});

test('a key that was imported by its ARN takes the grant, without a warning', () => {
  const stack = makeStack(HERE);
  const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/0b7e5ab3-1f9b-4c6e-9f5e-1a2b3c4d5e6f');
  new SessionTable(stack, 'Sessions', { encryption: TableEncryptionV2.customerManagedKey(key) }).grantReadWrite(makeFunction(stack));
  expect(JSON.stringify(statements(stack))).toContain('kms:GenerateDataKey');
  expect(warnings(stack)).toEqual([]);
});

test('with the feature flag by which CDK grants on an alias all the same there is no warning', () => {
  const app = new App({ context: { '@aws-cdk/aws-kms:applyImportedAliasPermissionsToPrincipal': true } });
  const stack = new Stack(app, 'Stack', { env: HERE });
  const key = kms.Alias.fromAliasName(stack, 'Key', 'alias/shop');
  new SessionTable(stack, 'Sessions', { encryption: TableEncryptionV2.customerManagedKey(key) }).grantReadWrite(makeFunction(stack));
  expect(JSON.stringify(statements(stack))).toContain('kms:ResourceAliases');
  expect(warnings(stack)).toEqual([]);
});

test.each([new AnyPrincipal(), new ServicePrincipal('ec2.amazonaws.com')])('a grant that has no effect on the table opens no key', (grantee) => {
  const stack = makeStack(HERE);
  const encryption = TableEncryptionV2.customerManagedKey(new kms.Key(stack, 'Key'));
  new SessionTable(stack, 'Sessions', { encryption }).grantReadWrite(grantee);
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  expect(key?.Properties.KeyPolicy.Statement).toHaveLength(1);
  expect(warnings(stack)).toEqual([expect.stringContaining('grantWithoutEffect')]);
});
