import { AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Item } from '../src/runtime/client/session-client';
import { itemSize } from '../src/runtime/table/item-size';

/** What was used of a table, in DynamoDB's request units. */
export interface Usage {
  calls: number;
  read: number;
  write: number;
}

type Attributes = Record<string, AttributeValue>;

/** A client that counts what its calls cost, by the sizes of the items before and after each. */
export function countingClient(usage: Usage): DynamoDBClient {
  const [client, plain] = [new DynamoDBClient({}), new DynamoDBClient({})];
  const sizeOf = async (TableName: string, Key: Attributes): Promise<number> =>
    itemSize(((await plain.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item ?? {}) as Item);
  client.middlewareStack.add((next, { commandName = '' }) => async (args) => {
    // After the document client has marshalled the input.
    const input = args.input as { TableName: string; Key?: Attributes; Item?: Attributes; ConsistentRead?: boolean };
    if (!/^(?:Get|Put|Update|Delete)/.test(commandName)) return next(args);
    const key = input.Key ?? keyOf(input.Item!);
    const before = await sizeOf(input.TableName, key);
    try {
      return await next(args);
    } finally {
      usage.calls++;
      if (commandName.startsWith('Get')) usage.read += Math.max(1, Math.ceil(before / 4096)) / (input.ConsistentRead === true ? 1 : 2);
      else usage.write += Math.max(1, Math.ceil(Math.max(before, await sizeOf(input.TableName, key)) / 1024));
    }
  }, { step: 'build' });
  return client;
}

function keyOf(item: Attributes): Attributes {
  const name = 'sid' in item ? 'sid' : 'id';
  return { [name]: item[name]! };
}
