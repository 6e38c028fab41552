import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { behaviours } from './behaviours';
import { serveLambda } from './lambda';
import type { Shop } from './table';
import type { SessionFactory, WithSession } from '../../../src/runtime';
import type { MiddySessions } from '../../../src/runtime/adapters/middy';

type Handler = (event: APIGatewayProxyEventV2, context: Context & WithSession<Shop>) => Promise<unknown>;

/** What both majors of Middy have in common. */
interface Middy {
  (handler: Handler): Middy & ((event: never, context: never) => Promise<unknown>);
  use(middleware: object): Middy & ((event: never, context: never) => Promise<unknown>);
}

/** The behaviours under one major of Middy. */
export function middyApp(name: string, middy: Middy, middySessions: (sessions: SessionFactory<Shop>) => MiddySessions<Shop>): void {
  behaviours({
    name,
    differs: ['no stream', 'no early answer'],
    serve: async (sessions, routes) => serveLambda(middy(async (event, context) => {
      const reply = await routes[event.rawPath]!({
        query: new URLSearchParams(event.rawQueryString), session: () => context.session(), endSession: () => context.endSession(),
      });
      const { status = 200, body = '', headers = {}, cookies = [], redirect, stream } = reply;
      if (redirect !== undefined) return { statusCode: 303, headers: { Location: redirect }, body: '' };
      let text = body;
      if (stream) for await (const chunk of stream()) text += chunk;
      return { statusCode: status, headers: { ...headers }, cookies: [...cookies], body: event.requestContext.http.method === 'HEAD' ? '' : text };
    }).use(middySessions(sessions)).use(middySessions(sessions))),
  });
}
