import { inspect } from 'node:util';
import { SessionTooLargeError, SessionUnavailableError } from '../../src/runtime';
import { call } from '../../src/runtime/table/call';
import { FakeClock } from '../../src/testing';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';

const THROTTLES = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'];
const REFUSALS = ['ResourceNotFoundException', 'AccessDeniedException', 'UnrecognizedClientException', 'ExpiredTokenException'];
const lost: Step = { error: awsError('TimeoutError') };

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

function run(client: ScriptedClient, { operation = 'GetItem', remainingTime = undefined as (() => number) | undefined, random = 255 } = {}) {
  const settings = { clock, deadline: 3000, random: (size: number) => new Uint8Array(size).fill(random), remainingTime };
  return call(client, operation, () => client.getItem({}), settings);
}

async function failure(client: ScriptedClient, options: Parameters<typeof run>[1] = {}): Promise<SessionUnavailableError> {
  return run(client, options).then(() => Promise.reject(new Error('it did not fail')), (error: unknown) => error as SessionUnavailableError);
}

describe('a client of single attempts', () => {
  test.each([...THROTTLES, 'InternalServerError', 'ECONNRESET', 'SyntaxError'])('is asked again after %s', async (name) => {
    const client = new ScriptedClient([{ error: awsError(name) }, { error: awsError(name) }, { answer: { Item: 1 } }]);
    expect(await run(client)).toEqual({ refused: false, output: { Item: 1 } });
    expect(client.inputs).toHaveLength(3);
  });

  test('is asked five times at most', async () => {
    const client = new ScriptedClient(Array.from({ length: 9 }, () => lost));
    expect(await failure(client)).toMatchObject({ name: 'SessionUnavailableError', code: 'unavailable', retryable: true });
    expect(client.inputs).toHaveLength(5);
  });

  test('is waited for longer and longer, at random up to 50, 100, 200 and 400 milliseconds', async () => {
    const start = clock.now();
    await failure(new ScriptedClient(Array.from({ length: 5 }, () => lost)));
    const longest = clock.now() - start;
    expect(longest).toBeCloseTo((255 / 256) * 750);
    await failure(new ScriptedClient(Array.from({ length: 5 }, () => lost)), { random: 0 });
    expect(clock.now() - start).toBe(longest);
  });

  test.each(REFUSALS)('is not asked again after %s, which is a matter of configuration', async (name) => {
    const client = new ScriptedClient([{ error: awsError(name) }]);
    expect(await failure(client)).toMatchObject({ code: 'configuration', retryable: false, outcome: 'not-applied' });
    expect(client.inputs).toHaveLength(1);
  });

  test('is given up after a third of the deadline and asked again', async () => {
    const client = new ScriptedClient(['silence', { answer: {} }]);
    const answer = run(client);
    await Promise.resolve();
    clock.advance(999);
    expect(client.inputs).toHaveLength(1);
    clock.advance(1);
    expect(await answer).toEqual({ refused: false, output: {} });
    expect(clock.waiting).toBe(0);
  });
});

describe('a client that is given', () => {
  test('is asked once, and its own repetitions count', async () => {
    const client = new ScriptedClient([lost, { answer: {} }], { singleAttempt: false });
    expect(await failure(client)).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(client.inputs).toHaveLength(1);
    const refused = new ScriptedClient([{ error: awsError('ConditionalCheckFailedException', { $metadata: { attempts: 2 } }) }], { singleAttempt: false });
    expect(await run(refused)).toEqual({ refused: true, mayHaveLanded: true, item: undefined });
  });

  test('has the whole deadline for its call', async () => {
    const client = new ScriptedClient(['silence'], { singleAttempt: false });
    const failed = failure(client);
    await Promise.resolve();
    clock.advance(2999);
    expect(clock.waiting).toBe(1);
    clock.advance(1);
    expect(await failed).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
  });
});

describe('a refused condition', () => {
  const refused: Step = { error: awsError('ConditionalCheckFailedException', { Item: { ver: { N: '2' } } }) };

  test('is an answer, with the item that refused it', async () => {
    expect(await run(new ScriptedClient([refused]))).toEqual({ refused: true, mayHaveLanded: false, item: { ver: { N: '2' } } });
  });

  test('may be our own write where an answer was lost before, and not where DynamoDB throttled', async () => {
    expect(await run(new ScriptedClient([lost, refused]))).toMatchObject({ refused: true, mayHaveLanded: true });
    expect(await run(new ScriptedClient([{ error: awsError('ThrottlingException') }, refused]))).toMatchObject({ mayHaveLanded: false });
  });
});

describe('the time that is left', () => {
  test('bounds a call: with 200 milliseconds there is none', async () => {
    const client = new ScriptedClient([]);
    expect(await failure(client, { remainingTime: () => 200 })).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    expect(client.inputs).toHaveLength(0);
  });

  test('bounds a call: half a second is kept for the answer', async () => {
    const client = new ScriptedClient(['silence', 'silence', 'silence', 'silence']);
    const failed = failure(client, { remainingTime: () => 800, random: 0 });
    for (let i = 0; i < 5; i++) {
      await new Promise(setImmediate);
      clock.advance(100);
    }
    expect(await failed).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(client.inputs).toHaveLength(3);
  });
});

describe('an error', () => {
  test('says nothing of what AWS said, and keeps it as its cause', async () => {
    const error = await failure(new ScriptedClient([{ error: awsError('AccessDeniedException') }]));
    expect((error.cause as Error).message).toContain('arn:aws:iam');
    for (const text of [error.message, String(error), inspect(error), JSON.stringify(error), error.stack]) expect(text).not.toContain('arn:');
    expect(error.message).toBe(
      'DynamoDB refused GetItem with AccessDeniedException. Check that the table exists and that the role has the rights which grantReadWrite gives.',
    );
  });

  test('does not show a name that is no identifier', async () => {
    const error = await failure(new ScriptedClient([{ error: awsError('secret-host.internal') }], { singleAttempt: false }));
    expect(error.message).not.toContain('secret');
  });

  test('of an update that DynamoDB does not take is that it is too large', async () => {
    const invalid: Step = { error: awsError('ValidationException') };
    expect(await failure(new ScriptedClient([invalid]), { operation: 'UpdateItem' })).toBeInstanceOf(SessionTooLargeError);
    expect(await failure(new ScriptedClient([invalid]))).toMatchObject({ code: 'configuration', message: expect.stringContaining('partition key') });
  });
});
