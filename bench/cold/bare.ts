/** The SDK's client alone, from the start of its process to its first read. */
import { createHash } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const B = createHash('sha256').update(process.env.COOKIE!.split('=')[1]!).digest();
void new DynamoDBClient({}).send(new GetItemCommand({ TableName: 'Sessions', Key: { sid: { B } } }))
  .then(() => {
    console.log(JSON.stringify(process.cpuUsage()));
    process.exit();
  });
