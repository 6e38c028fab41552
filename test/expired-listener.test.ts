import { setTimeout as wait } from 'node:timers/promises';
import { expiredHandler } from '../src/runtime/expired';

const unreadable = {
  eventName: 'REMOVE',
  userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  dynamodb: { OldImage: { sid: { B: 'AAAA' }, dat: { M: {} } }, SequenceNumber: '1' },
};

test('an async listener that rejects ends neither the batch nor the process', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const onEvent = async () => {
      throw new Error('the log is full');
    };
    const answer = await expiredHandler(() => undefined, { onEvent })({ Records: [unreadable] });
    await wait(20);
    expect({ answer, unhandled }).toEqual({ answer: { batchItemFailures: [] }, unhandled: [] });
  } finally {
    process.off('unhandledRejection', note);
  }
});

test.each([undefined, null, 'text', 7])('a function that throws %p fails its record like any other', async (thrown) => {
  const error = jest.spyOn(console, 'error').mockImplementation();
  const image = { sid: { B: Buffer.alloc(32).toString('base64') }, dat: { M: {} }, exp: { N: '20' }, iat: { N: '10' }, iss: { N: '10' }, ver: { N: '1' } };
  const record = { ...unreadable, dynamodb: { OldImage: image, SequenceNumber: '7' } };
  const handler = expiredHandler(() => {
    throw thrown;
  });
  expect(await handler({ Records: [record] })).toEqual({ batchItemFailures: [{ itemIdentifier: '7' }] });
  error.mockRestore();
});

test.each([7, {}, []])('a record that is %j is passed over', async (record) => {
  expect(await expiredHandler(() => undefined)({ Records: [record as never] })).toEqual({ batchItemFailures: [] });
});
