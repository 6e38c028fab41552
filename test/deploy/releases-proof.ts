import { DescribeChangeSetCommand, DescribeStackEventsCommand, ExecuteChangeSetCommand, waitUntilStackUpdateComplete } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, GetItemCommand, PutItemCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import type { CdkApp } from './cdk-app';
import type { Cloud } from './cloud';
import { type Report, check } from '../support/report';

const UPDATED = 'ProbeUpdated';
const FAILING = 'ProbeFailing';
const RELEASES = ['timeout', 'point-in-time recovery', 'deletion protection', 'a replica', 'no deletion protection, removal policy'];
/**
 * The properties for which CloudFormation makes another table.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 */
const REPLACING = ['KeySchema', 'LocalSecondaryIndexes', 'TableName'];
const REPLACED = 'replaced';
const ID = { sid: { B: new Uint8Array(32).fill(7) } };

/** Proves that releases keep the table and its item, and that CloudFormation would say so if they did not. */
export async function proveUpdates(report: Report, cloud: Cloud, app: CdkApp): Promise<void> {
  const [tableName = ''] = await cloud.physicalIds(UPDATED, 'AWS::DynamoDB::GlobalTable');
  const born = await tableId(cloud, tableName);
  await cloud.dynamodb.send(new PutItemCommand({ TableName: tableName, Item: ID }));
  for (const [index, change] of RELEASES.entries()) {
    await report.prove(`Changing ${change} keeps the table and its item`, async () => {
      const plan = await changeTo(cloud, app, `release-${index + 1}`, { RELEASE: String(index + 1) });
      check(!plan.includes(REPLACED), `the change set says: ${plan}`);
      await execute(cloud, `release-${index + 1}`);
      const { Item } = await cloud.dynamodb.send(new GetItemCommand({ TableName: tableName, Key: ID, ConsistentRead: true }));
      check(Item !== undefined, 'the item is gone');
      check((await tableId(cloud, tableName)) === born, 'it is another table');
      return `the change set says: ${plan}; then the same table, the same item`;
    });
  }
  await report.prove('Changing tableName would replace the table, and the change set says so', async () => {
    const plan = await changeTo(cloud, app, 'renamed', { RELEASE: String(RELEASES.length), TABLE_NAME: 'probe-renamed' });
    check(plan.includes(REPLACED), plan);
    return plan;
  });
}

/** Proves that a first deployment that fails does not leave its table behind, which would be in the way of the second. */
export async function proveFailedDeployment(report: Report, cloud: Cloud, app: CdkApp): Promise<void> {
  await report.prove('A first deployment that fails leaves nothing behind', async () => {
    const failure = await app.deploy(FAILING).then(() => undefined, (error: unknown) => error);
    check(failure !== undefined, 'the deployment did not fail');
    const { StackEvents = [] } = await cloud.cloudFormation.send(new DescribeStackEventsCommand({ StackName: FAILING }));
    const wasMade = StackEvents.some((event) => event.ResourceType === 'AWS::DynamoDB::GlobalTable' && event.ResourceStatus === 'CREATE_COMPLETE');
    check(wasMade, `the table was never made: ${(failure as Error).message}`);
    const left = await cloud.dynamodb.send(new DescribeTableCommand({ TableName: 'probe-failing' })).then(({ Table }) => Table?.TableName, (error: unknown) => {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });
    check(left === undefined, `the table ${left} is still there`);
    return `${await cloud.status(FAILING)}, no table`;
  });
}

/** Prepares a change set. @returns what it would do to the table */
async function changeTo(cloud: Cloud, app: CdkApp, name: string, variables: Readonly<Record<string, string>>): Promise<string> {
  await app.prepareChangeSet(UPDATED, name, variables);
  const { Changes = [] } = await cloud.cloudFormation.send(new DescribeChangeSetCommand({ StackName: UPDATED, ChangeSetName: name }));
  const change = Changes.find(({ ResourceChange }) => ResourceChange?.ResourceType === 'AWS::DynamoDB::GlobalTable')?.ResourceChange;
  if (change === undefined) return 'the table is not touched';
  const changed = (change.Details ?? []).flatMap(({ Target }) => Target?.Name ?? Target?.Attribute ?? []);
  // What the emulator does not know of this type, it calls conditional.
  const isReplaced = change.Action !== 'Modify' || change.Replacement === 'True' || changed.some((property) => REPLACING.includes(property));
  return `the table is ${isReplaced ? REPLACED : 'kept'} (${changed.join(', ')})`;
}

async function execute(cloud: Cloud, name: string): Promise<void> {
  await cloud.cloudFormation.send(new ExecuteChangeSetCommand({ StackName: UPDATED, ChangeSetName: name }));
  await waitUntilStackUpdateComplete({ client: cloud.cloudFormation, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StackName: UPDATED });
}

async function tableId(cloud: Cloud, tableName: string): Promise<string> {
  const { Table } = await cloud.dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  return `${Table?.TableId} ${Table?.CreationDateTime?.getTime()}`;
}
