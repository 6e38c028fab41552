import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ServerResponse, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import compression from 'compression';
import express, { type NextFunction, type Request, type Response } from 'express';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { Browser } from '../support/browser';
import { askNode, serveNode } from '../support/serve';
import type { Asked } from '../support/subject';
import { type Shop, Table, settled } from '../support/table';

const LONG = 'x'.repeat(70_000);
/** More than may wait for the session. */
const LARGE = Array.from({ length: 60 }, (_, part) => String(part % 10).repeat(50_000));
const FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));

let table: Table;
const { error } = console;
before(async () => {
  table = await Table.start();
});
beforeEach(() => {
  console.error = () => undefined;
  table.failure = undefined;
});
after(async () => {
  console.error = error;
  await table.stop();
});

type Handle = (request: Request, response: Response, next: NextFunction) => Promise<unknown> | unknown;

/** An application with one route, which has set a name by then. */
async function serve(handle: Handle, arrange: (app: express.Express, shop: ReturnType<typeof expressSessions<Shop>>) => void = (app, shop) => void app.use(shop)) {
  const shop = expressSessions(table.sessions());
  const app = express();
  arrange(app, shop);
  app.all('/', async (request, response, next) => {
    (await shop.session(request)).set('name', 'Ada');
    await handle(request, response, next);
  });
  app.get('/read', async (request, response) => response.send((await shop.session(request)).get('name') ?? 'nobody'));
  return { shop, app, served: await serveNode(app) };
}

async function answers(handle: Handle, asked: Partial<Asked> = {}, arrange?: Parameters<typeof serve>[1]) {
  const { served } = await serve(handle, arrange);
  try {
    const answer = await served.ask({ path: '/', method: 'GET', cookies: [], ...asked });
    const cookies = answer.setCookie.map((cookie) => cookie.split(';')[0] ?? '');
    const { body: seen } = await served.ask({ path: '/read', method: 'GET', cookies });
    return { ...answer, seen };
  } finally {
    await served.stop!();
  }
}

describe('every way to write a response carries the cookie, and comes whole', () => {
  const ways: [string, Handle, string][] = [
    ['json', (_, response) => response.json({ ok: true }), '{"ok":true}'],
    ['send of bytes', (_, response) => response.send(Buffer.from(LONG)), LONG],
    ['write and end', (_, response) => {
      response.write('one ');
      response.write('two ');
      response.end('three');
    }, 'one two three'],
    ['end alone', (_, response) => response.end(), ''],
    ['end with a callback', async (_, response) => new Promise<void>((resolve) => response.end('done', resolve)), 'done'],
    ['write with a callback', (_, response) => response.write('one ', () => response.end('two')), 'one two'],
    ['a pipe of 70 KB', (_, response) => Readable.from([LONG.slice(0, 40_000), LONG.slice(40_000)]).pipe(response), LONG],
    ['a pipe of 3 MB', (_, response) => Readable.from(LARGE).pipe(response), LARGE.join('')],
    ['a flush before the body', async (_, response) => {
      response.flushHeaders();
      await settled();
      response.end('later');
    }, 'later'],
    ['writeHead with headers', (_, response) => response.writeHead(200, { 'Set-Cookie': 'own=1', 'X-Own': '1' }).end('head'), 'head'],
    ['writeHead with a reason and a list', (_, response) => response.writeHead(200, 'Fine', ['Set-Cookie', 'own=1', 'Set-Cookie', 'more=2', 'X-Own', '1']).end('head'), 'head'],
    ['a pipe that goes on after the head', (_, response) => Readable.from((async function* slow() {
      for (let part = 0; part < 20; part++) {
        yield `${part} `;
        await settled();
      }
    })()).pipe(response), Array.from({ length: 20 }, (__, part) => `${part} `).join('')],
    ['writeHead with headers over others', (_, response) => {
      response.setHeader('X-Own', '0');
      response.setHeader('Set-Cookie', 'old=0');
      response.writeHead(200, { 'Set-Cookie': 'own=1', 'X-Own': '1' }).end('head');
    }, 'head'],
    ['writeHead and later an end', async (_, response) => {
      response.writeHead(200);
      await settled();
      response.end('later');
    }, 'later'],
  ];
  for (const [way, handle, body] of ways) {
    test(way, async () => {
      const answer = await answers(handle);
      assert.equal(answer.status, 200);
      assert.equal(answer.body, body);
      assert.equal(answer.seen, 'Ada');
      assert.match(answer.headers.vary ?? '', /Cookie/);
      if (way.includes('writeHead with')) {
        assert.equal(answer.headers['x-own'], '1');
        assert.ok(answer.setCookie.includes('own=1'));
        assert.equal(answer.setCookie.includes('old=0'), false);
      }
    });
  }

  test('sendFile', async () => {
    const { body, seen } = await answers((_, response) => response.sendFile(FILE));
    assert.match(body, /^\{[^]*\}\n$/);
    assert.equal(seen, 'Ada');
  });

  test('HEAD of sendFile has its length and no body', async () => {
    const { headers, body, setCookie } = await answers((_, response) => response.sendFile(FILE), { method: 'HEAD' });
    assert.equal(body, '');
    assert.ok(Number(headers['content-length']) > 1000);
    assert.equal(setCookie.length, 2);
  });

  test('HEAD of a pipe of 3 MB ends', async () => {
    const { body, setCookie } = await answers((_, response) => Readable.from(LARGE).pipe(response), { method: 'HEAD' });
    assert.equal(body, '');
    assert.equal(setCookie.length, 2);
  });

  test('a response that is not modified keeps its 304', async () => {
    const { status } = await answers((_, response) => response.status(304).end());
    assert.equal(status, 304);
  });
});

