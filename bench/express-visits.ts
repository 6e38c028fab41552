import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Contestant, Use } from './contestant';
import { Goods, goods } from './visits';

type Callback = (error?: unknown) => void;

interface ExpressSession {
  count?: number;
  cart?: Goods[];
  destroy(callback: Callback): void;
}

interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  session: ExpressSession;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: Callback) => void;
/** What express-session exports. */
export type ExpressSessions = ((options: object) => Middleware) & { Store: unknown };

/** express-session as its documentation recommends it, without Express and without a socket. */
export function expressSession(name: string, sessions: ExpressSessions, store: object): Contestant {
  const middleware = sessions({ store, secret: 'bench', resave: false, saveUninitialized: false, cookie: { maxAge: 1_200_000 } });
  return {
    name,
    visit: (cookies, use, bytes = 0) => new Promise((resolve, reject) => {
      const request = new IncomingMessage(new Socket()) as ExpressRequest;
      Object.assign(request, { method: 'GET', url: '/', originalUrl: '/', headers: { host: 'shop.example.com', cookie: cookies } });
      const response = new ServerResponse(request as IncomingMessage);
      response.end = (() => {
        const [set] = [response.getHeader('set-cookie') ?? []].flat();
        resolve(set === undefined ? cookies : String(set).split(';')[0]);
        return response;
      }) as ServerResponse['end'];
      middleware(request, response, (error) => {
        if (error !== undefined && error !== null) return reject(error as Error);
        handle(request, use, bytes, (failure) => (failure === undefined || failure === null ? response.end() : reject(failure as Error)));
      });
    }),
  };
}

function handle({ session }: ExpressRequest, use: Use, bytes: number, done: Callback): void {
  if (use === 'sign-out') return session.destroy(done);
  if (use === 'change') session.count = (session.count ?? 0) + 1;
  if (use === 'sign-in') Object.assign(session, { count: 0, cart: goods(bytes) });
  done();
}
