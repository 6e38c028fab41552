import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Router } from '@aws-lambda-powertools/event-handler/http';
import { configure } from '@codegenie/serverless-express';
import awsLambdaFastify from '@fastify/aws-lambda';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import serverlessHttp from 'serverless-http';
import { expressSessions } from '../../../src/runtime/adapters/express';
import { fastifySessions } from '../../../src/runtime/adapters/fastify';
import { type SessionVariables, honoSessions } from '../../../src/runtime/adapters/hono';
import { type PowertoolsSession, powertoolsSessions } from '../../../src/runtime/adapters/powertools';
import { type LambdaHttpEvent, type SessionFactory, lambdaHandler } from '../../../src/runtime/core';
import type { EventSource } from '../../support/events';
import { Browser } from '../support/browser';
import { serveLambda } from '../support/lambda';
import { type Shop, Table } from '../support/table';

type Handler = (event: never, context: never) => Promise<unknown>;
const PAGE = fileURLToPath(new URL('../../../docs/lambda-adapters.md', import.meta.url));
const SOURCES: [column: string, source: EventSource][] = [
  ['REST API (1.0)', 'REST API'], ['HTTP API, function URL (2.0)', 'HTTP API'], ['ALB, multi-value headers', 'ALB, multi-value'], ['ALB without them', 'ALB, single'],
];
const IN_WORDS = { set: 'set', read: 'read', out: 'sign-out' };

function expressApp(sessions: SessionFactory<Shop>): express.Express {
  const shop = expressSessions(sessions);
  return express().use(shop)
    .get('/set', async (request, response) => {
      (await shop.session(request)).set('name', 'Ada');
      response.send(IN_WORDS.set);
    })
    .get('/read', async (request, response) => response.send((await shop.session(request)).get('name') ?? 'nobody') && undefined)
    .get('/sign-out', async (request, response) => {
      await shop.endSession(request);
      response.redirect(303, '/read');
    });
}

function fastifyApp(sessions: SessionFactory<Shop>) {
  const shop = fastifySessions(sessions);
  const app = fastify({ trustProxy: true });
  app.register(shop);
  app.get('/set', async (request) => {
    (await shop.session(request)).set('name', 'Ada');
    return IN_WORDS.set;
  });
  app.get('/read', async (request) => (await shop.session(request)).get('name') ?? 'nobody');
  app.get('/sign-out', async (request, reply) => {
    await shop.endSession(request);
    return reply.redirect('/read', 303);
  });
  return app;
}

function honoApp(sessions: SessionFactory<Shop>) {
  return new Hono<{ Variables: SessionVariables<Shop> }>().use(honoSessions(sessions))
    .get('/set', async (c) => {
      (await c.var.session()).set('name', 'Ada');
      return c.text(IN_WORDS.set);
    })
    .get('/read', async (c) => c.text((await c.var.session()).get('name') ?? 'nobody'))
    .get('/sign-out', async (c) => {
      await c.var.endSession();
      return c.redirect('/read', 303);
    });
}

function powertoolsApp(sessions: SessionFactory<Shop>): Handler {
  const quiet = { debug: () => undefined, error: () => undefined, warn: () => undefined };
  const router = new Router<{ store: { request: PowertoolsSession<Shop> } }>({ logger: quiet as never });
  router.use(powertoolsSessions(sessions));
  router.get('/set', async (context) => {
    (await context.get('session')!()).set('name', 'Ada');
    return new Response(IN_WORDS.set);
  });
  router.get('/read', async (context) => new Response((await context.get('session')!()).get('name') ?? 'nobody'));
  router.get('/sign-out', async (context) => {
    await context.get('endSession')!();
    return new Response(null, { status: 303, headers: { location: '/read' } });
  });
  return (event, context) => router.resolve(event, context);
}

function plain(sessions: SessionFactory<Shop>): Handler {
  return lambdaHandler(sessions, async (event: LambdaHttpEvent, context) => {
    const path = event.rawPath ?? event.path;
    if (path === '/sign-out') {
      await context.endSession();
      return { statusCode: 303, headers: { Location: '/read' }, multiValueHeaders: { Location: ['/read'] }, body: '' };
    }
    const session = await context.session();
    if (path === '/set') session.set('name', 'Ada');
    return { statusCode: 200, body: session.get('name') ?? 'nobody' };
  }) as unknown as Handler;
}

