import { randomBytes, randomInt } from 'node:crypto';
import { LambdaContext, LambdaHttpEvent, LambdaHttpResponse, WithSession, SessionFactory, lambdaHandler } from '../src/runtime';

/** What sessions hold here: one key that is read and changed, and another of the requested size. */
export interface Data {
  count: number;
  cart: Goods[];
}

/** What a handler does with its session. */
export type Use = (context: WithSession<Data>) => Promise<unknown> | undefined;

const LAMBDA = { getRemainingTimeInMillis: () => 10_000 };

/** A line of a cart, as in a shop: what repeats from line to line compresses, and what is random does not. */
export interface Goods {
  readonly sku: string;
  readonly title: string;
  readonly price: number;
  readonly quantity: number;
}

const WORDS = 'blue cotton dark green large light linen long red round shirt shoe short small soft steel table trousers white wool'.split(' ');

const CARTS = new Map<number, Goods[]>();

/**
 * Goods that have `bytes` bytes as JSON, rounded up to whole goods. They are made once, because making them is not
 * measured.
 */
export function goods(bytes: number): Goods[] {
  const made = CARTS.get(bytes) ?? makeGoods(bytes);
  CARTS.set(bytes, made);
  return made;
}

function makeGoods(bytes: number): Goods[] {
  const list: Goods[] = [];
  for (let length = 1; length < bytes; length += JSON.stringify(list.at(-1)).length + 1) list.push(someGoods());
  return list;
}

function someGoods(): Goods {
  return {
    sku: randomBytes(9).toString('base64url'),
    title: Array.from({ length: 5 }, () => WORDS[randomInt(WORDS.length)]).join(' '),
    price: randomInt(100, 99_999) / 100,
    quantity: randomInt(1, 10),
  };
}

/** An event of an HTTP API with the headers that a browser sends. */
export function eventWith(cookies?: string): LambdaHttpEvent {
  return {
    version: '2.0',
    ...{ routeKey: '$default' },
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

/** Stores a session of `bytes` bytes, and resolves to its cookie. */
export async function signIn(sessions: SessionFactory<Data>, bytes: number): Promise<string> {
  const cart = goods(bytes);
  const response = await visitor(sessions, async ({ session }) => {
    const opened = await session();
    opened.set('count', 0);
    opened.set('cart', cart);
  })(eventWith());
  return (response.cookies ?? []).find((cookie) => cookie.startsWith('session_id='))!.split(';')[0]!;
}
