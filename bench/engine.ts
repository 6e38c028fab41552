/** dynalite in a process of its own, until its input ends. Prints where it listens. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { startEmbeddedTable } from '../src/testing';

async function main(): Promise<void> {
  const table = await startEmbeddedTable();
  for (const { TableName, AttributeName } of [{ TableName: 'Express', AttributeName: 'id' }, { TableName: 'Architect', AttributeName: '_idx' }]) {
    await table.client.send(new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
      KeySchema: [{ AttributeName, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }));
  }
  console.log(table.endpoint);
  process.stdin.resume().once('end', () => void table.stop());
}

void main();
