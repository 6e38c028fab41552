import { scryptSync, timingSafeEqual } from 'node:crypto';
import { type ExpressSessions, expressSessions } from 'cdk-session-table/express';
import type { SessionFactory } from 'cdk-session-table/runtime';
import express, { type Express, type Request } from 'express';
import { Passport } from 'passport';
import { Strategy } from 'passport-local';

/** What a session holds; `passport` is what Passport puts there. */
export interface ShopSession {
  readonly cart: string[];
  readonly passport: { readonly user?: string };
}

/** The one user of this example, whose password is `demo`. Yours come from a table. */
const USERS: Readonly<Record<string, { readonly salt: string; readonly hash: Buffer }>> = {
  ada: { salt: 'example', hash: scryptSync('demo', 'example', 32) },
};

function passportOf(): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.use(new Strategy((name, password, done) => {
    const user = Object.hasOwn(USERS, name) ? USERS[name] : undefined;
    // As slow for a name that nobody has.
    const hash = scryptSync(password, user?.salt ?? 'nobody', 32);
    done(null, user && timingSafeEqual(hash, user.hash) ? { name } : false);
  }));
  passport.serializeUser((user, done) => done(null, (user as { name: string }).name));
  passport.deserializeUser((name: string, done) => done(null, { name }));
  return passport;
}

/** The shop. */
export function shopOf(sessions: SessionFactory<ShopSession>): Express {
  const shop: ExpressSessions<ShopSession> = expressSessions(sessions);
  const passport = passportOf();
  const app = express();
  app.use(express.urlencoded({ extended: false }));

  // Before the session: no call, no cookie.
  app.get('/health', (_request, response) => response.send('well'));

  app.use(shop, shop.passport(), passport.initialize(), passport.session());
  // Forms of other sites change nothing here.
  app.use(async (request, response, next) => {
    const session = await shop.session(request);
    if (session.verifyCsrf({ method: request.method, headers: request.headers })) next();
    else response.status(403).send('Send the form of this page.');
  });

  app.get('/', async (request, response) => {
    const cart = (await shop.session(request)).get('cart') ?? [];
    response.json({ user: nameOf(request), cart });
  });
  app.post('/cart', async (request, response) => {
    await (await shop.session(request)).update('cart', (cart = []) => [...cart, 'tea']);
    response.redirect(303, '/');
  });
  // Passport makes a new session at the sign-in; keepSessionInfo takes the cart along.
  app.post('/sign-in', passport.authenticate('local', { successRedirect: '/', failureRedirect: '/', keepSessionInfo: true }));
  app.post('/sign-out', async (request, response) => {
    await shop.endSession(request);
    response.redirect(303, '/');
  });
  return app;
}

function nameOf(request: Request): string | undefined {
  return (request.user as { readonly name: string } | undefined)?.name;
}
