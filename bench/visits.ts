import { randomBytes } from 'node:crypto';
import { LambdaContext, LambdaHttpEvent, LambdaHttpResponse, SessionContext, SessionFactory, lambdaHandler } from '../src/runtime';

/** What sessions hold here: one key that is read and changed, and another that is as large as asked for. */
export interface Data {
  count: number;
  filler: string[];
}

/** What a handler does with its session. */
export type Use = (context: SessionContext<Data>) => Promise<unknown> | undefined;

const LAMBDA = { getRemainingTimeInMillis: () => 10_000 };

/** Text of so many bytes that does not compress to nothing, as a list of goods. */
export function filler(bytes: number): string[] {
  return Array.from({ length: Math.round(bytes / 100) }, () => randomBytes(72).toString('base64'));
}

/** An event of an HTTP API with the headers that a browser sends. */
export function eventWith(cookies?: string): LambdaHttpEvent {
  return {
    version: '2.0',
    rawPath: '/',
    headers: { 'host': 'shop.example.com', 'accept': 'text/html', 'user-agent': 'Mozilla/5.0', 'accept-language': 'en' },
    ...(cookies !== undefined && { cookies: cookies.split('; ') }),
    requestContext: { http: { method: 'GET', path: '/' } },
  };
}

/** A handler that does one thing with its session. */
export function visitor(sessions: SessionFactory<Data>, use: Use): (event: LambdaHttpEvent) => Promise<LambdaHttpResponse> {
  const handler = lambdaHandler<Data, LambdaHttpResponse, LambdaHttpEvent, LambdaContext>(sessions, async (_, context) => {
    await use(context);
    return { statusCode: 200, body: 'ok' };
  });
  return (event) => handler(event, LAMBDA);
}

/** Stores a session of so many bytes, and gives its cookie. */
export async function signIn(sessions: SessionFactory<Data>, bytes: number): Promise<string> {
  const fill = filler(bytes);
  const response = await visitor(sessions, async ({ session }) => {
    const opened = await session();
    opened.set('count', 0);
    opened.set('filler', fill);
  })(eventWith());
  return (response.cookies ?? []).find((cookie) => cookie.startsWith('session_id='))!.split(';')[0]!;
}
