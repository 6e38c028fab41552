import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { lambdaHandler, sessionFactory } from 'cdk-session-table/runtime';

interface ShopSession {
  readonly cart: string[];
}

const sessions = sessionFactory<ShopSession>();

/** Puts one item into the visitor's cart with each POST, and answers with the cart. */
export const handler = lambdaHandler(sessions, async (event: APIGatewayProxyEventV2, context) => {
  const session = await context.session();
  const cart = session.get('cart') ?? [];
  if (event.requestContext.http.method !== 'POST') return json({ cart });
  session.set('cart', [...cart, `sku-${cart.length + 1}`]);
  return json({ cart: session.get('cart') });
});

function json(body: object) {
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
