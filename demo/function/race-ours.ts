import { setTimeout as work } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { clock } from './clock';
import { lambdaHandler, SessionEndedError, sessionFactory, WithSession } from '../../src/runtime';

/** What the requests of a race write: a count, a list, and any number of keys. */
interface RaceSession {
  [key: string]: number | string | string[];
}

const sessions = sessionFactory<RaceSession>({ clock });

type Step = (context: WithSession<RaceSession>, query: URLSearchParams) => Promise<object | number>;

/** What a request of a race does. Most wait between reading and writing, like a handler that calls another service. */
const STEPS: Readonly<Record<string, Step>> = {
  'begin': async (context) => {
    const session = await context.session();
    session.set('cart', ['tea']);
    return 200;
  },
  'set': async (context, query) => {
    const session = await context.session();
    const count = Number(session.get('count') ?? 0);
    await work(Number(query.get('work')));
    session.set('count', count + 1);
    return 200;
  },
  'update': async (context, query) => {
    const session = await context.session();
    await work(Number(query.get('work')));
    await session.update('count', (count) => Number(count ?? 0) + 1);
    return 200;
  },
  'key': async (context, query) => {
    const session = await context.session();
    await work(Number(query.get('work')));
    session.set(`key ${query.get('value')}`, 1);
    return 200;
  },
  'put': async (context, query) => {
    const session = await context.session();
    if (session.isNew) return 401;
    await work(Number(query.get('work')));
    await session.update('cart', (cart) => [...((cart ?? []) as string[]), query.get('value') ?? '']);
    return 200;
  },
  'sign-in': async (context, query) => {
    const session = await context.session();
    await work(Number(query.get('work')));
    session.regenerate();
    session.set('name', 'Ada');
    return 200;
  },
  'sign-out': async (context) => {
    await context.endSession();
    return 200;
  },
  'look': async (context) => {
    const session = await context.session();
    return { isNew: session.isNew, data: session.toObject() };
  },
};

const race = lambdaHandler(sessions, async (event: APIGatewayProxyEventV2, context) => {
  const name = event.rawPath.split('/')[3] ?? '';
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (!step) return { statusCode: 404 };
  try {
    const result = await step(context, new URLSearchParams(event.rawQueryString));
    return typeof result === 'number' ? { statusCode: result } : { statusCode: 200, body: JSON.stringify(result) };
  } catch (error) {
    // Conflict: the session has ended under this request, and nothing of it was written.
    if (error instanceof SessionEndedError) return { statusCode: 409 };
    throw error;
  }
});

/** A request of a race on this library. */
export async function racingOurs(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return race(event, { getRemainingTimeInMillis: () => 10_000 });
}
