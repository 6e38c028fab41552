import { Readable, Writable } from 'node:stream';
import { fetchHandler, lambdaHandler } from '../../../src/runtime/core';
import { type EventSource } from '../../support/events';
import { behaviours } from '../support/behaviours';
import { CONTEXT, fullEventOf, readResult, serveLambda } from '../support/lambda';
import { serveFetch } from '../support/serve';
import type { Reply, RouteContext, Subject } from '../support/subject';

const SOURCES: EventSource[] = ['REST API', 'HTTP API', 'function URL', 'ALB, multi-value'];

async function whole({ stream, body = '' }: Reply): Promise<string> {
  if (!stream) return body;
  let text = '';
  for await (const chunk of stream()) text += chunk;
  return text;
}

function pathOf(event: unknown): string {
  const { rawPath, path } = event as { readonly rawPath?: string; readonly path?: string };
  return rawPath ?? path ?? '';
}

function queryOf(event: unknown): URLSearchParams {
  const { queryStringParameters } = event as { readonly queryStringParameters?: Record<string, string> | null };
  return new URLSearchParams(queryStringParameters ?? {});
}

function lambda(source: EventSource): Subject {
  return {
    name: `lambdaHandler behind ${source}`,
    differs: ['no stream', 'no early answer'],
    serve: async (sessions, routes) => serveLambda(lambdaHandler(sessions, async (event, context) => {
      const reply = await routes[pathOf(event)]?.({ query: queryOf(event), session: () => context.session(), endSession: () => context.endSession() });
      const { status = 200, headers = {}, cookies = [], redirect } = reply ?? {};
      const own = source === 'REST API' || source === 'ALB, multi-value'
        ? { multiValueHeaders: { ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])), ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }) } }
        : { headers: { ...headers }, cookies: [...cookies] };
      if (redirect !== undefined) {
        return { statusCode: 303, ...(source === 'ALB, multi-value' ? { multiValueHeaders: { Location: [redirect] } } : { headers: { Location: redirect } }), body: '' };
      }
      const { method } = Object(Object(event.requestContext).http) as { readonly method?: string };
      const isHead = (event.httpMethod ?? method) === 'HEAD';
      return { statusCode: status, ...own, body: isHead ? '' : await whole(reply ?? {}) };
    }) as never, source),
  };
}

for (const source of SOURCES) behaviours(lambda(source));

behaviours({
  name: 'fetchHandler',
  differs: ['no early answer'],
  serve: async (sessions, routes) => {
    const handler = fetchHandler(sessions, async (request, { session, endSession }) => {
      const { pathname, searchParams } = new URL(request.url);
      const reply = await routes[pathname]?.({ query: searchParams, session, endSession });
      const { status = 200, body = '', headers = {}, cookies = [], redirect, stream } = reply ?? {};
      if (redirect !== undefined) return new Response(null, { status: 303, headers: { location: redirect } });
      const all = new Headers(headers);
      for (const cookie of cookies) all.append('set-cookie', cookie);
      const sent = stream ? Readable.toWeb(Readable.from(bytesOf(stream()))) as ReadableStream : request.method === 'HEAD' ? null : body;
      return new Response(sent, { status, headers: all });
    });
    return serveFetch(async (request) => handler(request).catch(() => new Response('Internal Server Error', { status: 500 })));
  },
});

async function* bytesOf(chunks: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** What Lambda's runtime does with a handler that streams: one head, and then the body. */
class Streamed extends Writable {
  public head: object | undefined;
  public readonly chunks: Buffer[] = [];

  public override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (stream: Streamed, head: object) => Object.assign(stream, { head }) },
  },
});
const { lambdaStream } = await import('../../../src/runtime/core');

for (const source of ['function URL', 'REST API'] as const) {
  behaviours({
    name: `lambdaStream behind ${source}`,
    differs: ['no early answer'],
    serve: async (sessions, routes) => {
      const handler = lambdaStream(sessions, async (event, context: typeof CONTEXT & RouteContext) => {
        const reply = await routes[pathOf(event)]?.({ query: queryOf(event), session: () => context.session(), endSession: () => context.endSession() });
        const { status = 200, body, headers = {}, cookies = [], redirect, stream } = reply ?? {};
        if (redirect !== undefined) return { statusCode: 303, headers: { Location: redirect } };
        const own = source === 'REST API' ? { multiValueHeaders: { ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }) } } : { cookies };
        const { method } = Object(Object(event.requestContext).http) as { readonly method?: string };
        const isHead = (event.httpMethod ?? method) === 'HEAD';
        return { statusCode: status, headers: { ...headers }, ...own, body: isHead ? '' : stream?.() ?? body };
      });
      return {
        ask: async (asked) => {
          const stream = new Streamed();
          const failure = await handler(fullEventOf(source, asked) as never, stream, CONTEXT).then(() => undefined, (error: unknown) => ({ error }));
          if (failure) return readResult({ statusCode: 500 }, source);
          return readResult({ ...stream.head, body: Buffer.concat(stream.chunks).toString() }, source);
        },
      };
    },
  });
}