describe('compression', () => {
  const before: Parameters<typeof serve>[1] = (app, shop) => void app.use(compression({ threshold: 0 }), shop);
  const behind: Parameters<typeof serve>[1] = (app, shop) => void app.use(shop, compression({ threshold: 0 }));
  const afterUse: Parameters<typeof serve>[1] = (app, shop) => void app.use(shop, async (request, _response, next) => {
    await shop.session(request);
    next();
  }, compression({ threshold: 0 }));

  for (const [place, arrange] of [['before', before], ['after', behind], ['after the session was used', afterUse]] as const) {
    for (const [way, handle] of [
      ['send', (_, response) => response.type('text').send(LONG)],
      ['a pipe', (_, response) => Readable.from([LONG.slice(0, 40_000), LONG.slice(40_000)]).pipe(response.type('text'))],
      ['write and end', (_, response) => {
        response.type('text').write(LONG.slice(0, 35_000));
        response.end(LONG.slice(35_000));
      }],
      ['a pipe that goes on after the head', (_, response) => Readable.from((async function* slow() {
        for (let at = 0; at < LONG.length; at += 10_000) {
          yield LONG.slice(at, at + 10_000);
          await settled();
        }
      })()).pipe(response.type('text'))],
    ] as [string, Handle][]) {
      test(`mounted ${place} compresses ${way}, and the session is stored`, async () => {
        const { served } = await serve(handle, arrange);
        const { headers, setCookie, body } = await gzipped(served.port);
        assert.equal(headers['content-encoding'], 'gzip');
        assert.equal(gunzipSync(Buffer.from(body, 'latin1')).toString(), LONG);
        assert.equal(setCookie.length, 2);
        await served.stop!();
      });
    }

    test(`mounted ${place} compresses a pipe of 3 MB`, async () => {
      const { served } = await serve((_, response) => Readable.from(LARGE).pipe(response.type('text')), arrange);
      const { body, setCookie } = await gzipped(served.port);
      assert.equal(gunzipSync(Buffer.from(body, 'latin1')).toString(), LARGE.join(''));
      assert.equal(setCookie.length, 2);
      await served.stop!();
    });

    test(`mounted ${place} leaves the 503 readable`, async () => {
      const { served } = await serve((_, response) => response.type('text').send(LONG), arrange);
      table.failure = 'ThrottlingException';
      const { status, headers, body, setCookie } = await gzipped(served.port);
      const text = headers['content-encoding'] === 'gzip' ? gunzipSync(Buffer.from(body, 'latin1')).toString() : body;
      assert.equal(status, 503);
      assert.match(text, /unavailable/i);
      assert.deepEqual(setCookie, []);
      await served.stop!();
    });
  }
});

