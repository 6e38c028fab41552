import { CallError, refusal } from './call-error';
import { Checksum, loadChecksum } from './checksum';
import { LeanCredentials } from './credentials';
import { LeanEndpoint, resolveEndpoint, warnOfProxy } from './endpoint';
import { HttpResponse, HttpServer } from './http';
import { Credentials, Signer, amzDate, canonicalPath } from './signer';
import { fromWire, toWire } from './wire-form';
import { Clock, systemClock } from '../../clock';
import type { Environment } from '../../options/resolve-options';
import {
  CallOptions, DeleteItemInput, GetItemInput, PutItemInput, SessionClient, TransactWriteItemsInput, UpdateItemInput,
} from '../session-client';
import { haveChanged, mayBeStale } from '../stale-credentials';

/** Where DynamoDB is. What you leave out comes from the environment, as with the SDK. */
export interface LeanClientOptions {
  /** The table's Region. @default - `AWS_REGION` */
  readonly region?: string | undefined;
  /** The URL of DynamoDB. @default - `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`, else the Region's own */
  readonly endpoint?: string | undefined;
}

/** What an attempt was signed with. */
interface Signing {
  readonly credentials: Credentials;
  /** Milliseconds that DynamoDB's clock is ahead of ours. */
  readonly skew: number;
}

/** Refusals that signing with another time may resolve. */
const OF_TIME = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** Milliseconds. DynamoDB accepts a signature for 15 minutes; a smaller difference is not why it refused one. */
const SKEW = 240_000;

/**
 * DynamoDB's operations over its JSON protocol, without the SDK. A call is one
 * attempt, unless DynamoDB refuses it for the time of its signature or for old
 * credentials: such a call was not applied, and is signed again once.
 */
export class LeanClient implements SessionClient {
  public readonly singleAttempt = true;
  public readonly endpoint: string;
  readonly #place: LeanEndpoint;
  readonly #path: string;
  readonly #credentials: LeanCredentials;
  readonly #clock: Clock;
  readonly #server: HttpServer;
  readonly #signer: Signer;
  #checksum: Checksum | undefined;
  #skew = 0;

  public constructor(options: LeanClientOptions, environment: Environment, clock: Clock = systemClock) {
    const place = resolveEndpoint(options, environment);
    warnOfProxy(place, environment);
    this.#place = place;
    this.#path = canonicalPath(place.pathname);
    this.endpoint = `${place.protocol}//${place.host}`;
    this.#credentials = new LeanCredentials(environment, clock);
    this.#clock = clock;
    this.#server = new HttpServer(place);
    this.#signer = new Signer(place.region, 'dynamodb');
  }

  public async getItem(input: GetItemInput, options: CallOptions): Promise<{ readonly Item?: unknown }> {
    const { Item } = await this.#call('GetItem', input, options);
    return Item === undefined ? {} : { Item: fromWire(Item) };
  }

  public putItem(input: PutItemInput, options: CallOptions): Promise<unknown> {
    return this.#call('PutItem', input, options);
  }

  public async updateItem(input: UpdateItemInput, options: CallOptions): Promise<{ readonly Attributes?: unknown }> {
    const output = await this.#call('UpdateItem', input, options);
    fromWire(output.Attributes);
    return output;
  }

  public deleteItem(input: DeleteItemInput, options: CallOptions): Promise<unknown> {
    return this.#call('DeleteItem', input, options);
  }

  public transactWrite(input: TransactWriteItemsInput, options: CallOptions): Promise<unknown> {
    return this.#call('TransactWriteItems', input, options);
  }

  async #call(operation: string, input: object, options: CallOptions): Promise<Output> {
    const body = toWire(input);
    const first: Signing = { credentials: await this.#credentials.get(), skew: this.#skew };
    const response = await this.#send(operation, body, first, options);
    if (response.status === 200) return readOutput(response);
    const error = refusalOf(response);
    const second = await this.#otherSigning(error, response, first);
    if (second === undefined) throw error;
    const again = await this.#send(operation, body, second, options);
    if (again.status === 200) return readOutput(again);
    throw refusalOf(again);
  }

  /** What to sign a refused call with, or nothing if signing it again would not help. */
  async #otherSigning(error: CallError, { headers }: HttpResponse, used: Signing): Promise<Signing | undefined> {
    if (OF_TIME.has(error.name)) {
      const skew = Date.parse(headers.date ?? '') - this.#clock.now();
      // Other calls may have corrected the skew in the meantime, so it is compared with the one that this call used.
      if (!(Math.abs(skew - used.skew) > SKEW)) return undefined;
      this.#skew = skew;
      return { ...used, skew };
    }
    if (!mayBeStale(error)) return undefined;
    this.#credentials.drop();
    const credentials = await this.#credentials.get();
    return haveChanged(used.credentials, credentials) ? { ...used, credentials } : undefined;
  }

  /** @throws CallError if the response was damaged on its way */
  async #send(
    operation: string,
    body: string,
    { credentials, skew }: Signing,
    options: CallOptions,
  ): Promise<HttpResponse> {
    const time = amzDate(this.#clock.now() + skew);
    const { sessionToken } = credentials;
    const signed = [
      'content-type', 'application/x-amz-json-1.0',
      'host', this.#place.host,
      'x-amz-date', time,
      ...(sessionToken === undefined ? [] : ['x-amz-security-token', sessionToken]),
      'x-amz-target', `DynamoDB_20120810.${operation}`,
    ];
    const authorization = this.#signer.sign(this.#path, signed, body, credentials, time);
    const headers = [...signed, 'authorization', authorization, 'content-length', String(Buffer.byteLength(body))];
    const response = await this.#server.send({ method: 'POST', path: this.#place.pathname, headers, body }, options);
    this.#verify(response);
    return response;
  }

  #verify({ status, headers, body }: HttpResponse): void {
    const expected = headers['x-amz-crc32'];
    if (expected === undefined) return;
    this.#checksum ??= loadChecksum();
    if (this.#checksum(body) === Number(expected)) return;
    throw new CallError(
      'CRC32CheckFailed',
      'The response of DynamoDB was damaged on its way: x-amz-crc32 does not fit it.',
      status,
    );
  }
}

/** The parts of a response that are read. */
interface Output {
  readonly Item?: unknown;
  readonly Attributes?: unknown;
  readonly CancellationReasons?: unknown;
  readonly __type?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
}

/**
 * A response that is empty, not a JSON object, or without the request id that each of DynamoDB's has says nothing about
 * the table, not even that an item is not there.
 */
function readOutput({ status, headers, body }: HttpResponse): Output {
  const output = parse(body);
  if (output !== undefined && headers['x-amzn-requestid'] !== undefined) return output;
  const what = output === undefined ? 'is not a JSON object' : 'has no x-amzn-requestid';
  throw new CallError('InvalidAnswerError', `What answered is not DynamoDB: the response ${what}.`, status);
}

function refusalOf({ status, headers, body }: HttpResponse): CallError {
  const {
    __type: type = headers['x-amzn-errortype'],
    message,
    Message = message,
    Item,
    CancellationReasons: reasons,
  } = parse(body) ?? {};
  fromWire(Item);
  if (Array.isArray(reasons)) for (const reason of reasons) fromWire((Object(reason) as Output).Item);
  return refusal(status, type, Message, { Item, CancellationReasons: reasons });
}

function parse(body: Buffer): Output | undefined {
  try {
    const output: unknown = JSON.parse(body.toString());
    return typeof output === 'object' && output !== null && !Array.isArray(output) ? output : undefined;
  } catch {
    return undefined;
  }
}
