import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Contestant } from './contestant';
import { ExpressSessions, expressSession } from './express-visits';

/** Other stores, installed in this folder only. */
const requireHere = createRequire(join(process.cwd(), 'bench/package.json'));

/** Uses the table `Express`, whose key is the string `id`. */
export function connectDynamodb(client: DynamoDBClient): Contestant {
  const sessions = expressSessions();
  const Store = (requireHere('connect-dynamodb') as (sessions: unknown) => new (options: object) => object)(sessions);
  return expressSession('connect-dynamodb', sessions, new Store({ table: 'Express', client }));
}

/** Uses the table `Express` too; its prefix differs. */
export function dynamodbSessionStore(client: DynamoDBClient): Contestant {
  // Version 1.1.0 is published without the TypeScript helpers that it calls.
  Object.assign(globalThis, requireHere('tslib'));
  const { DynamoDBStore } = requireHere('@pwrdrvr/dynamodb-session-store') as { DynamoDBStore: new (options: object) => object };
  return expressSession('@pwrdrvr/dynamodb-session-store', expressSessions(), new DynamoDBStore({ tableName: 'Express', dynamoDBClient: client }));
}

function expressSessions(): ExpressSessions {
  return requireHere('express-session') as ExpressSessions;
}
