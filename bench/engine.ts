/** dynoxide, or dynalite where its binary is not there, beside the process that measures, until the input ends. Prints its name and where it listens. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DYNALITE, findDynoxide } from '../test/support/engines';

async function main(): Promise<void> {
  const engine = findDynoxide() ?? DYNALITE;
  const table = await engine.start();
  for (const { TableName, AttributeName } of [{ TableName: 'Express', AttributeName: 'id' }, { TableName: 'Architect', AttributeName: '_idx' }]) {
    await table.client.send(new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
      KeySchema: [{ AttributeName, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }));
  }
  console.log(`${engine.name} ${table.endpoint}`);
  process.stdin.resume().once('end', () => void table.stop());
}

void main();