/** A response as bytes, asked for with gzip. */
async function gzipped(port: number) {
  return new Promise<{ status: number; headers: Record<string, unknown>; setCookie: string[]; body: string }>((resolve, reject) => {
    sendRequest({ port, host: '127.0.0.1', path: '/', headers: { 'accept-encoding': 'gzip' }, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({
        status: incoming.statusCode ?? 0, headers: incoming.headers, setCookie: incoming.headers['set-cookie'] ?? [], body: Buffer.concat(chunks).toString('latin1'),
      }));
    }).on('error', reject).end();
  });
}

describe('errors', () => {
  test('of a commit reach the error handler, which can still write the response', async () => {
    const { served, app, shop } = await serve(async (request, response) => {
      (await shop.session(request)).set('note', Array.from({ length: 80_000 }, () => Math.random().toString(36)).join(''));
      response.set('ETag', '"1"').send('never seen');
    });
    app.use((problem: Error & { code?: string }, _request: Request, response: Response, _next: NextFunction) => {
      assert.equal(response.headersSent, false);
      response.status(507).send(problem.code);
    });
    const { status, body, setCookie } = await served.ask({ path: '/', method: 'GET', cookies: [] });
    assert.deepEqual([status, body, setCookie], [507, 'too-large', []]);
    await served.stop!();
  });

  test('that the store is out of reach come to the application\'s own handler with a status', async () => {
    const { served, app } = await serve((_, response) => response.send('never seen'));
    app.use((problem: Error & { status?: number }, _request: Request, response: Response, _next: NextFunction) => {
      response.status(problem.status ?? 500).send('my own page');
    });
    const browser = new Browser(served, table);
    await browser.get('/');
    table.failure = 'ThrottlingException';
    const { status, body } = await browser.get('/read');
    assert.deepEqual([status, body], [503, 'my own page']);
    await served.stop!();
  });

  test('of a pipe whose session cannot be stored become a 503, and the rest of it is dropped', async () => {
    table.failure = 'ThrottlingException';
    const endless = async function* endless() {
      for (let part = 0; part < 200; part++) yield LONG;
    };
    const { status, body } = await answers((_, response) => Readable.from(endless()).pipe(response)).finally(() => (table.failure = undefined));
    assert.equal(status, 503);
    assert.match(body, /unavailable/i);
  });
});

describe('until the session is asked for', () => {
  test('there is no promise, no hook and no property on the response', async () => {
    const sessions = table.sessions();
    let requests = 0;
    const counting = new Proxy(sessions, {
      get: (target, key) => (key === 'forRequest' ? (...given: Parameters<typeof target.forRequest>) => (requests++, target.forRequest(...given)) : Reflect.get(target, key)),
    });
    const shop = expressSessions(counting);
    let untouched: unknown;
    const served = await serveNode((request, response) => {
      const names = Reflect.ownKeys(response);
      let returned: unknown = 'not called';
      const given = shop(request, response as ServerResponse, () => (returned = undefined));
      untouched = [given, returned, Reflect.ownKeys(response).length - names.length, requests];
      response.end();
    });
    await served.ask({ path: '/', method: 'GET', cookies: [] });
    assert.deepEqual(untouched, [undefined, undefined, 0, 0]);
    await served.stop!();
  });

  test('writeHead alone makes headersSent true once the session is stored, and not before', async () => {
    const seen: boolean[] = [];
    const { served } = await serve(async (_, response) => {
      const gate = table.hold('putItem');
      response.writeHead(200);
      await gate.reached;
      seen.push(response.headersSent);
      gate.open();
      while (!response.headersSent) await settled();
      seen.push(response.headersSent);
      response.end();
    });
    await served.ask({ path: '/', method: 'GET', cookies: [] });
    assert.deepEqual(seen, [false, true]);
    await served.stop!();
  });

  test('and when the response is written, its methods are those that it had', async () => {
    const own = (): void => undefined;
    let seen: unknown;
    const { served } = await serve(async (_, response) => {
      response.end('x');
      await once(response, 'finish');
      seen = ['writeHead', 'write', 'end', 'flushHeaders'].map((name) => Object.hasOwn(response, name) && (response as never as Record<string, unknown>)[name] === own);
    }, (app, shop) => void app.use((_request, response, next) => {
      const { write } = response;
      Object.assign(response, { flushHeaders: own, write: (...values: Parameters<typeof write>) => write.apply(response, values) });
      next();
    }, shop));
    await served.ask({ path: '/', method: 'GET', cookies: [] });
    await settled();
    assert.deepEqual(seen, [false, false, false, true]);
    await served.stop!();
  });
});

