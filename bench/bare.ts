import { createHash, randomBytes } from 'node:crypto';
import { AttributeValue, DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Contestant } from './contestant';
import { goods } from './visits';

/** The floor: the SDK's calls with nothing around them, and the data as one JSON text. */
export function bareSdk(client: DynamoDBClient): Contestant {
  const TableName = 'Sessions';
  const store = (sid: Uint8Array, data: object) =>
    client.send(new PutItemCommand({ TableName, Item: { sid: { B: sid }, exp: { N: '9999999999' }, dat: { S: JSON.stringify(data) } } }));
  return {
    name: 'bare SDK calls',
    visit: async (cookies, use, bytes = 0) => {
      if (use === 'none') return cookies;
      if (use === 'sign-in') {
        const sid = randomBytes(32);
        await store(sid, { count: 0, cart: goods(bytes) });
        return sid.toString('base64url');
      }
      const Key: Record<string, AttributeValue> = { sid: { B: keyOf(cookies ?? '') } };
      if (use === 'sign-out') {
        await client.send(new DeleteItemCommand({ TableName, Key }));
        return undefined;
      }
      const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
      // Ours reads one small key without parsing the whole session; so the floor parses only what it changes.
      if (use === 'change' && Item) {
        const data = JSON.parse(Item.dat!.S!) as { count: number };
        await store(Key.sid!.B!, { ...data, count: data.count + 1 });
      }
      return cookies;
    },
  };
}

/** A cookie that no sign-in issued becomes some key. */
function keyOf(cookie: string): Uint8Array {
  return /^[\w-]{43}$/.test(cookie) ? Buffer.from(cookie, 'base64url') : createHash('sha256').update(cookie).digest();
}
