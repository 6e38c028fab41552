import { type SessionVariables, honoSessions } from 'cdk-session-table/hono';
import { sessionFactory } from 'cdk-session-table/runtime';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { html } from 'hono/html';

interface ShopSession {
  readonly cart: string[];
}

const sessions = sessionFactory<ShopSession>();

/** A cart: each visitor's own. */
export const shop = new Hono<{ Variables: SessionVariables<ShopSession> }>();
shop.use(honoSessions(sessions));

// No session is asked for: no call, no cookie.
shop.get('/health', (c) => c.text('well'));

shop.get('/', async (c) => {
  const session = await c.var.session();
  const cart = session.get('cart') ?? [];
  const [message = ''] = session.popFlash();
  return c.html(html`<p>${message}</p>
    <p>${cart.length} items</p>
    <form method="post" action="/cart"><input type="hidden" name="token" value="${session.csrfToken()}" /><button>Add tea</button></form>
    <form method="post" action="/leave"><button>Forget me</button></form>`);
});

shop.post('/cart', async (c) => {
  const session = await c.var.session();
  const { token } = await c.req.parseBody();
  if (!session.verifyCsrf({ method: c.req.method, headers: c.req.raw.headers, token: String(token) })) return c.text('Send the form of this page.', 403);
  // Applied exactly once, also if two tabs add something at the same time.
  await session.update('cart', (cart = []) => [...cart, 'tea']);
  session.flash('Tea is in your cart.');
  return c.redirect('/', 303);
});

shop.post('/leave', async (c) => {
  await c.var.endSession();
  return c.redirect('/', 303);
});

export const handler = handle(shop);
