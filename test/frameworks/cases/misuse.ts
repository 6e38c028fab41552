import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Router } from '@aws-lambda-powertools/event-handler/http';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import koaSession from 'koa-session';
import middy from 'middy6';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { sessionStore } from '../../../src/runtime/adapters/express-session';
import { fastifySessions } from '../../../src/runtime/adapters/fastify';
import { type SessionVariables, honoSessions } from '../../../src/runtime/adapters/hono';
import { koaSessions } from '../../../src/runtime/adapters/koa';
import { middySessions } from '../../../src/runtime/adapters/middy';
import { powertoolsSessions } from '../../../src/runtime/adapters/powertools';
import { reactRouterSessions } from '../../../src/runtime/adapters/react-router';
import type { WithSession } from '../../../src/runtime/core';
import { CONTEXT, fullEventOf } from '../support/lambda';
import { askNode, serveNode } from '../support/serve';
import { type Shop, Table, settled } from '../support/table';

const FIRST = { path: '/', method: 'GET', cookies: [] };
const SQS = { Records: [{ eventSource: 'aws:sqs', body: '' }] };

let table: Table;
const { error } = console;
before(async () => {
  table = await Table.start();
});
beforeEach(() => {
  console.error = () => undefined;
});
after(async () => {
  console.error = error;
  await table.stop();
});

describe('a factory that is none is refused where the adapter is made', () => {
  const makers: [string, (sessions: never) => unknown][] = [
    ['expressSessions', expressSessions], ['fastifySessions', fastifySessions], ['honoSessions', honoSessions], ['koaSessions', koaSessions],
    ['middySessions', middySessions], ['powertoolsSessions', powertoolsSessions], ['reactRouterSessions', reactRouterSessions],
    ['sessionStore', (sessions) => sessionStore(sessions)],
  ];
  for (const [name, make] of makers) {
    test(name, () => {
      for (const given of [undefined, null, 'sessions', {}, () => undefined]) {
        assert.throws(() => make(given as never), (problem: Error) => problem instanceof TypeError && problem.message.startsWith(`${name}: sessions is `));
      }
    });
  }
});

describe('a factory, or anything else, in the place of a request', () => {
  test('is refused by Express and Fastify by name', async () => {
    const sessions = table.sessions();
    for (const shop of [expressSessions(sessions), fastifySessions(sessions)]) {
      for (const method of ['session', 'endSession'] as const) {
        await assert.rejects(async () => shop[method](sessions), /this is a session factory\. Mount the middleware before your routes/);
        await assert.rejects(async () => shop[method]({}), /this is a request that has not passed through the middleware/);
      }
    }
  });

  test('is refused by the storage of React Router', async () => {
    const storage = reactRouterSessions(table.sessions()).storage();
    await assert.rejects(storage.commitSession({} as never), /reactRouterSessions: this session is not of getSession of this storage/);
  });
});

describe('a second session library beside ours', () => {
  test('is named by Hono', async () => {
    const app = new Hono<{ Variables: SessionVariables<Shop> }>();
    app.use(async (c, next) => {
      c.set('session', {} as never);
      await next();
    });
    app.use(honoSessions(table.sessions()));
    app.get('/', (c) => c.text('never'));
    let problem: unknown;
    app.onError((thrown, c) => {
      problem = thrown;
      return c.text('failed', 500);
    });
    assert.equal((await app.request('/')).status, 500);
    assert.match(String(problem), /honoSessions: c\.get\('session'\) exists already; another session middleware made it/);
  });

  test('is named by Koa, whichever is mounted first', async () => {
    const app = new Koa();
    app.keys = ['secret'];
    const problems: unknown[] = [];
    app.on('error', (problem) => problems.push(problem));
    app.use(koaSession({}, app as never) as never).use(koaSessions(table.sessions()));
    const served = await serveNode(app.callback());
    assert.equal((await served.ask(FIRST)).status, 500);
    assert.match(String(problems), /koaSessions: ctx\.session exists already/);
    await served.stop!();
  });
});

