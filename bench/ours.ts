import { Contestant, Use } from './contestant';
import { Data, Use as Handle, eventWith, goods, visitor } from './visits';
import { SessionFactory } from '../src/runtime';
import { CookieJar, FakeClock } from '../src/testing';

const READ: Handle = async ({ session }) => (await session()).get('count');

const HANDLES: Readonly<Record<Exclude<Use, 'sign-in'>, Handle>> = {
  'none': () => undefined,
  'read': READ,
  'change': async ({ session }) => {
    const opened = await session();
    opened.set('count', (opened.get('count') ?? 0) + 1);
  },
  'sign-out': ({ endSession }) => endSession(),
};

/**
 * This library behind its Lambda handler. With a clock, cookies expire as a browser's do; without, only the id is sent
 * again.
 */
export function sessionTable(name: string, sessions: SessionFactory<Data>, clock?: FakeClock): Contestant {
  const jar = clock && new CookieJar(() => clock.now());
  const handlers = Object.fromEntries(Object.entries(HANDLES).map(([use, handle]) => [use, visitor(sessions, handle)]));
  return {
    name,
    visit: async (cookies, use, bytes = 0) => {
      const signIn: Handle = async ({ session }) => {
        const opened = await session();
        opened.set('count', 0);
        opened.set('cart', goods(bytes));
      };
      const handler = use === 'sign-in' ? visitor(sessions, signIn) : handlers[use]!;
      const response = await handler(eventWith(jar?.header() ?? cookies));
      if (response.cookies === undefined) return cookies;
      jar?.store(response.cookies);
      return response.cookies.find((cookie) => cookie.startsWith('session_id='))?.split(';')[0] ?? cookies;
    },
  };
}
