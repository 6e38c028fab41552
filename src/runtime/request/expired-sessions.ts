import { KEY_ATTRIBUTE } from '../../contract';
import { isRecord } from '../../settings';
import type { AttributeValue, Item } from '../client/session-client';
import type { SessionEvent } from '../options/session-event';
import { type Codec, jsonCodec } from '../session/codec';
import { SessionRecord, readItem } from '../table/item';
import { refOf } from '../table/key';
import { StoredForm } from '../table/stored-form';

/** A session that nobody used until it expired. */
export interface ExpiredSession<Data extends object = Record<string, unknown>> {
  /** The session's `ref`, safe to log. */
  readonly ref: string;
  readonly createdAt: Date;
  /** When the session expired; DynamoDB reports it up to days later. */
  readonly expiredAt: Date;
  /** What the session held; absent if any of it is sealed, because only the visitor's cookie opens that. */
  readonly data?: Partial<Data>;
}

/** Options of a handler of expired sessions. */
export interface ExpiredHandlerOptions {
  /** The codec of the factory that wrote the sessions. @default - JSON */
  readonly codec?: Codec;
  /**
   * Called for items that can't be read (`item-invalid`); they are skipped. It may be async; what it returns, throws or
   * rejects with is ignored. @default - none
   */
  readonly onEvent?: (event: SessionEvent) => unknown;
}

/** An event of DynamoDB Streams, as Lambda hands it over. */
export interface ExpiredStreamEvent {
  readonly Records: readonly object[];
}

/** The part of a batch that Lambda should send again. */
export interface ExpiredStreamResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** The documented parts of a record. */
interface StreamRecord {
  readonly eventName?: unknown;
  readonly userIdentity?: unknown;
  readonly dynamodb?: { readonly OldImage?: unknown; readonly SequenceNumber?: unknown };
}

/**
 * Makes a Lambda handler that calls a function for each session that TTL deleted.
 *
 * Records are handled in order. If the function throws, the error is logged and Lambda sends that record and those
 * after it again, so the function may be called more than once for a session. A session that was signed out, or took a
 * new id, did not expire. TTL deletes within days, not minutes.
 *
 * ```ts
 * export const handler = expiredHandler<ShopSession>(async ({ ref, data }) => {
 *   console.log('abandoned', ref, data?.cart?.length);
 * });
 * ```
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function expiredHandler<Data extends object = Record<string, unknown>>(
  onExpired: (session: ExpiredSession<Data>) => Promise<void> | void,
  options: ExpiredHandlerOptions = {},
): (event: ExpiredStreamEvent) => Promise<ExpiredStreamResponse> {
  return async (event) => {
    const { Records: records } = Object(event) as Partial<ExpiredStreamEvent>;
    if (!Array.isArray(records)) {
      throw new TypeError(
        'expiredHandler: the event has no Records; allowed are events of a DynamoDB stream. Call onExpired(fn) of the SessionTable.',
      );
    }
    for (const record of records as readonly StreamRecord[]) {
      try {
        const session = readExpired<Data>(record, options);
        if (session !== undefined) await onExpired(session);
      } catch (error) {
        console.error(error);
        const { SequenceNumber: itemIdentifier } = record.dynamodb ?? {};
        return { batchItemFailures: [{ itemIdentifier: typeof itemIdentifier === 'string' ? itemIdentifier : '' }] };
      }
    }
    return { batchItemFailures: [] };
  };
}

/** The session of a record, or nothing if the record is not about one that expired. */
function readExpired<Data extends object>(
  { eventName, userIdentity, dynamodb }: StreamRecord,
  { codec = jsonCodec, onEvent }: ExpiredHandlerOptions,
): ExpiredSession<Data> | undefined {
  const isTtl =
    isRecord(userIdentity) && userIdentity.type === 'Service' && userIdentity.principalId === 'dynamodb.amazonaws.com';
  const image = dynamodb?.OldImage;
  if (
    eventName !== 'REMOVE'
    || !isTtl
    || !isRecord(image)
    || !Object.hasOwn(image, 'dat')
    || Object.hasOwn(image, 'frz')
  ) {
    return undefined;
  }
  const item = fromStream(image);
  const key = item?.[KEY_ATTRIBUTE];
  const bytes = key !== undefined && 'B' in key ? key.B : undefined;
  const record = bytes && readItem(item, bytes);
  if (record === undefined) {
    tell(onEvent, bytes === undefined ? { type: 'item-invalid' } : { type: 'item-invalid', ref: refOf(bytes) });
    return undefined;
  }
  const data = readData(record, codec);
  return {
    ref: refOf(bytes as Uint8Array),
    createdAt: new Date(record.iat * 1000),
    expiredAt: new Date(record.exp * 1000),
    ...(data !== undefined && { data: data as Partial<Data> }),
  };
}

/** A listener that fails must not hold up the stream. */
function tell(onEvent: ExpiredHandlerOptions['onEvent'], event: SessionEvent): void {
  try {
    const returned = onEvent?.(event);
    if (returned instanceof Promise) returned.catch(() => undefined);
  } catch {
    // Nothing depends on it.
  }
}

/** The values that can be read; nothing if one is sealed. */
function readData({ dat }: SessionRecord, codec: Codec): object | undefined {
  for (const value of dat.values()) if (!StoredForm.isPortable(value)) return undefined;
  // Only reads, so there is nothing to seal and no randomness.
  const form = new StoredForm({ compress: false, sealed: false, random: (size) => new Uint8Array(size) }, '');
  const read: [string, unknown][] = [];
  for (const [name, value] of dat) {
    const text = form.decode(name, value);
    try {
      if (text !== undefined) read.push([name, codec.parse(text)]);
    } catch {
      // A damaged value is absent, as it is when a session is opened.
    }
  }
  return Object.fromEntries(read);
}

/** An image of a stream, whose bytes are base64, in the form of the client; nothing where it has neither form. */
function fromStream(image: Readonly<Record<string, unknown>>): Item | undefined {
  try {
    return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, fromValue(value)]));
  } catch {
    return undefined;
  }
}

function fromValue(value: unknown): AttributeValue {
  const { B, L, M } = value as {
    readonly B?: string;
    readonly L?: readonly unknown[];
    readonly M?: Readonly<Record<string, unknown>>;
  };
  if (B !== undefined) return { B: Buffer.from(B, 'base64') };
  if (L !== undefined) return { L: L.map(fromValue) };
  if (M !== undefined) {
    return { M: Object.fromEntries(Object.entries(M).map(([name, member]) => [name, fromValue(member)])) };
  }
  return value as AttributeValue;
}
