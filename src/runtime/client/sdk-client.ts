import {
  DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { attemptTime } from './attempt';
import { SdkSigner } from './sdk-signer';
import {
  CallOptions,
  ClientSettings,
  DeleteItemInput,
  GetItemInput,
  PutItemInput,
  SessionClient,
  TransactWriteItemsInput,
  UpdateItemInput,
} from './session-client';
import { haveChanged, mayBeStale } from './stale-credentials';

/** What `DynamoDBClient`, `DynamoDB` and `DynamoDBDocumentClient` share: each sends low-level commands. */
export interface SdkClient extends Pick<DynamoDBClient, 'send'> {
  /** A stand-in for a client in tests may have none. */
  readonly config?: DynamoDBClient['config'];
}

/** Calls through an AWS SDK client, used unchanged: its retries, its endpoint, its middleware. */
export function sdkClient(client: SdkClient): SessionClient {
  return new SdkSessionClient(client, false);
}

type Sent<Output> = Promise<Output & Answered>;

class SdkSessionClient implements SessionClient {
  public readonly singleAttempt: boolean;
  /** Known after the first attempt that failed. */
  public endpoint: string | undefined;
  readonly #client: SdkClient;

  public constructor(client: SdkClient, singleAttempt: boolean) {
    this.#client = client;
    this.singleAttempt = singleAttempt;
  }

  // Properties and not methods, so that `{ ...sdkClient(client) }` has them too.
  public readonly getItem = (input: GetItemInput, options: CallOptions): Sent<{ readonly Item?: unknown }> =>
    this.#call(() => new GetItemCommand(input), options);
  public readonly putItem = (input: PutItemInput, options: CallOptions): Sent<object> =>
    this.#call(() => new PutItemCommand(input), options);
  public readonly updateItem = (
    input: UpdateItemInput,
    options: CallOptions,
  ): Sent<{ readonly Attributes?: unknown }> => this.#call(() => new UpdateItemCommand(input), options);
  public readonly deleteItem = (input: DeleteItemInput, options: CallOptions): Sent<object> =>
    this.#call(() => new DeleteItemCommand(input), options);
  public readonly transactWrite = (input: TransactWriteItemsInput, options: CallOptions): Sent<object> =>
    this.#call(() => new TransactWriteItemsCommand(input), options);

  /** Notes the endpoint of a failed attempt. */
  public noteFailure({ request }: Attempted): void {
    const { protocol, hostname, port } = Object(request) as Readonly<Record<string, unknown>>;
    if (typeof protocol !== 'string' || typeof hostname !== 'string') return;
    // The endpoint may contain the account's number, which belongs in no message.
    this.endpoint = `${protocol}//${hostname.replace(/^\d{12}\./, '')}${port === undefined ? '' : `:${String(port)}`}`;
  }

  /** A call whose credentials have expired, or whose time was wrong, was not applied: it is signed again once. */
  async #call(command: () => object, options: CallOptions): Sent<object> {
    const failures: unknown[] = [];
    try {
      return checked(await this.#send(command(), options, failures));
    } catch (error) {
      if (this.#hasOtherTime(error) || (mayBeStale(error) && (await this.#hasOtherCredentials()))) {
        return checked(await this.#send(command(), options, failures));
      }
      throw await this.#named(error, failures.at(-1));
    }
  }

  /** Without options the SDK keeps the order of its middleware. See `cacheMiddleware` below. */
  #send(command: object, { signal, onFailedAttempt }: CallOptions, failures: unknown[]): Sent<object> {
    const sent = command as GetItemCommand;
    if (this.singleAttempt) return this.#client.send(sent);
    // On the command and not on the client, which stays unchanged.
    sent.middlewareStack.add(
      (next) => (args) =>
        next(args).catch((error: unknown) => {
          this.noteFailure(args);
          failures.push(error);
          onFailedAttempt?.(error);
          throw error;
        }),
      { step: 'finalizeRequest', priority: 'low', name: 'sessionTableAttempts' },
    );
    return this.#client.send(sent, { abortSignal: signal });
  }

  /** The SDK takes the time from the refusal. Its own retries, which are off here, would send the call again. */
  #hasOtherTime(error: unknown): boolean {
    const { $metadata } = Object(error) as { readonly $metadata?: { readonly clockSkewCorrected?: boolean } };
    return this.singleAttempt && $metadata?.clockSkewCorrected === true;
  }

  async #hasOtherCredentials(): Promise<boolean> {
    const credentials = this.#client.config?.credentials;
    try {
      return credentials !== undefined && haveChanged(await credentials(), await credentials({ forceRefresh: true }));
    } catch {
      // The refusal says more than the failure to read credentials.
      return false;
    }
  }

  /**
   * Names an error without a name. A missing Region has none, and the SDK wraps errors of another realm, as in Jest.
   */
  async #named(error: unknown, failure: unknown): Promise<unknown> {
    const { name, code, $metadata } = Object(error) as {
      readonly name?: unknown;
      readonly code?: unknown;
      readonly $metadata?: unknown;
    };
    if (name !== 'Error' || code !== undefined) return error;
    if (failure !== undefined) return Object.assign(Object(failure), { $metadata });
    try {
      await this.#client.config?.region();
      return error;
    } catch (cause) {
      return Object.assign(new Error('there is no Region', { cause }), { name: 'MissingRegionError' });
    }
  }
}

