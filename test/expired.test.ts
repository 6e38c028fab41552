import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Scene } from './support/scene';
import { ShopData } from './support/visitor';
import { SessionEvent, SessionFactoryOptions } from '../src/runtime';
import { ExpiredHandlerOptions, ExpiredSession, expiredHandler } from '../src/runtime/expired';

const shop = Scene.on();

type Item = Readonly<Record<string, AttributeValue>>;

/** An attribute as Lambda's JSON has it, in which bytes are base64. */
function toStream(value: AttributeValue): object {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.L !== undefined) return { L: value.L.map(toStream) };
  if (value.M !== undefined) return { M: streamImage(value.M) };
  return value;
}

function streamImage(item: Item): Record<string, object> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toStream(value)]));
}

/**
 * A record of a deletion by TTL, as AWS documents it.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
function ttlRecord(image: object, SequenceNumber = '4421584500000000017450439091'): object {
  return {
    eventID: 'c4ca4238a0b923820dcc509a6f75849b',
    eventName: 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: 1767225600,
      Keys: { sid: Object(image).sid as unknown },
      OldImage: image,
      SequenceNumber,
      SizeBytes: 300,
      StreamViewType: 'OLD_IMAGE',
    },
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Sessions/stream/2026-01-01T00:00:00.000',
  };
}

/** The image of a session that the library stored. */
async function storedImage(data: Partial<ShopData>, options: SessionFactoryOptions = {}): Promise<Record<string, object>> {
  const visitor = shop.visitor(options);
  await visitor.visit((session) => {
    for (const [key, value] of Object.entries(data)) session.set(key as 'note', value);
  });
  return streamImage((await shop.table.item(visitor.id)) as Item);
}

/** What a handler is told of records. */
async function told(records: readonly object[], options: ExpiredHandlerOptions = {}): Promise<ExpiredSession<ShopData>[]> {
  const sessions: ExpiredSession<ShopData>[] = [];
  const handler = expiredHandler<ShopData>((session) => void sessions.push(session), options);
  expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
  return sessions;
}

