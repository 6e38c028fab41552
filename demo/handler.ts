import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { GOODS, missingPage, plainPage, shopPage } from './page';
import { lambdaHandler, sessionFactory, WithSession } from '../src/runtime';

interface ShopSession {
  name: string;
  /** How many of each. */
  cart: Record<string, number>;
}

type Context = WithSession<ShopSession>;
type Route = (context: Context, form: URLSearchParams) => Promise<APIGatewayProxyStructuredResultV2>;

const NAME_LENGTH = 40;

// Table name and options come from the environment that grantReadWrite wrote.
const sessions = sessionFactory<ShopSession>();

const routes: Readonly<Record<string, Route>> = {
  'GET /': async (context) => {
    const session = await context.session();
    return page(shopPage({ name: session.get('name'), cart: session.get('cart') ?? {}, ref: session.ref }));
  },
  'GET /hours': async () => page(plainPage()),
  'POST /sign-in': async (context, form) => {
    const name = form.get('name')?.trim().slice(0, NAME_LENGTH);
    if (name) {
      const session = await context.session();
      // Who knew the id before sign-in does not know it after.
      session.regenerate();
      session.set('name', name);
    }
    return toShop();
  },
  'POST /cart': async (context, form) => {
    const session = await context.session();
    const item = GOODS.find((known) => known === form.get('item'));
    if (item && session.has('name')) {
      // Two clicks at once are two goods.
      await session.update('cart', (cart = {}) => ({ ...cart, [item]: (cart[item] ?? 0) + 1 }));
    }
    return toShop();
  },
  'POST /cart/empty': async (context) => {
    (await context.session()).delete('cart');
    return toShop();
  },
  'POST /sign-out': async (context) => {
    // Ends the session without reading it first.
    await context.endSession();
    return toShop();
  },
};

export const handler = lambdaHandler(sessions, async (event: APIGatewayProxyEventV2, context) => {
  const { method } = event.requestContext.http;
  const route = routes[`${method === 'HEAD' ? 'GET' : method} ${event.rawPath}`];
  return route ? route(context, formOf(event)) : page(missingPage(), 404);
});

/** The fields of a form, which API Gateway passes on as base64. */
function formOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): URLSearchParams {
  return new URLSearchParams(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
}

function page(body: string, statusCode = 200): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    },
    body,
  };
}

/** Post, redirect, get: to reload the page repeats no purchase. */
function toShop(): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 303, headers: { location: '/' } };
}