/**
 * Middleware that sessions don't need: it describes the machine, passes on a
 * trace that DynamoDB does not read, and logs to a logger that is not set.
 */
export const UNUSED_MIDDLEWARE = ['getUserAgentMiddleware', 'recursionDetectionMiddleware', 'loggerMiddleware'];

/**
 * Milliseconds of silence after which a socket with half a response is closed. The timer starts three seconds late, so
 * good calls never start it.
 */
const SILENT_SOCKET = 6000;
/** Milliseconds. The store gives up an attempt first and knows why; then the SDK closes its socket. */
const AFTER_THE_STORE = 50;

/**
 * The default client: one attempt a call, because the store repeats calls, and knows what an attempt may have done.
 *
 * | setting | is | why |
 * |---|---|---|
 * | `retryStrategy` | one attempt | `call` repeats: at most 5 attempts, full jitter up to 50, 100, 200 and 400 ms |
 * | time for an attempt | half of the `deadline` that is left; after a time-out, all | the connection may be dead |
 * | time for all of them | `deadline`, 3 s | less if the function's time ends: 500 ms are kept for its response |
 * | sockets | the SDK's: kept alive, 50 at most | one TLS handshake an environment |
 * | `signer` | the library's | it takes a tenth of the time of the SDK's, and gives the same signatures |
 * | `cacheMiddleware` | on | middleware is sorted once; calls take no signals then, so sockets have time-outs |
 *
 * Together they make a call a quarter cheaper than that of a client without settings.
 */
export function defaultSdkClient({ region, deadline }: ClientSettings): SessionClient {
  const time = attemptTime(deadline, false) + AFTER_THE_STORE;
  const client: DynamoDBClient = new DynamoDBClient({
    ...(region !== undefined && { region }),
    cacheMiddleware: true,
    signer: new SdkSigner(() => client.config),
    // The SDK's own strategies number, time and count the attempts, of which there is one.
    retryStrategy: {
      retry: (next, args) =>
        next(args).catch((error: unknown) => {
          port.noteFailure(args);
          throw error;
        }),
    },
    requestHandler: { requestTimeout: time, throwOnRequestTimeout: true, socketTimeout: Math.max(time, SILENT_SOCKET) },
  });
  for (const name of UNUSED_MIDDLEWARE) client.middlewareStack.remove(name);
  const port = new SdkSessionClient(client, true);
  return port;
}

/** What the SDK's middleware passes on. */
interface Attempted {
  readonly request: unknown;
}

interface Answered {
  readonly $metadata?: { readonly requestId?: string | undefined };
}

/**
 * An empty response with 200 looks like success, and to a read like a session
 * that is not there. Every response of DynamoDB has a request id.
 */
function checked<Output extends Answered>(output: Output): Output {
  // A stand-in for a client in tests returns less, or nothing.
  const metadata = (output as Output | undefined)?.$metadata;
  if (metadata !== undefined && metadata.requestId === undefined) {
    throw Object.assign(new Error('what answered is not DynamoDB'), { name: 'UnrecognizedAnswer' });
  }
  return output;
}
