/** A handler that reads its session through express-session and connect-dynamodb. Returns the CPU time of its process so far. */
/// <reference path="../../test/support/express-session.d.ts" />
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import connectDynamodb from 'connect-dynamodb';
import sessions from 'express-session';
import { ExpressSessions, expressSession } from '../express-visits';

const Store = connectDynamodb(sessions) as unknown as new (options: object) => object;
const { visit } = expressSession('connect-dynamodb', sessions as unknown as ExpressSessions, new Store({ table: 'Express', client: new DynamoDBClient({}) }));

export async function handler(): Promise<NodeJS.CpuUsage> {
  await visit(process.env.EXPRESS_COOKIE, 'read');
  return process.cpuUsage();
}
