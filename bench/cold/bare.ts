/** A handler that reads an item through the SDK's client alone. Returns the CPU time of its process so far. */
import { createHash } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export async function handler(): Promise<NodeJS.CpuUsage> {
  const B = createHash('sha256').update(process.env.COOKIE!.split('=')[1]!).digest();
  await client.send(new GetItemCommand({ TableName: 'Sessions', Key: { sid: { B } } }));
  return process.cpuUsage();
}