describe('misuse', () => {
  test('a request that has not passed through the middleware is refused by name', async () => {
    const shop = expressSessions(table.sessions());
    await assert.rejects(shop.session({}), /expressSessions: this is a request that has not passed through the middleware/);
    await assert.rejects(shop.session(undefined as never), /expressSessions/);
  });

  test('a session factory in the place of a request is refused by name', async () => {
    const sessions = table.sessions();
    await assert.rejects(expressSessions(sessions).session(sessions), /expressSessions: this is a session factory/);
  });

  test('what is not a session factory is refused when the middleware is made', () => {
    assert.throws(() => expressSessions(table.sessions as never), /expressSessions: sessions is a function, maybe sessionFactory itself/);
    assert.throws(() => expressSessions(undefined as never), /sessions is undefined/);
  });

  test('after the head was sent the session can be read, and every change throws', async () => {
    const { served, shop } = await serve(() => undefined);
    let problem: unknown;
    let name: unknown;
    const app = express().use(shop).get('/', async (request, response) => {
      response.write('head');
      const session = await shop.session(request);
      name = session.get('name');
      try {
        session.set('name', 'Bob');
      } catch (thrown) {
        problem = thrown;
      }
      response.end();
    });
    await served.stop!();
    const other = await serveNode(app);
    const { body, setCookie } = await other.ask({ path: '/', method: 'GET', cookies: [] });
    assert.deepEqual([body, setCookie, name], ['head', [], undefined]);
    assert.match(String(problem), /committed/);
    await other.stop!();
  });

  test('a proxy that nobody trusts cannot make the cookie Secure, nor keep it from being so', async () => {
    const forged = async (trust: boolean, proto: string) => {
      const { served } = await serve((_, response) => response.send('x'), (app, shop) => void app.set('trust proxy', trust).use(shop));
      const cookie = await new Promise<string>((resolve) => sendRequest({ port: served.port, host: '127.0.0.1', path: '/', headers: { 'x-forwarded-proto': proto }, agent: false }, (incoming) => {
        incoming.resume();
        resolve(String(incoming.headers['set-cookie']));
      }).end());
      await served.stop!();
      return cookie.includes('Secure');
    };
    assert.deepEqual([await forged(false, 'https'), await forged(true, 'https'), await forged(true, 'http')], [false, true, false]);
  });
});

describe('a client that hangs up', () => {
  for (const when of ['while the session is stored', 'in the middle of a stream'] as const) {
    test(`${when} leaves no promise unhandled, and what was acknowledged is stored`, async () => {
      const problems: unknown[] = [];
      const note = (problem: unknown): void => void problems.push(problem);
      process.on('unhandledRejection', note).on('uncaughtException', note);
      const closed: Promise<unknown>[] = [];
      const { served } = await serve((_, response) => {
        closed.push(once(response, 'close'));
        Readable.from((async function* endless() {
          for (let part = 0; part < 50; part++) {
            yield LONG;
            await settled();
          }
        })()).on('error', () => undefined).pipe(response);
      });
      const gate = when.startsWith('while') ? table.hold('putItem') : undefined;
      const before = await table.items();
      const socket = connect(served.port, '127.0.0.1').on('error', () => undefined);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      if (gate) await gate.reached;
      else await once(socket, 'data');
      socket.destroy();
      await Promise.all(closed);
      gate?.open();
      for (let turn = 0; turn < 20; turn++) await settled();
      process.off('unhandledRejection', note).off('uncaughtException', note);
      assert.deepEqual(problems, []);
      assert.equal(await table.items(), before + 1);
      assert.equal((await askNode(served.port, { path: '/read', method: 'GET', cookies: [] })).body, 'nobody');
      await served.stop!();
    });
  }
});
