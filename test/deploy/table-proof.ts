import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { Cloud, InlinePolicy, Statement } from './cloud';
import { OPERATIONS, TTL_ATTRIBUTE } from '../../src/contract';
import { type Report, check } from '../support/report';

const ACTIONS = OPERATIONS.map((operation) => `dynamodb:${operation}`).sort();

/** A stack's table, and the role that may use it. */
export interface Granted {
  readonly tableName: string;
  readonly tableArn: string;
  readonly policy: InlinePolicy;
}

/** The statements that allow anything on DynamoDB. */
export function onDynamoDb({ statements }: InlinePolicy): Statement[] {
  return statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('dynamodb:')));
}

/** Finds the one table of a stack and the one role that may use it. */
export async function grantedBy(cloud: Cloud, stack: string): Promise<Granted> {
  const [tableName, ...others] = await cloud.physicalIds(stack, 'AWS::DynamoDB::GlobalTable');
  check(tableName !== undefined && others.length === 0, `${stack} does not have one table`);
  const { Table } = await cloud.dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  const roles = await cloud.physicalIds(stack, 'AWS::IAM::Role');
  const policies = (await Promise.all(roles.map((role) => cloud.policies(role)))).flat().filter((policy) => onDynamoDb(policy).length > 0);
  const [policy, ...more] = policies;
  check(policy !== undefined && more.length === 0, `${policies.length} policies of ${stack} speak of DynamoDB, not one`);
  return { tableName, tableArn: Table?.TableArn ?? '', policy };
}

/** The tables of a stack, and whether they outlive it. */
export async function tablesOf(cloud: Cloud, stack: string): Promise<{ readonly name: string; readonly isRetained: boolean }[]> {
  if ((await cloud.status(stack)) === undefined) return [];
  const { Resources } = await cloud.template(stack);
  const resources = await cloud.resources(stack);
  return resources.filter(({ ResourceType }) => ResourceType === 'AWS::DynamoDB::GlobalTable').flatMap(({ LogicalResourceId = '', PhysicalResourceId }) =>
    PhysicalResourceId ? [{ name: PhysicalResourceId, isRetained: Resources[LogicalResourceId]?.DeletionPolicy !== 'Delete' }] : []);
}

/** Proves the key, the TTL attribute, the policy's text and the environment. */
export async function proveTable(report: Report, cloud: Cloud, stack: string): Promise<void> {
  await report.prove(`${stack}: the key is sid, of type B, alone`, () => key(cloud, stack));
  await report.prove(`${stack}: TTL is on for ${TTL_ATTRIBUTE} in the template, which the emulator does not read`, () => timeToLive(cloud, stack));
  await report.prove(`${stack}: one role holds one statement of four actions on one ARN`, () => policyText(cloud, stack));
  await report.prove(`${stack}: functions and containers are told the table and its options`, () => environment(cloud, stack));
}

async function key(cloud: Cloud, stack: string): Promise<string> {
  const { tableName } = await grantedBy(cloud, stack);
  const { Table } = await cloud.dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  const seen = JSON.stringify([Table?.KeySchema, Table?.AttributeDefinitions]);
  check(seen === '[[{"AttributeName":"sid","KeyType":"HASH"}],[{"AttributeName":"sid","AttributeType":"B"}]]', seen);
  return `${tableName} has ${seen}`;
}

async function timeToLive(cloud: Cloud, stack: string): Promise<string> {
  const { Resources } = await cloud.template(stack);
  const table = Object.values(Resources).find(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable');
  const seen = JSON.stringify(table?.Properties?.TimeToLiveSpecification);
  check(seen === JSON.stringify({ AttributeName: TTL_ATTRIBUTE, Enabled: true }), seen);
  return seen;
}

async function policyText(cloud: Cloud, stack: string): Promise<string> {
  const { tableArn, policy } = await grantedBy(cloud, stack);
  const [statement, ...others] = onDynamoDb(policy);
  const seen = JSON.stringify(statement);
  check(others.length === 0 && statement?.Effect === 'Allow', seen);
  check(JSON.stringify([statement.Action].flat().sort()) === JSON.stringify(ACTIONS), seen);
  check(JSON.stringify([statement.Resource].flat()) === JSON.stringify([tableArn]), seen);
  return seen;
}

async function environment(cloud: Cloud, stack: string): Promise<string> {
  const { tableName } = await grantedBy(cloud, stack);
  const functions = await cloud.physicalIds(stack, 'AWS::Lambda::Function');
  const tasks = await cloud.physicalIds(stack, 'AWS::ECS::TaskDefinition');
  const seen = [
    ...(await Promise.all(functions.map((name) => cloud.functionEnvironment(name)))),
    ...(await Promise.all(tasks.map((task) => cloud.taskEnvironments(task)))).flat(),
  ];
  check(seen.length > 0, 'there is neither a function nor a container');
  for (const variables of seen) {
    check(variables.SESSION_TABLE_NAME === tableName, `SESSION_TABLE_NAME is ${variables.SESSION_TABLE_NAME}`);
    check(Object(JSON.parse(variables.SESSION_TABLE_OPTIONS ?? 'null')) !== null, 'SESSION_TABLE_OPTIONS is not JSON');
  }
  return seen.map(({ SESSION_TABLE_NAME: name, SESSION_TABLE_OPTIONS: options }) => `${name} ${options}`).join('; ');
}
