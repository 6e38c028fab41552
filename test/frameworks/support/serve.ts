import { type RequestListener, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Asked, Served } from './subject';

/** Serves what listens to Node's requests on the loopback. */
export async function serveNode(listener: RequestListener, stop?: () => Promise<unknown> | unknown): Promise<Served & { readonly port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: (asked) => askNode(port, asked),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await stop?.();
    },
  };
}

export function askNode(port: number, { path, method, cookies }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = cookies.length > 0 ? { cookie: cookies.join('; ') } : {};
    const sent = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { 'set-cookie': setCookie = [], ...rest } = response.headers;
        const flat = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, [value].flat().join(', ')]));
        resolve({ status: response.statusCode ?? 0, headers: flat, setCookie, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Serves what answers Fetch requests. */
export function serveFetch(fetch: (request: Request) => Promise<Response> | Response): Served {
  return {
    ask: async ({ path, method, cookies }) => {
      const headers = new Headers(cookies.length > 0 ? { cookie: cookies.join('; ') } : {});
      return answerOf(await fetch(new Request(`https://shop.example${path}`, { method, headers, redirect: 'manual' })));
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'));
  return { status: response.status, headers, setCookie: response.headers.getSetCookie(), body: await response.text() };
}
