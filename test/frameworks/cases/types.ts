import { test } from 'node:test';
import middy from '@middy/core';
import type {
  ALBEvent, ALBResult, APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult, APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2, APIGatewayRequestAuthorizerHandler, APIGatewayRequestSimpleAuthorizerHandlerV2WithContext, Context,
} from 'aws-lambda';
import express from 'express';
import expressSession from 'express-session';
import { Hono } from 'hono';
import koaSession from 'koa-session';
import middy6 from 'middy6';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { sessionStore } from '../../../src/runtime/adapters/express-session';
import { type SessionVariables, honoSessions } from '../../../src/runtime/adapters/hono';
import { middySessions } from '../../../src/runtime/adapters/middy';
import { type SessionFactory, type WithSession, fetchHandler, lambdaHandler, sessionAuthorizer } from '../../../src/runtime/core';
import type { Shop } from '../support/table';

/** Never run: what the compiler finds in it is the test, under exactOptionalPropertyTypes. */
export function typed(sessions: SessionFactory<Shop>): unknown[] {
  const name = async ({ session }: Pick<WithSession<Shop>, 'session'>): Promise<string | undefined> => (await session()).get('name');

  const rest: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> =
    lambdaHandler(sessions, async (_event: APIGatewayProxyEvent, context) => ({ statusCode: 200, body: await name(context) ?? '' }));
  const alb: (event: ALBEvent, context: Context) => Promise<ALBResult> =
    lambdaHandler(sessions, async (_event: ALBEvent, context) => ({ statusCode: 200, body: await name(context) ?? '' }));

  const one: APIGatewayRequestAuthorizerHandler = async (event) => sessionAuthorizer(sessions, (session) => session.has('name'))(event as APIGatewayRequestAuthorizerEvent);
  const two: APIGatewayRequestSimpleAuthorizerHandlerV2WithContext<object> =
    async (event) => sessionAuthorizer(sessions, (session, { routeArn }: APIGatewayRequestAuthorizerEventV2) => ({ name: session.get('name'), routeArn }))(event);

  const fetch: (request: Request) => Promise<Response> = fetchHandler(sessions, async (request, { session }) => {
    const form = await request.formData();
    (await session()).set('name', String(form.get('name')));
    return Response.json((await session()).toObject());
  });
  const withMore: (request: Request, environment: { readonly stage: string }) => Promise<Response> =
    fetchHandler(sessions, async (_request: Request, { session }, { stage }: { readonly stage: string }) => Response.json({ stage, name: (await session()).get('name') }));

  const wrapped = middy<APIGatewayProxyEventV2, { statusCode: number }>()
    .use(middySessions(sessions))
    .handler(async (_event, context) => ({ statusCode: (await context.session()).get('name') === undefined ? 404 : 200 }));

  const wrapped6 = middy6<APIGatewayProxyEventV2, { statusCode: number }>()
    .use(middySessions(sessions))
    .handler(async (_event, context) => ({ statusCode: (await context.session()).get('name') === undefined ? 404 : 200 }));

  const hono = new Hono<{ Variables: SessionVariables<Shop> }>().use(honoSessions(sessions)).get('/', async (c) => {
    const session = await c.var.session();
    // @ts-expect-error - no key of the shop
    session.get('basket');
    return c.text(`${session.get('cart')?.length ?? 0}`);
  });

  const shop = expressSessions(sessions);
  const app = express().use(shop).use(shop.passport());
  app.use(expressSession({ store: sessionStore(expressSession, sessions), secret: 's', resave: false, saveUninitialized: false }));
  app.get('/', async (request, response) => {
    const cart: string[] = (await shop.session(request)).get('cart') ?? [];
    response.send(cart);
  });
  const store: Parameters<typeof koaSession>[0] = { store: sessionStore(sessions) } as never;
  return [rest, alb, one, two, fetch, withMore, wrapped, wrapped6, hono, app, store];
}

test('the types of the frameworks fit, and carry those of the session through', () => undefined);
