import { failed, withSession } from './lambda';
import { LambdaContext, LambdaHttpEvent, requestOf, sourceOf } from './lambda-event';
import { LambdaHttpResponse, addSessionHeaders, statusOf, toUnavailable } from './lambda-response';
import { mustBeFactory } from './mount';
import { builtin } from '../builtin';
import type { WithSession } from './with-session';
import { SessionFactory } from '../request/session-factory';

/** A response whose body may be a stream: Node's, Fetch's, or any async iterable. */
export interface LambdaStreamResponse {
  readonly statusCode?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly cookies?: readonly string[];
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array> | null | undefined;
}

/** What Lambda calls: a handler that was passed to `awslambda.streamifyResponse`. */
export type StreamifiedHandler = (
  event: LambdaHttpEvent,
  stream: NodeJS.WritableStream,
  context: LambdaContext,
) => Promise<void>;

/** What Lambda's Node.js runtime puts into the global scope. */
interface AwsLambda {
  readonly HttpResponseStream: { from(stream: NodeJS.WritableStream, head: object): NodeJS.WritableStream };
  streamifyResponse(handler: StreamifiedHandler): StreamifiedHandler;
}

/**
 * Wraps a handler whose response is streamed: behind a function URL with
 * `InvokeMode: RESPONSE_STREAM`, or a REST API that streams.
 *
 * The session is stored and its cookies go out with the head, before the first
 * byte of the body. After that, changing the session throws.
 *
 * @throws Error outside Lambda, where nothing can be streamed
 */
export function lambdaStream<
  Data extends object,
  Event extends LambdaHttpEvent = LambdaHttpEvent,
  Context extends LambdaContext = LambdaContext,
>(
  sessions: SessionFactory<Data>,
  handler: (event: Event, context: Context & WithSession<Data>) => Promise<LambdaStreamResponse> | LambdaStreamResponse,
): StreamifiedHandler {
  mustBeFactory('lambdaStream', sessions);
  const { awslambda } = globalThis as unknown as { readonly awslambda?: AwsLambda };
  if (awslambda === undefined) {
    throw new Error(
      'lambdaStream: awslambda is not there. It is in the Node.js runtimes of Lambda alone; in tests, set globalThis.awslambda.',
    );
  }
  return awslambda.streamifyResponse(async (event, stream, context) => {
    const source = sourceOf('lambdaStream', event);
    const request = sessions.forRequest({ ...requestOf(event, context), singleSetCookie: source === 'alb-single' });
    const respond = async (): Promise<LambdaStreamResponse | LambdaHttpResponse> => {
      try {
        const response = await handler(event as Event, withSession(context as Context, request));
        const { headers, unavailable } = await request.finish({ status: statusOf(response) });
        if (!unavailable) {
          return addSessionHeaders(
            'statusCode' in response ? response : { statusCode: 200, ...response },
            headers,
            source,
          );
        }
        abandon(response.body);
        return addSessionHeaders(toUnavailable(unavailable, source), headers, source);
      } catch (error) {
        return failed(request, error, source);
      }
    };
    const { body, statusCode = 200, ...head } = await respond();
    await send(awslambda.HttpResponseStream.from(stream, { statusCode, ...head }), body);
  });
}

/** Writes a body to its end. A client that hangs up is not an error; a body that fails is. */
async function send(stream: NodeJS.WritableStream, body: LambdaStreamResponse['body']): Promise<void> {
  const isWhole = typeof body === 'string' || body instanceof Uint8Array || body === null || body === undefined;
  const { pipeline } = builtin('node:stream/promises');
  try {
    // An empty chunk, because without one Lambda never sends the head.
    await pipeline(isWhole ? [body ?? ''] : body, stream);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Destroys a body that is not sent. */
function abandon(body: LambdaStreamResponse['body']): void {
  const { destroy, cancel } = Object(body) as { destroy?(): void; cancel?(): Promise<void> };
  if (destroy) destroy.call(body);
  else void cancel?.call(body).catch(() => undefined);
}
