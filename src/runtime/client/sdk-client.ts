import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { CallOptions, ClientSettings, SessionClient } from './session-client';
import { attemptTime } from '../table/call';

/** What a `DynamoDBClient` and a `DynamoDBDocumentClient` have in common: commands of the low level go through both. */
export type SdkClient = Pick<DynamoDBClient, 'send'>;

/** Speaks through a client of the AWS SDK, as it is: its retries, its endpoint, its middleware. */
export function sdkClient(client: SdkClient): SessionClient {
  return portOf(client, false, ({ signal }) => ({ abortSignal: signal }));
}

type Until = (options: CallOptions) => { readonly abortSignal: AbortSignal } | undefined;

function portOf(client: SdkClient, singleAttempt: boolean, until: Until): SessionClient {
  return {
    singleAttempt,
    getItem: (input, options) => checked(client.send(new GetItemCommand(input), until(options))),
    putItem: (input, options) => checked(client.send(new PutItemCommand(input), until(options))),
    updateItem: (input, options) => checked(client.send(new UpdateItemCommand(input), until(options))),
    deleteItem: (input, options) => checked(client.send(new DeleteItemCommand(input), until(options))),
  };
}

/**
 * What a request for a session has no use for, of what the SDK does with each:
 * to describe the machine that it runs on, to pass a trace on that DynamoDB does
 * not read, and to log to a logger that is not set.
 */
export const UNUSED_MIDDLEWARE = ['getUserAgentMiddleware', 'recursionDetectionMiddleware', 'loggerMiddleware'];

/** Half of an answer and then nothing: its socket is closed after so many milliseconds. The timer is set up three seconds late, so it costs a good call nothing. */
const SILENT_SOCKET = 6000;

/**
 * The client of whoever gives none: one attempt a call, because the store
 * repeats, and knows what an attempt may have done.
 *
 * | setting | is | why |
 * |---|---|---|
 * | `retryStrategy` | one attempt | `call` repeats: at most 5 attempts, full jitter up to 50, 100, 200 and 400 ms |
 * | time for an attempt | a third of `deadline` | a socket that died in a freeze leaves time for a new one |
 * | time for all of them | `deadline`, 3 s | never past the function's remaining time less 500 ms, kept for its answer |
 * | sockets | the SDK's: kept alive, 50 at most | one TLS handshake an environment |
 * | `cacheMiddleware` | on | the SDK sorts its middleware once and not for each call; it goes without signals, so the socket has a time-out instead |
 *
 * Together they make a call a quarter cheaper than that of a client without settings.
 */
export function defaultSdkClient({ region, deadline }: ClientSettings): SessionClient {
  const time = attemptTime(deadline);
  const client = new DynamoDBClient({
    ...(region !== undefined && { region }),
    cacheMiddleware: true,
    // The SDK's own strategies number, time and count the attempts, of which there is one.
    retryStrategy: { retry: (next, args) => next(args) },
    requestHandler: { requestTimeout: time, throwOnRequestTimeout: true, socketTimeout: Math.max(time, SILENT_SOCKET) },
  });
  for (const name of UNUSED_MIDDLEWARE) client.middlewareStack.remove(name);
  return portOf(client, true, () => undefined);
}

/**
 * An empty answer with 200 looks like success, and to a read like a session
 * that is not there. Every answer of DynamoDB has a request id.
 */
async function checked<Output extends { readonly $metadata?: { readonly requestId?: string | undefined } }>(sent: Promise<Output>): Promise<Output> {
  const output = await sent;
  // A client that stands in for a real one in tests answers with less, or with nothing.
  const metadata = (output as Output | undefined)?.$metadata;
  if (metadata !== undefined && metadata.requestId === undefined) {
    throw Object.assign(new Error('what answered is not DynamoDB'), { name: 'UnrecognizedAnswer' });
  }
  return output;
}
