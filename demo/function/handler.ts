import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { clock } from './clock';
import { GOODS, missingPage, plainPage, PRICE_LIST, shopPage } from './page';
import { racingOurs } from './race-ours';
import { racingPlain } from './race-plain';
import { forged, formOf, nobody, page, Route, toDevices, toJson, toShop } from './reply';
import { traced, tracedObject } from './traced';
import { lambdaHandler, sessionFactory } from '../../src/runtime';

export { moveClock } from './clock';

export interface ShopSession {
  name: string;
  /** How many of each. */
  cart: Record<string, number>;
  priceList: string[];
}

const NAME_LENGTH = 40;
const A_MONTH = 30 * 24 * 60 * 60;

/** By characters: half of one is not Unicode, which a user id has to be. */
const cut = (text: string) => [...text].slice(0, NAME_LENGTH).join('');

// Table name and options come from the environment that grantReadWrite wrote.
const sessions = sessionFactory<ShopSession>({ clock });

const routes: Readonly<Record<string, Route<ShopSession>>> = {
  'GET /': async ({ context, query, cookies }) => {
    const session = await context.session();
    const hadCookie = /(?:^|;)session_id=/.test(cookies);
    return page(shopPage(session, { query, hadCookie, said: session.popFlash() as string[] }));
  },
  'GET /hours': async () => page(plainPage()),
  'POST /sign-in': async ({ context, form }) => {
    const session = await context.session();
    const name = cut(form.get('name')?.trim() ?? '');
    if (!name) return toShop();
    // A new id, so an id known before stops working. The oldest of four devices is signed out.
    session.signIn(name, { device: cut(form.get('device') ?? 'Browser'), most: 3 });
    session.set('name', name);
    if (form.has('remember')) session.remember(A_MONTH);
    return toShop();
  },
  'POST /cart': async ({ context, form }) => {
    const session = await context.session();
    const item = GOODS.find((known) => known === form.get('item'));
    if (!item) return toShop();
    if (session.has('name')) {
      await session.update('cart', (cart = {}) => ({ ...cart, [item]: (cart[item] ?? 0) + 1 }));
    } else {
      session.flash(`“${item}” was not put into a cart: nobody is signed in any more.`);
    }
    return toShop();
  },
  'POST /cart/empty': async ({ context }) => {
    const session = await context.session();
    session.delete('cart');
    return toShop();
  },
  'POST /price-list': async ({ context }) => {
    const session = await context.session();
    if (session.has('name')) session.set('priceList', session.has('priceList') ? undefined : PRICE_LIST);
    return toShop();
  },
  'POST /sign-out': async ({ context }) => {
    const session = await context.session();
    await session.invalidate();
    return toShop('?signed-out');
  },
  'GET /devices': async ({ context }) => {
    const session = await context.session();
    const name = session.get('name');
    if (!name) return nobody();
    const devices = await tracedObject(sessions.user(name), context).list();
    return toJson({ name, own: session.ref, devices });
  },
  'POST /devices/end': async ({ context, form }) => {
    const session = await context.session();
    const name = session.get('name');
    if (!name) return nobody();
    await tracedObject(sessions.user(name), context).end(form.get('ref') ?? '');
    return toDevices();
  },
  'POST /devices/end-all': async ({ context, form }) => {
    const session = await context.session();
    const name = session.get('name');
    if (!name) return nobody();
    const except = form.has('others') ? session.ref : undefined;
    await tracedObject(sessions.user(name), context).endAll({ except });
    return toDevices();
  },
};

const races: Readonly<Record<string, (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>>> = {
  '/race/ours': racingOurs,
  '/race/plain': racingPlain,
};

const shop = lambdaHandler(sessions, traced<ShopSession, APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(
  async (event, context) => {
    const { method } = event.requestContext.http;
    const route = routes[`${method === 'HEAD' ? 'GET' : method} ${event.rawPath}`];
    if (!route) return page(missingPage(), 404);
    const form = formOf(event);
    if (method === 'POST') {
      const session = await context.session();
      if (!session.verifyCsrf({ method, headers: event.headers, token: form.get('csrf') })) return forged();
    }
    return route({ context, form, query: new URLSearchParams(event.rawQueryString), cookies: (event.cookies ?? []).join(';') });
  },
));

export const handler: typeof shop = async (event, context) => {
  const race = races[event.rawPath.split('/').slice(0, 3).join('/')];
  return race ? race(event) : shop(event, context);
};
