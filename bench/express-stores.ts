import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Contestant, Use } from './contestant';
import { Goods, goods } from './visits';

type Callback = (error?: unknown) => void;

interface ExpressSession {
  count?: number;
  cart?: Goods[];
  destroy(callback: Callback): void;
}

interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  session: ExpressSession;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: Callback) => void;
type ExpressSessions = ((options: object) => Middleware) & { Store: unknown };

/** Other stores, installed in this folder only. */
const requireHere = createRequire(join(process.cwd(), 'bench/package.json'));

/** Uses the table `Express`, whose key is the string `id`. */
export function connectDynamodb(client: DynamoDBClient): Contestant {
  const Store = (requireHere('connect-dynamodb') as (sessions: unknown) => new (options: object) => object)(requireHere('express-session'));
  return expressSession('connect-dynamodb', new Store({ table: 'Express', client }));
}

/** Uses the table `Express` too; its prefix differs. */
export function dynamodbSessionStore(client: DynamoDBClient): Contestant {
  // Version 1.1.0 is published without the TypeScript helpers that it calls.
  Object.assign(globalThis, requireHere('tslib'));
  const { DynamoDBStore } = requireHere('@pwrdrvr/dynamodb-session-store') as { DynamoDBStore: new (options: object) => object };
  return expressSession('@pwrdrvr/dynamodb-session-store', new DynamoDBStore({ tableName: 'Express', dynamoDBClient: client }));
}

/** express-session as its documentation recommends it, without Express and without a socket. */
function expressSession(name: string, store: object): Contestant {
  const sessions = requireHere('express-session') as ExpressSessions;
  const middleware = sessions({ store, secret: 'bench', resave: false, saveUninitialized: false, cookie: { maxAge: 1_200_000 } });
  return {
    name,
    visit: (cookies, use, bytes = 0) => new Promise((resolve, reject) => {
      const request = new IncomingMessage(new Socket()) as ExpressRequest;
      Object.assign(request, { method: 'GET', url: '/', originalUrl: '/', headers: { host: 'shop.example.com', cookie: cookies } });
      const response = new ServerResponse(request as IncomingMessage);
      response.end = (() => {
        const [set] = [response.getHeader('set-cookie') ?? []].flat();
        resolve(set === undefined ? cookies : String(set).split(';')[0]);
        return response;
      }) as ServerResponse['end'];
      middleware(request, response, (error) => {
        if (error !== undefined && error !== null) return reject(error as Error);
        handle(request, use, bytes, (failure) => (failure === undefined || failure === null ? response.end() : reject(failure as Error)));
      });
    }),
  };
}

function handle({ session }: ExpressRequest, use: Use, bytes: number, done: Callback): void {
  if (use === 'sign-out') return session.destroy(done);
  if (use === 'change') session.count = (session.count ?? 0) + 1;
  if (use === 'sign-in') Object.assign(session, { count: 0, cart: goods(bytes) });
  done();
}