describe('A session that TTL deleted', () => {
  test('is told with its ref, its times and its data', async () => {
    const visitor = shop.visitor();
    const ref = await visitor.visit(async (session) => {
      session.set('cart', ['sku-1']);
      await session.save();
      return session.ref;
    });
    const [session, ...more] = await told([ttlRecord(streamImage((await shop.table.item(visitor.id)) as Item))]);
    const createdAt = new Date('2026-01-01T00:00:00Z');
    expect(session).toEqual({ ref, createdAt, expiredAt: new Date(createdAt.getTime() + 1_200_000), data: { cart: ['sku-1'] } });
    expect(more).toEqual([]);
  });

  test('has its compressed values too', async () => {
    const note = 'one two three '.repeat(1000);
    const image = await storedImage({ note });
    expect(Object.keys((image.dat as { M: { note: object } }).M.note)).toEqual(['B']);
    expect((await told([ttlRecord(image)]))[0]?.data).toEqual({ note });
  });

  test('has no data where it was sealed', async () => {
    const [session] = await told([ttlRecord(await storedImage({ name: 'Ada' }, { sealed: true }))]);
    expect(session).toMatchObject({ ref: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    expect(session).not.toHaveProperty('data');
  });

  test('lacks a value that is damaged, and has the others', async () => {
    const image = await storedImage({ name: 'Ada', note: 'x' });
    (image.dat as { M: Record<string, object> }).M.note = { S: '{' };
    expect((await told([ttlRecord(image)]))[0]?.data).toEqual({ name: 'Ada' });
  });

  test('is read with the codec that wrote it', async () => {
    const codec = { stringify: (value: unknown) => `x${JSON.stringify(value)}`, parse: (text: string): unknown => JSON.parse(text.slice(1)) };
    const image = await storedImage({ name: 'Ada' }, { codec });
    expect((await told([ttlRecord(image)], { codec }))[0]?.data).toEqual({ name: 'Ada' });
  });

  test('fits the types of a stream event', async () => {
    const event = { Records: [ttlRecord(await storedImage({ name: 'Ada' }))] } as DynamoDBStreamEvent;
    expect(await expiredHandler(() => undefined)(event)).toEqual({ batchItemFailures: [] });
  });
});

describe('No session has expired', () => {
  test.each<[string, (record: Record<string, unknown>, image: Record<string, object>) => object]>([
    ['when the function deleted it, as a sign-out does', ({ userIdentity: _, ...record }) => record],
    ['when somebody else deleted it', (record) => ({ ...record, userIdentity: { type: 'Service', principalId: 'other.amazonaws.com' } })],
    ['when it was written', (record) => ({ ...record, eventName: 'MODIFY' })],
    ['when it was created', (record) => ({ ...record, eventName: 'INSERT', dynamodb: {} })],
    ['when a new id replaced it', (_record, image) => ttlRecord({ ...image, frz: { B: 'AAAAAAAA' } })],
    ['when the item is a user\'s', (_record, { sid, exp }) => ttlRecord({ sid, exp, ver: { N: '1' }, ses: { M: {} } })],
    ['when the stream has keys only', () => ttlRecord(Object(undefined) as object)],
    ['when the record is of another table', () => ttlRecord({ pk: { S: 'order#1' }, exp: { N: '1' } })],
    ['when the record is empty', () => ({})],
  ])('%s', async (_, change) => {
    const image = await storedImage({ name: 'Ada' });
    const events: SessionEvent[] = [];
    expect(await told([change(ttlRecord(image) as Record<string, unknown>, image)], { onEvent: (event) => events.push(event) })).toEqual([]);
    expect(events).toEqual([]);
  });

  test.each<[string, (image: Record<string, object>) => object]>([
    ['of another format', (image) => ({ ...image, fmt: { N: '2' } })],
    ['of an old format', ({ iat: _, ...image }) => image],
    ['with data of another kind', (image) => ({ ...image, dat: { S: '{}' } })],
    ['of another table whose items have data as well', ({ sid: _, ...image }) => ({ ...image, pk: { S: 'order#1' } })],
    ['that holds what DynamoDB does not', (image) => ({ ...image, upd: { L: 7 } })],
  ])('in an item %s: it is skipped, and an event tells', async (_, change) => {
    const events: SessionEvent[] = [];
    const good = ttlRecord(await storedImage({ name: 'Ada' }));
    const sessions = await told([ttlRecord(change(await storedImage({ name: 'Eve' }))), good], { onEvent: (event) => events.push(event) });
    expect(sessions.map(({ data }) => data)).toEqual([{ name: 'Ada' }]);
    expect(events.map(({ type }) => type)).toEqual(['item-invalid']);
  });
});

describe('A batch', () => {
  test('is told in order, and ends at the first record whose function fails, which Lambda sends again with the rest', async () => {
    const records = [];
    for (const name of ['one', 'two', 'three']) records.push(ttlRecord(await storedImage({ name }), `seq-${name}`));
    const seen: unknown[] = [];
    const failure = new Error('the mailer is down');
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const handler = expiredHandler<ShopData>(async ({ data }) => {
      seen.push(data?.name);
      if (data?.name === 'two') throw failure;
    });
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'seq-two' }] });
    expect(seen).toEqual(['one', 'two']);
    expect(logged.mock.calls).toEqual([[failure]]);
    logged.mockRestore();
  });

  test('fails as a whole where a record has no sequence number', async () => {
    const record = ttlRecord(await storedImage({ name: 'Ada' })) as { dynamodb: Record<string, unknown> };
    delete record.dynamodb.SequenceNumber;
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    expect(await expiredHandler(() => Promise.reject(new Error('no')))({ Records: [record] })).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] });
    logged.mockRestore();
  });

  test.each([undefined, null, {}, { Records: 'none' }])('that is not one of a stream is refused: %p', async (event) => {
    await expect(expiredHandler(() => undefined)(event as unknown as DynamoDBStreamEvent)).rejects.toThrow('expiredHandler: the event has no Records');
  });
});
