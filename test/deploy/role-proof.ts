import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { GetRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Cloud, Key } from './cloud';
import { ACCOUNT } from './emulator';
import { type Granted, grantedBy } from './table-proof';
import { type Report, check } from '../support/report';

const id = (byte: number) => ({ sid: { B: new Uint8Array(32).fill(byte) } });

type Calls = Readonly<Record<string, (role: DynamoDB, table: string) => Promise<unknown>>>;

/** What the runtime calls. */
const ALLOWED: Calls = {
  PutItem: (role, TableName) => role.putItem({ TableName, Item: { ...id(1), ver: { N: '1' } } }),
  GetItem: (role, TableName) => role.getItem({ TableName, Key: id(1) }),
  UpdateItem: (role, TableName) => role.updateItem({ TableName, Key: id(1), UpdateExpression: 'ADD ver :one', ExpressionAttributeValues: { ':one': { N: '1' } } }),
  DeleteItem: (role, TableName) => role.deleteItem({ TableName, Key: id(1) }),
};

/** What signing a user in needs: transactions have no action of their own, each part needs that of its operation. */
const TRANSACTION: Calls = {
  'TransactWriteItems of two Puts and a Delete': (role, TableName) => role.transactWriteItems({
    TransactItems: [
      { Put: { TableName, Item: { ...id(2), ver: { N: '1' } }, ConditionExpression: 'attribute_not_exists(sid)' } },
      { Put: { TableName, Item: { ...id(3), ver: { N: '1' } } } },
      { Delete: { TableName, Key: id(4) } },
    ],
  }),
};

const DENIED: Calls = {
  'Scan': (role, TableName) => role.scan({ TableName }),
  'Query': (role, TableName) => role.query({ TableName, KeyConditionExpression: 'sid = :sid', ExpressionAttributeValues: { ':sid': id(1).sid } }),
  'DescribeTable': (role, TableName) => role.describeTable({ TableName }),
  'BatchGetItem': (role, table) => role.batchGetItem({ RequestItems: { [table]: { Keys: [id(1)] } } }),
  'BatchWriteItem': (role, table) => role.batchWriteItem({ RequestItems: { [table]: [{ PutRequest: { Item: id(1) } }] } }),
  'PartiQL SELECT': (role, table) => role.executeStatement({ Statement: `SELECT * FROM "${table}"` }),
  'ConditionCheck': (role, TableName) => role.transactWriteItems({
    TransactItems: [{ ConditionCheck: { TableName, Key: id(1), ConditionExpression: 'attribute_not_exists(sid)' } }],
  }),
  'UpdateTimeToLive': (role, TableName) => role.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName: 'iat', Enabled: true } }),
  'DeleteTable': (role, TableName) => role.deleteTable({ TableName }),
  'GetItem of another table': (role) => role.getItem({ TableName: 'another-table', Key: id(1) }),
};

/** Proves what the role may do, by doing it as that role. */
export async function proveRole(report: Report, cloud: Cloud, stack: string): Promise<void> {
  const { tableName, policy } = await grantedBy(cloud, stack);
  const role = cloud.dynamodbAs(await assume(cloud, policy));
  const attempt = (calls: Calls, outcome: string) => async () => {
    const seen = await Promise.all(Object.entries(calls).map(async ([name, call]) => `${name} ${await outcomeOf(call(role, tableName))}`));
    const others = seen.filter((text) => !text.endsWith(` ${outcome}`));
    check(others.length === 0, others.join(', '));
    return `${seen.length}: ${Object.keys(calls).join(', ')}`;
  };
  await report.prove(`${stack}: as its role, the four actions are allowed`, attempt(ALLOWED, 'allowed'));
  await report.prove(`${stack}: as its role, the transaction of a sign-in is allowed`, attempt(TRANSACTION, 'allowed'));
  await report.prove(`${stack}: as its role, everything else is denied`, attempt(DENIED, 'denied'));
}

/** The role's key: for a moment the role trusts the account, then its service alone again. */
async function assume(cloud: Cloud, { roleName }: Granted['policy']): Promise<Key> {
  const { Role } = await cloud.iam.send(new GetRoleCommand({ RoleName: roleName }));
  const trusted = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
  const account = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } };
  const loosened = JSON.stringify({ Version: '2012-10-17', Statement: [account] });
  await cloud.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: loosened }));
  try {
    const { Credentials } = await cloud.sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'proof' }));
    check(Credentials !== undefined, `${roleName} could not be assumed`);
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } finally {
    await cloud.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: trusted }));
  }
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return 'denied';
    throw error;
  }
}
