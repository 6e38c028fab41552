import { createHash, randomBytes } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { clock } from './clock';

/** The data of a plain session. */
export type PlainData = Record<string, unknown>;

const TableName = process.env.SESSION_TABLE_NAME;
const SECONDS = 20 * 60;
const client = new DynamoDBClient({});

/**
 * A store as often written by hand, and as most session stores work: it reads the
 * whole session at the start of a request, and writes all of it at the end. Its
 * reads are strongly consistent, so stale reads are not the reason for what it
 * loses.
 */
export const plainStore = {
  newId: () => randomBytes(32).toString('base64url'),

  async load(id: string | undefined): Promise<PlainData | undefined> {
    if (id === undefined) return undefined;
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(id), ConsistentRead: true }));
    const isAlive = Number(Item?.exp?.N ?? 0) > clock.now() / 1000;
    return isAlive ? (JSON.parse(Item?.all?.S ?? '{}') as PlainData) : undefined;
  },

  async save(id: string, data: PlainData): Promise<void> {
    const exp = { N: String(Math.floor(clock.now() / 1000) + SECONDS) };
    await client.send(new PutItemCommand({ TableName, Item: { ...keyOf(id), exp, all: { S: JSON.stringify(data) } } }));
  },

  async destroy(id: string): Promise<void> {
    await client.send(new DeleteItemCommand({ TableName, Key: keyOf(id) }));
  },
};

function keyOf(id: string) {
  return { sid: { B: createHash('sha256').update(id).digest() } };
}
