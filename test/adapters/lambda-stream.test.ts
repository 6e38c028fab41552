import { PassThrough, Writable } from 'node:stream';
import { LambdaHttpEvent, LambdaStreamResponse, WithSession, lambdaStream, sessionFactory } from '../../src/runtime';
import { eventOf } from '../support/events';
import { Scene } from '../support/scene';
import { ShopData } from '../support/visitor';

const scene = Scene.on();
const context = { getRemainingTimeInMillis: () => 30_000 };

interface Head {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, string[]>>;
  readonly cookies?: readonly string[];
}

/** The stream that Lambda gives, and the heads that were put on it. */
class Sink extends Writable {
  public readonly heads: Head[] = [];
  public text = '';

  public override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

beforeAll(() => {
  const from = (stream: Writable, head: Head): Writable => {
    (stream as Sink).heads?.push(head);
    return stream;
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: unknown) => handler, HttpResponseStream: { from } } });
});
afterAll(() => {
  delete (globalThis as { awslambda?: unknown }).awslambda;
});

type Body = (event: LambdaHttpEvent, full: WithSession<ShopData>) => Promise<LambdaStreamResponse> | LambdaStreamResponse;

function wrap(body: Body, options = {}) {
  const { table: { name: tableName }, client, clock } = scene;
  return lambdaStream<ShopData>(sessionFactory<ShopData>({ tableName, client, clock, ...options }), body);
}

async function streamed(body: Body, event = eventOf('function URL')): Promise<Sink> {
  const sink = new Sink();
  await wrap(body)(event, sink, context);
  return sink;
}

test('the head goes out once, with the cookies, before the first byte of the body', async () => {
  const sink = new Sink();
  let headsBefore = 0;
  await wrap(async (_, { session }) => {
    (await session()).set('name', 'Ada');
    const body = (async function* parts() {
      headsBefore = sink.heads.length;
      yield 'one ';
      yield 'two';
    })();
    return { statusCode: 201, headers: { 'content-type': 'text/plain' }, cookies: ['theme=dark'], body };
  })(eventOf('function URL'), sink, context);
  expect(headsBefore).toBe(1);
  expect(sink.heads).toEqual([{
    statusCode: 201,
    headers: { 'content-type': 'text/plain', 'Vary': 'Cookie', 'Cache-Control': 'no-store' },
    cookies: ['theme=dark', expect.stringMatching(/^session_id=[\w-]{43};/), expect.stringMatching(/^session_id_w=/)],
  }]);
  expect(sink.text).toBe('one two');
});

test('the session is stored before the body begins, and what the body changes throws', async () => {
  let problem: unknown;
  let callsBefore: string[] = [];
  await streamed(async (_, { session }) => {
    const opened = await session();
    opened.set('name', 'Ada');
    return {
      body: (async function* late() {
        callsBefore = scene.table.takeCalls();
        yield 'x';
        try {
          opened.set('name', 'too late');
        } catch (error) {
          problem = error;
        }
      })(),
    };
  });
  expect(callsBefore).toEqual(['PutItem']);
  expect(problem).toMatchObject({ code: 'misuse' });
});

const BODIES: [string, LambdaStreamResponse['body'], string][] = [
  ['a text', 'text', 'text'],
  ['bytes', Buffer.from('bytes'), 'bytes'],
  ['nothing', undefined, ''],
  ['null', null, ''],
  ['a stream of Fetch', new Blob(['blob']).stream() as unknown as AsyncIterable<Uint8Array>, 'blob'],
];
test.each(BODIES)('a body may be %s', async (_name, body, text) => {
  const sink = await streamed(() => ({ ...(body !== undefined && { body }) }));
  expect([sink.text, sink.heads, sink.writableFinished]).toEqual([text, [{ statusCode: 200 }], true]);
});

test('a REST API that streams gets the cookies in its own place', async () => {
  const sink = await streamed(async (_, { session }) => {
    (await session()).set('name', 'Ada');
    return { body: 'x' };
  }, eventOf('REST API'));
  expect(sink.heads[0]?.multiValueHeaders?.['Set-Cookie']).toHaveLength(2);
});

test('a store that denies is a 500 without a cookie, and the stream of the body is let go', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const body = new PassThrough();
  const web = new ReadableStream({ cancel: () => void (isCancelled = true) });
  let isCancelled = false;
  for (const given of [body, web]) {
    scene.client.deny('putItem');
    const sink = await streamed(async (_, { session }) => {
      (await session()).set('name', 'Ada');
      return { body: given as unknown as AsyncIterable<string> };
    });
    expect(sink.heads).toMatchObject([{ statusCode: 500 }]);
    expect(sink.heads[0]?.cookies).toBeUndefined();
  }
  expect([body.destroyed, isCancelled]).toEqual([true, true]);
  log.mockRestore();
});

test('a client that hangs up is no error of the handler, and what was acknowledged is stored', async () => {
  const sink = new Sink();
  const feed = new PassThrough();
  const done = wrap(async (_, { session }) => {
    (await session()).set('name', 'Ada');
    return { body: feed };
  })(eventOf('function URL'), sink, context);
  feed.write('first');
  while (sink.text === '') await new Promise(setImmediate);
  sink.destroy();
  await expect(done).resolves.toBeUndefined();
  expect(feed.destroyed).toBe(true);
  expect(scene.table.takeCalls()).toEqual(['PutItem']);
});

test('a body that fails is an error of the handler, and the stream ends with it', async () => {
  const sink = new Sink().on('error', () => undefined);
  const done = wrap(() => ({
    body: (async function* failing() {
      yield 'x';
      throw new RangeError('too far');
    })(),
  }))(eventOf('function URL'), sink, context);
  await expect(done).rejects.toThrow(RangeError);
  expect(sink.destroyed).toBe(true);
});

test('a handler that throws stores nothing, and its error goes on', async () => {
  const before = await scene.table.items();
  await expect(streamed(async (_, { session }) => {
    (await session()).set('name', 'Ada');
    throw new RangeError('too far');
  })).rejects.toThrow(RangeError);
  expect(await scene.table.items()).toEqual(before);
});

test('the event of anything but HTTP is refused by name', async () => {
  await expect(streamed(() => ({}), { Records: [] } as unknown as LambdaHttpEvent)).rejects.toThrow(/lambdaStream: this event is not HTTP: it has the properties Records/);
});

test('what is not a factory is refused when the handler is made', () => {
  expect(() => lambdaStream(sessionFactory as never, () => ({}))).toThrow(/lambdaStream: sessions is a function, maybe sessionFactory itself/);
});

test('outside of Lambda there is nothing to stream to, which is said when the handler is made', () => {
  const { awslambda } = globalThis as { awslambda?: unknown };
  delete (globalThis as { awslambda?: unknown }).awslambda;
  expect(() => wrap(() => ({}))).toThrow(/lambdaStream: awslambda is not there/);
  Object.assign(globalThis, { awslambda });
});
