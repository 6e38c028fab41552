import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { lightSignal } from './attempt';
import { CallError } from './call-error';
import { CallOptions, SessionClient } from './session-client';

/** What a `DynamoDBClient` and a `DynamoDBDocumentClient` have in common: commands of the low level go through both. */
export type SdkClient = Pick<DynamoDBClient, 'send'>;

/** Speaks through a client of the AWS SDK, as it is: its retries, its endpoint, its middleware. */
export function sdkClient(client: SdkClient, singleAttempt = false): SessionClient {
  // Middleware of a user's client may know no other signal than a real one.
  const until = (options: CallOptions) => ({ abortSignal: singleAttempt ? lightSignal(options) : options.signal });
  return {
    singleAttempt,
    getItem: (input, options) => client.send(answered(new GetItemCommand(input)), until(options)),
    putItem: (input, options) => client.send(answered(new PutItemCommand(input)), until(options)),
    updateItem: (input, options) => client.send(answered(new UpdateItemCommand(input)), until(options)),
    deleteItem: (input, options) => client.send(answered(new DeleteItemCommand(input)), until(options)),
  };
}

/** What a command and the SDK's middleware have to do with each other here. */
interface Answered {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<{ readonly response: unknown; readonly output: never }>) => (args: never) => Promise<never>,
      options: { readonly step: 'deserialize'; readonly priority: 'high'; readonly name: string },
    ): void;
  };
}

/**
 * Refuses an answer without a body. The SDK takes it for success, and so a
 * lost write for a stored one and a session for one that is not there; DynamoDB
 * answers with `{}` at least. It is the command that is changed, not the client;
 * the priority puts this after whatever reads the body.
 */
function answered<Command extends object>(command: Command): Command {
  (command as Command & Answered).middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { body } = Object(result.response) as { readonly body?: { readonly readableDidRead?: unknown } };
      if (body?.readableDidRead === false) throw new CallError('InvalidAnswerError', 'What answered is not DynamoDB: the answer is empty.', 200);
      return result as never;
    },
    { step: 'deserialize', priority: 'high', name: 'sessionAnswered' },
  );
  return command;
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
