import type { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { Clock, systemClock } from '../../clock';
import type { Environment } from '../../options/resolve-options';
import { lightSignal } from '../attempt';
import { readBody } from './body';
import { CallError, refusal } from './call-error';
import { Checksum, loadChecksum } from './checksum';
import { Credentials, LeanCredentials } from './credentials';
import { LeanEndpoint, resolveEndpoint } from './endpoint';
import {
  CallOptions, DeleteItemInput, GetItemInput, PutItemInput, SessionClient, TransactWriteItemsInput, UpdateItemInput,
} from '../session-client';
import { haveChanged, mayBeStale } from '../stale-credentials';
import { Sha256 } from './sha256';
import { fromWire, toWire } from './wire-form';

/** Where DynamoDB is. What is not said comes from the environment, as for the SDK. */
export interface LeanClientOptions {
  /** The table's Region. @default - `AWS_REGION` */
  readonly region?: string | undefined;
  /** The URL of DynamoDB. @default - `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`, else the Region's own */
  readonly endpoint?: string | undefined;
}

type Signal = ReturnType<typeof lightSignal>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Refusals that another time may help against. */
const OF_TIME = new Set(['InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch']);
/** Milliseconds. DynamoDB takes a signature for 15 minutes; a smaller difference is no reason to sign again. */
const SKEW = 240_000;

/**
 * DynamoDB's four operations by its JSON protocol, with AWS's own signer and
 * socket handling and nothing else of the SDK. A call is one attempt, but for a
 * refusal that says the signature is of another time or of former credentials:
 * such a call was not applied, and is signed again once.
 */
export class LeanClient implements SessionClient {
  public readonly singleAttempt = true;
  public readonly endpoint: string;
  readonly #endpoint: LeanEndpoint;
  readonly #credentials: LeanCredentials;
  readonly #clock: Clock;
  readonly #http = new NodeHttpHandler();
  readonly #host: string;
  #checksum: Checksum | undefined;
  /** Milliseconds that DynamoDB's clock is ahead of ours, once that has mattered. */
  #skew = 0;

  public constructor(options: LeanClientOptions, environment: Environment, clock: Clock = systemClock) {
    this.#endpoint = resolveEndpoint(options, environment);
    const { hostname, port } = this.#endpoint;
    this.#host = port === undefined ? hostname : `${hostname}:${port}`;
    this.endpoint = `${this.#endpoint.protocol}//${this.#host}`;
    this.#credentials = new LeanCredentials(environment, clock);
    this.#clock = clock;
  }

  public async getItem(input: GetItemInput, options: CallOptions): Promise<{ readonly Item?: unknown }> {
    const output = await this.#call('GetItem', input, options);
    return output.Item === undefined ? {} : { Item: fromWire(output.Item) };
  }

  public putItem(input: PutItemInput, options: CallOptions): Promise<unknown> {
    return this.#call('PutItem', input, options);
  }

  public async updateItem(input: UpdateItemInput, options: CallOptions): Promise<{ readonly Attributes?: unknown }> {
    const { Attributes } = await this.#call('UpdateItem', input, options);
    return Attributes === undefined ? {} : { Attributes: fromWire(Attributes) };
  }

  public deleteItem(input: DeleteItemInput, options: CallOptions): Promise<unknown> {
    return this.#call('DeleteItem', input, options);
  }

  public transactWrite(input: TransactWriteItemsInput, options: CallOptions): Promise<unknown> {
    return this.#call('TransactWriteItems', input, options);
  }

  async #call(operation: string, input: object, options: CallOptions): Promise<Output> {
    const signal = lightSignal(options);
    const text = toWire(input);
    const credentials = await this.#credentials.get();
    let answer = await this.#send(operation, text, credentials, signal);
    if (answer.status === 200) return readOutput(answer);
    const again = await this.#otherCredentials(refusalOf(answer), answer, credentials);
    if (again === undefined) throw refusalOf(answer);
    answer = await this.#send(operation, text, again, signal);
    if (answer.status === 200) return readOutput(answer);
    throw refusalOf(answer);
  }

  /** What to sign a refused call with again, or nothing where that is of no use. */
  async #otherCredentials(error: CallError, { headers }: Answer, used: Credentials): Promise<Credentials | undefined> {
    if (OF_TIME.has(error.name)) {
      const skew = Date.parse(headers.date ?? '') - this.#clock.now();
      if (!(Math.abs(skew - this.#skew) > SKEW)) return undefined;
      this.#skew = skew;
      return used;
    }
    if (!mayBeStale(error)) return undefined;
    this.#credentials.drop();
    const fresh = await this.#credentials.get();
    return haveChanged(used, fresh) ? fresh : undefined;
  }

  /** @throws CallError where the answer is not what was sent */
  async #send(operation: string, body: string, credentials: Credentials, abortSignal: Signal): Promise<Answer> {
    const { region, protocol, hostname, port, path } = this.#endpoint;
    const headers = {
      'host': this.#host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const request = { method: 'POST', protocol, hostname, path, query: {}, headers, body, ...(port !== undefined && { port }) };
    const signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256, applyChecksum: false });
    const signed = await signer.sign(request, { signingDate: new Date(this.#clock.now() + this.#skew) });
    const { response } = await this.#http.handle(signed as Parameters<NodeHttpHandler['handle']>[0], { abortSignal });
    const answer = { status: response.statusCode, headers: response.headers, body: await readBody(response.body as Readable) };
    await this.#verify(answer);
    return answer;
  }

  async #verify({ status, headers, body }: Answer): Promise<void> {
    const expected = headers['x-amz-crc32'];
    if (expected === undefined) return;
    this.#checksum ??= await loadChecksum();
    if (this.#checksum(body) === Number(expected)) return;
    throw new CallError('CRC32CheckFailed', 'The answer of DynamoDB was damaged on its way: x-amz-crc32 does not fit it.', status);
  }
}

/** What an answer holds, as far as it is looked at. */
interface Output {
  readonly Item?: unknown;
  readonly Attributes?: unknown;
  readonly CancellationReasons?: unknown;
  readonly __type?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
}

/** An answer that is empty or no JSON object says nothing of the table, not even that an item is not there. */
function readOutput({ status, body }: Answer): Output {
  const output = parse(body);
  if (output === undefined) throw new CallError('InvalidAnswerError', 'What answered is not DynamoDB: the answer is no JSON object.', status);
  return output;
}

function refusalOf({ status, headers, body }: Answer): CallError {
  const { __type: type = headers['x-amzn-errortype'], message, Message = message, Item, CancellationReasons: reasons } = parse(body) ?? {};
  if (Array.isArray(reasons)) for (const reason of reasons) fromWire((Object(reason) as Output).Item);
  return refusal(status, type, Message, { Item: fromWire(Item), CancellationReasons: reasons });
}

function parse(body: Buffer): Output | undefined {
  try {
    const output: unknown = JSON.parse(body.toString());
    return typeof output === 'object' && output !== null && !Array.isArray(output) ? output : undefined;
  } catch {
    return undefined;
  }
}
