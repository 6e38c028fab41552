/**
 * What the Express middleware costs a page that does not open its session, compared with the same page without it, over
 * real requests of Node; and the middleware alone. Usage: idle-page.ts [rounds] [batch]
 */
import { Agent, type RequestListener, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ratio, table } from './markdown';
import { measure } from './rounds';
import { sessionFactory } from '../src/runtime';
import { type ExpressSessions, type NodeResponse, expressSessions } from '../src/runtime/adapters/express';

const CALLS_EACH = 1000;

async function main(rounds: number, batch: number): Promise<void> {
  process.env.AWS_REGION ??= 'us-east-1';
  const shop = expressSessions(sessionFactory({ tableName: 'Sessions' }));
  const page: RequestListener = (_, response) => void response.end('a page');
  const [bare, mounted] = [await serve(page), await serve((incoming, response) => shop(incoming, response, () => page(incoming, response)))];
  const costs = await measure([
    { name: 'a page without the middleware', run: bare },
    { name: 'the same page with it', run: mounted },
  ], { rounds, batch });
  const calls = await measure([{ name: `${CALLS_EACH} passes`, run: async () => pass(shop) }], { rounds, batch });
  console.log(table(['page without a session', 'CPU µs', 'ratio (quartiles)'], costs.map((cost) => [cost.name, cost.micros.toFixed(1), ratio(cost)])));
  console.log(`The middleware alone: ${(calls[0]!.micros / CALLS_EACH).toFixed(2)} µs`);
  process.exit();
}

function pass(shop: ExpressSessions<Record<string, unknown>>): void {
  const next = (): void => undefined;
  for (let call = 0; call < CALLS_EACH; call++) shop({ headers: {} }, {} as NodeResponse, next);
}

async function serve(listener: RequestListener): Promise<() => Promise<unknown>> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  return () => new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)).on('error', reject).end();
  });
}

const [rounds = 15, batch = 2000] = process.argv.slice(2).map(Number);
void main(rounds, batch);
