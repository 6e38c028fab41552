import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Contestant, Use } from './contestant';
import { Goods, eventWith, goods } from './visits';

interface Session {
  readonly count?: number;
  readonly cart?: Goods[];
}

interface Answer {
  readonly session?: Session;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (request: object) => Promise<Answer>;

interface Architect {
  readonly http: { async(handler: (request: { readonly session: Session }) => Promise<Answer>): Handler };
}

/** Architect's sessions, with its own client and the table `Architect`, whose key is the string `_idx`. */
export async function architect(): Promise<Contestant> {
  const { port } = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB!);
  const ports = { tables: Number(port), _arc: await serveParameters() };
  Object.assign(process.env, { ARC_ENV: 'testing', ARC_APP_NAME: 'bench', SESSION_TABLE_NAME: 'sessions', ARC_SANDBOX: JSON.stringify({ ports, version: '5.0.0' }) });
  const { http } = createRequire(join(process.cwd(), 'bench/package.json'))('@architect/functions') as Architect;
  const handlers = {
    'none': http.async(async () => ok({})),
    'read': http.async(async ({ session }) => ok({ count: session.count })),
    'change': http.async(async ({ session }) => ok({ session: { ...session, count: (session.count ?? 0) + 1 } })),
    'sign-out': http.async(async () => ok({ session: {} })),
  };
  const handlerOf = (use: Use, bytes: number): Handler =>
    use === 'sign-in' ? http.async(async () => ok({ session: { count: 0, cart: goods(bytes) } })) : handlers[use];
  return {
    name: '@architect/functions',
    visit: async (cookies, use, bytes = 0) => {
      const { headers = {} } = await handlerOf(use, bytes)(eventWith(cookies));
      return headers['set-cookie']?.split(';')[0] ?? cookies;
    },
  };
}

function ok(more: object): Answer {
  return { statusCode: 200, body: 'ok', ...more } as Answer;
}

/** It looks its table's name up among the parameters of the stack, once. */
async function serveParameters(): Promise<number> {
  const Parameters = [{ Name: '/BenchTesting/tables/sessions', Type: 'String', Value: 'Architect' }];
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ Parameters }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}