const ROWS: [name: string, make: (sessions: SessionFactory<Shop>) => Handler][] = [
  ['`lambdaHandler`', plain],
  ['Express 5 by @codegenie/serverless-express 5', (sessions) => configure({ app: expressApp(sessions) }) as unknown as Handler],
  ['Express 5 by serverless-http 4', (sessions) => serverlessHttp(expressApp(sessions)) as Handler],
  ['Fastify 5 by @fastify/aws-lambda 6', (sessions) => awsLambdaFastify(fastifyApp(sessions)) as unknown as Handler],
  ['Fastify 5, the same with `albMultiValueHeaders: true`', (sessions) => awsLambdaFastify(fastifyApp(sessions), { albMultiValueHeaders: true }) as unknown as Handler],
  ['Hono 4 by hono/aws-lambda', (sessions) => handle(honoApp(sessions)) as Handler],
  ['Powertools 2', powertoolsApp],
];

/** What becomes of the cookies of one visitor: set, sent back, taken away. */
async function observe(handler: Handler, source: EventSource, table: Table): Promise<string> {
  const browser = new Browser(serveLambda(handler, source), table);
  const set = await browser.get('/set');
  const names = set.setCookie.map((cookie) => cookie.split('=')[0]);
  if (!names.includes('session_id')) return 'no cookie';
  const isSecure = set.setCookie.every((cookie) => /; Secure/.test(cookie));
  const found = [...(names.includes('session_id_w') ? [] : ['the id alone']), ...(isSecure ? [] : ['not Secure'])];
  if ((await browser.get('/read')).body !== 'Ada') return [...found, 'the next request does not find the session'].join('; ');
  const out = await browser.get('/sign-out');
  if (!out.setCookie.some((cookie) => /^session_id=;.*Max-Age=0/.test(cookie))) found.push('not taken away');
  if (out.headers.location !== '/read') found.push('Location is lost');
  return found.length === 0 ? '✓' : found.join('; ');
}

function pageOf(rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['', ...SOURCES.map(([column]) => column)];
  return `# Cookies through Lambda adapters

\`npm run test:frameworks\` runs each adapter with each kind of event, and fails if this page says otherwise. To write the
page again, set \`WRITE_LAMBDA_ADAPTERS=1\`.

${line(head)}
${line(head.map(() => '---'))}
${rows.map(line).join('\n')}

- **✓**: both cookies arrive with \`Secure\`, the next request finds the session, and a sign-out removes the cookie.
- **the id alone**: an Application Load Balancer without multi-value headers passes one \`Set-Cookie\`. \`lambdaHandler\` and
  \`powertoolsSessions\` know that and read strongly. With another adapter, set \`consistency: 'strong'\`; otherwise a page
  loaded right after a write may show the data from before it.
- **not Secure**: a cookie arrives without \`Secure\`.
- **not taken away**: a sign-out doesn't remove the cookie.
- **Location is lost**: this adapter puts single headers where a load balancer with multi-value headers doesn't look.
- **no cookie**, **the next request does not find the session**: don't use this pair. Turn on multi-value headers for the
  target group (\`lambda.multi_value_headers.enabled\`), or use another adapter.
`;
}

describe('cookies through Lambda adapters', () => {
  const { error } = console;
  let table: Table;
  before(async () => {
    console.error = () => undefined;
    table = await Table.start();
  });
  after(async () => {
    console.error = error;
    await table.stop();
  });

  test('are as docs/lambda-adapters.md says', async () => {
    const rows: string[][] = [];
    for (const [name, make] of ROWS) {
      const cells: string[] = [];
      for (const [, source] of SOURCES) cells.push(await observe(make(table.sessions()), source, table));
      rows.push([name, ...cells]);
    }
    const page = pageOf(rows);
    if (process.env['WRITE_LAMBDA_ADAPTERS'] === '1') writeFileSync(PAGE, page);
    assert.equal(readFileSync(PAGE, 'utf8'), page);
  });
});