describe('the event of another kind', () => {
  test('is refused by Middy and by Powertools', async () => {
    const handler = middy().use(middySessions(table.sessions())).handler(async () => ({}));
    await assert.rejects(handler(SQS as never, CONTEXT as never), /middySessions: this event is not HTTP: it has the properties Records/);
    const router = new Router({ logger: { debug: () => undefined, error: () => undefined, warn: () => undefined } as never });
    router.use(powertoolsSessions(table.sessions()));
    await assert.rejects(router.resolve(SQS, CONTEXT as never));
  });
});

describe('two factories in one application', () => {
  test('keep their sessions and cookies apart', async () => {
    const [shop, office] = [expressSessions(table.sessions()), expressSessions(table.sessions({ cookie: { name: 'office' }, namespace: 'office' }))];
    const served = await serveNode(express().use(shop, office).get('/', async (request, response) => {
      (await shop.session(request)).set('name', 'Ada');
      (await office.session(request)).set('name', 'Bob');
      response.send('both');
    }));
    const { setCookie, headers, body } = await served.ask(FIRST);
    assert.deepEqual(setCookie.map((cookie) => cookie.split('=')[0]).sort(), ['office', 'office_w', 'session_id', 'session_id_w']);
    assert.deepEqual([headers.vary, body], ['Cookie', 'both']);
    await served.stop!();
  });
});

describe('after the head was sent', () => {
  test('a session that Fastify has sent can be read and not changed', async () => {
    const shop = fastifySessions(table.sessions());
    const app = fastify();
    let problem: unknown;
    let name: unknown;
    await app.register(shop);
    app.addHook('onResponse', async (request) => {
      const session = await shop.session(request);
      name = session.get('name');
      try {
        session.set('name', 'Bob');
      } catch (thrown) {
        problem = thrown;
      }
    });
    app.get('/', async (request) => {
      (await shop.session(request)).set('name', 'Ada');
      return 'sent';
    });
    assert.equal((await app.inject('/')).body, 'sent');
    await settled();
    assert.deepEqual([name, (problem as { code?: string }).code], ['Ada', 'misuse']);
    await app.close();
  });

  test('a head that a handler sent past Koa has no cookie, which is said, and the session is stored', async () => {
    const app = new Koa<object, WithSession<Shop>>();
    const problems: unknown[] = [];
    app.on('error', (problem) => problems.push(problem));
    app.use(koaSessions(table.sessions())).use(async (ctx) => {
      (await ctx.session()).set('name', 'Ada');
      ctx.respond = false;
      ctx.res.end('past Koa');
    });
    const before = await table.items();
    const served = await serveNode(app.callback());
    const { body, setCookie } = await served.ask(FIRST);
    while (problems.length === 0) await settled();
    assert.deepEqual([body, setCookie, await table.items()], ['past Koa', [], before + 1]);
    assert.match(String(problems), /koaSessions: the head was sent before the cookie of the session\. Await session\.save\(\)/);
    await served.stop!();
  });
});

describe('an adapter that is used by eight requests at once', () => {
  test('gives each its own session', async () => {
    const shop = expressSessions(table.sessions());
    const served = await serveNode(express().use(shop).get('/', async (request, response) => {
      const session = await shop.session(request);
      session.set('name', String(request.query['name']));
      await settled();
      response.send(session.get('name'));
    }));
    const names = Array.from({ length: 8 }, (_, at) => `visitor-${at}`);
    const answers = await Promise.all(names.map((name) => askNode(served.port, { ...FIRST, path: `/?name=${name}` })));
    assert.deepEqual(answers.map(({ body }) => body), names);
    assert.equal(new Set(answers.map(({ setCookie }) => setCookie[0])).size, 8);
    await served.stop!();
  });
});

test('a middleware of Middy that answers early stores nothing where it comes after ours, unless the session was saved', async () => {
  const before = await table.items();
  const early = (saves: boolean) => middy().use(middySessions(table.sessions())).before(async ({ context }) => {
    const session = await context.session();
    session.set('name', 'Ada');
    if (saves) await session.save();
    return { statusCode: 403 };
  }).handler(async () => ({ statusCode: 200 }));
  const event = fullEventOf('HTTP API', FIRST);
  await early(false)(event as never, { ...CONTEXT } as never);
  assert.equal(await table.items(), before);
  await early(true)(event as never, { ...CONTEXT } as never);
  assert.equal(await table.items(), before + 1);
});
