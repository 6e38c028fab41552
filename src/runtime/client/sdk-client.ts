import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { lightSignal } from './attempt';
import { CallOptions, SessionClient } from './session-client';

/** What a `DynamoDBClient` and a `DynamoDBDocumentClient` have in common: commands of the low level go through both. */
export type SdkClient = Pick<DynamoDBClient, 'send'>;

/** Speaks through a client of the AWS SDK, as it is: its retries, its endpoint, its middleware. */
export function sdkClient(client: SdkClient, singleAttempt = false): SessionClient {
  // Middleware of a user's client may know no other signal than a real one.
  const until = (options: CallOptions) => ({ abortSignal: singleAttempt ? lightSignal(options) : options.signal });
  return {
    singleAttempt,
    getItem: (input, options) => checked(client.send(new GetItemCommand(input), until(options))),
    putItem: (input, options) => checked(client.send(new PutItemCommand(input), until(options))),
    updateItem: (input, options) => checked(client.send(new UpdateItemCommand(input), until(options))),
    deleteItem: (input, options) => checked(client.send(new DeleteItemCommand(input), until(options))),
  };
}

/**
 * The client of whoever gives none: one attempt a call, because the store
 * repeats, and knows what an attempt may have done.
 *
 * | setting | is | why |
 * |---|---|---|
 * | `maxAttempts` | 1 | `call` repeats: at most 5 attempts, full jitter up to 50, 100, 200 and 400 ms |
 * | time for an attempt | a third of `deadline` | a socket that died in a freeze leaves time for a new one |
 * | time for all of them | `deadline`, 3 s | never past the function's remaining time less 500 ms, kept for its answer |
 * | sockets | the SDK's: kept alive, 50 at most | one TLS handshake an environment |
 */
export function defaultSdkClient(region: string | undefined): SessionClient {
  return sdkClient(new DynamoDBClient({ maxAttempts: 1, ...(region === undefined ? {} : { region }) }), true);
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
