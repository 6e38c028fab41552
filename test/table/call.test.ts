import { inspect } from 'node:util';
import { CallOptions, SessionTooLargeError, SessionUnavailableError } from '../../src/runtime';
import { call } from '../../src/runtime/table/call';
import { FakeClock } from '../../src/testing';
import { ScriptedClient, Step, awsError } from '../support/scripted-client';

const THROTTLES = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'];
/** What other attempts would not mend, and what its message says to set. */
const CONFIGURATION: [string, RegExp][] = [
  ['ResourceNotFoundException', /table exists.*SESSION_TABLE_NAME/],
  ['AccessDeniedException', /grantReadWrite/],
  ['UnrecognizedClientException', /AWS_ACCESS_KEY_ID/],
  ['InvalidSignatureException', /AWS_SECRET_ACCESS_KEY.*clock/],
  ['IncompleteSignatureException', /AWS_SECRET_ACCESS_KEY/],
  ['MissingAuthenticationTokenException', /AWS_SESSION_TOKEN/],
  ['MissingCredentialsError', /Give the function a role/],
  ['CredentialsProviderError', /AWS_ACCESS_KEY_ID/],
  ['MissingRegionError', /AWS_REGION/],
  ['ValidationException', /partition key "sid"/],
];
/** Node's errors from before a connection stands. */
const UNREACHABLE: [string, object][] = [
  ['ECONNREFUSED', { syscall: 'connect' }],
  ['EHOSTUNREACH', { syscall: 'connect' }],
  ['ENETUNREACH', { syscall: 'connect' }],
  ['EADDRNOTAVAIL', { syscall: 'connect' }],
  ['EMFILE', { syscall: 'connect' }],
  // The SDK names it TimeoutError.
  ['ETIMEDOUT', { syscall: 'connect', name: 'TimeoutError' }],
  ['ENOTFOUND', { syscall: 'getaddrinfo' }],
  ['EAI_AGAIN', { syscall: 'getaddrinfo' }],
  ['EAI_FAIL', { syscall: 'getaddrinfo' }],
  ['ECONNREFUSED', { errors: [{ code: 'ECONNREFUSED', syscall: 'connect' }, { code: 'ETIMEDOUT', syscall: 'connect' }] }],
  ['CERT_HAS_EXPIRED', {}],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', {}],
  ['SELF_SIGNED_CERT_IN_CHAIN', {}],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', {}],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', {}],
  ['ERR_TLS_CERT_ALTNAME_INVALID', {}],
];
/** Errors of a connection that stood: what was sent may have been applied. */
const BROKEN: [string, object][] = [
  ['ECONNRESET', { syscall: 'read', name: 'TimeoutError' }],
  ['ECONNRESET', {}],
  ['EPIPE', { syscall: 'write', name: 'TimeoutError' }],
  ['ETIMEDOUT', { syscall: 'read', name: 'TimeoutError' }],
  ['EPROTO', { syscall: 'write' }],
  ['ECONNREFUSED', { errors: [{ code: 'ECONNREFUSED', syscall: 'connect' }, { code: 'ECONNRESET', syscall: 'read' }] }],
];
const lost: Step = { error: awsError('TimeoutError') };

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

/** Lets what is ready happen. */
const turn = () => new Promise(setImmediate);

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

  test.each(CONFIGURATION)('is not asked again after %s, and the message says what to set', async (name, message) => {
    const client = new ScriptedClient([{ error: awsError(name) }]);
    const error = await failure(client);
    expect(error).toMatchObject({ code: 'configuration', retryable: false, outcome: 'not-applied' });
    expect(error.message).toContain(`GetItem failed with ${name}. `);
    expect(error.message).toMatch(message);
    expect(client.inputs).toHaveLength(1);
  });

  test.each(['ExpiredTokenException', 'IdempotentParameterMismatchException'])(
    'is not asked again after %s, which was not applied and is not a matter of configuration',
    async (name) => {
      const client = new ScriptedClient([{ error: awsError(name) }]);
      expect(await failure(client)).toMatchObject({ code: 'unavailable', outcome: 'not-applied', message: expect.stringContaining(name) });
      expect(client.inputs).toHaveLength(1);
    },
  );

  test('has half of the deadline for its first attempt', async () => {
    const client = new ScriptedClient(['silence', { answer: {} }]);
    const result = run(client);
    await Promise.resolve();
    clock.advance(1499);
    expect(client.inputs).toHaveLength(1);
    clock.advance(1);
    expect(await result).toEqual({ refused: false, output: {} });
    expect(clock.waiting).toBe(0);
  });

  test('has all that is left for an attempt after one that timed out', async () => {
    const client = new ScriptedClient(['silence', 'silence']);
    const failed = failure(client, { random: 0 });
    await turn();
    clock.advance(1500);
    await turn();
    expect(client.inputs).toHaveLength(2);
    clock.advance(1499);
    await turn();
    expect(clock.waiting).toBe(1);
    clock.advance(1);
    expect(await failed).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(client.inputs).toHaveLength(2);
  });

  test('has half of what is left again after one that failed early', async () => {
    const client = new ScriptedClient([{ error: awsError('ECONNRESET') }, 'silence', { answer: {} }]);
    const result = run(client, { random: 0 });
    await turn();
    clock.advance(1500);
    expect(await result).toEqual({ refused: false, output: {} });
    expect(client.inputs).toHaveLength(3);
  });

  test('serves everybody when each response takes 1.2 seconds, and after one silent connection too', async () => {
    const settings = { clock, deadline: 3000, random: (size: number) => new Uint8Array(size) };
    const slow = async () => {
      await clock.sleep(1200);
      return {};
    };
    const start = clock.now();
    expect(await call(new ScriptedClient([]), 'GetItem', slow, settings)).toEqual({ refused: false, output: {} });
    expect(clock.now() - start).toBe(1200);
    let attempts = 0;
    const once = () => (attempts++ === 0 ? new Promise<object>(() => undefined) : slow());
    const result = call(new ScriptedClient([]), 'GetItem', once, settings);
    await turn();
    clock.advance(1500);
    expect(await result).toEqual({ refused: false, output: {} });
  });

  test('is called once for each attempt, so that each can have an id of its own', async () => {
    const client = new ScriptedClient([]);
    const ids: number[] = [];
    const settings = { clock, deadline: 3000, random: (size: number) => new Uint8Array(size) };
    await call(client, 'PutItem', async () => {
      ids.push(ids.length);
      if (ids.length < 3) throw awsError('TimeoutError');
      return ids.at(-1);
    }, settings);
    expect(ids).toEqual([0, 1, 2]);
  });
});

describe('a connection', () => {
  const errorOf = (code: string, more: object) => Object.assign(new Error('secret-host.internal'), { code, ...more });

  test.each(UNREACHABLE)('that never stood (%s, %j) sent nothing, and the message names the endpoint', async (code, more) => {
    for (const singleAttempt of [true, false]) {
      const steps = Array.from({ length: 5 }, () => ({ error: errorOf(code, more) }));
      const client = new ScriptedClient(steps, { singleAttempt, endpoint: 'http://127.0.0.1:8000' });
      const error = await failure(client, { operation: 'UpdateItem' });
      expect(error).toMatchObject({ code: 'unavailable', retryable: true, outcome: 'not-applied' });
      expect(error.message).toBe(`DynamoDB cannot be reached at http://127.0.0.1:8000 (${code}).`);
      expect(client.inputs).toHaveLength(singleAttempt ? 5 : 1);
    }
  });

  test.each(BROKEN)('that broke (%s, %j) may have brought the call there', async (code, more) => {
    const steps = Array.from({ length: 5 }, () => ({ error: errorOf(code, more) }));
    expect(await failure(new ScriptedClient(steps))).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
  });

  test('whose endpoint a client does not tell is not named', async () => {
    const client = new ScriptedClient([{ error: errorOf('ENOTFOUND', { syscall: 'getaddrinfo' }) }], { singleAttempt: false });
    expect((await failure(client)).message).toBe('DynamoDB cannot be reached (ENOTFOUND).');
  });

  test('that never stood does not undo that an attempt before it may have been applied', async () => {
    const client = new ScriptedClient([lost, ...Array.from({ length: 4 }, () => ({ error: errorOf('ECONNREFUSED', { syscall: 'connect' }) }))]);
    expect(await failure(client)).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
  });
});

describe('a transaction', () => {
  const cancelled = (...codes: string[]): Step => ({
    error: awsError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code, ...(Code === 'ConditionalCheckFailed' && { Item: { ver: { N: '2' } } }) })) }),
  });

  test('whose condition did not hold is refused, and tells of each write what became of it', async () => {
    expect(await run(new ScriptedClient([cancelled('None', 'ConditionalCheckFailed', 'TransactionConflict')]))).toMatchObject({
      refused: true,
      mayHaveLanded: false,
      reasons: [
        { code: 'None', item: undefined },
        { code: 'ConditionalCheckFailed', item: { ver: { N: '2' } } },
        { code: 'TransactionConflict', item: undefined },
      ],
    });
  });

  test.each(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError', 'NewReason'])(
    'that was cancelled for %s was not applied and is repeated, also for a client that repeats calls itself',
    async (code) => {
      for (const singleAttempt of [true, false]) {
        const client = new ScriptedClient([cancelled('None', code), cancelled(code), { answer: {} }], { singleAttempt });
        expect(await run(client, { operation: 'TransactWriteItems' })).toEqual({ refused: false, output: {} });
        expect(client.inputs).toHaveLength(3);
      }
      const steps = Array.from({ length: 9 }, () => cancelled(code));
      expect(await failure(new ScriptedClient(steps))).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
    },
  );

  test.each(['ValidationError', 'ItemCollectionSizeLimitExceeded'])('that was cancelled for %s is not repeated', async (code) => {
    const client = new ScriptedClient([cancelled(code, 'ConditionalCheckFailed')]);
    const error = await failure(client, { operation: 'TransactWriteItems' });
    expect(error).toMatchObject({ code: 'configuration', outcome: 'not-applied', message: expect.stringContaining('too large') });
    expect(client.inputs).toHaveLength(1);
  });

  test.each([undefined, 'nonsense', [], [null, 7]])('that gives its reasons as %j was not applied', async (CancellationReasons) => {
    const steps = Array.from({ length: 5 }, () => ({ error: awsError('TransactionCanceledException', { CancellationReasons }) }));
    expect(await failure(new ScriptedClient(steps))).toMatchObject({ code: 'unavailable', outcome: 'not-applied' });
  });

  test('that is still in progress may be applied, and is repeated', async () => {
    const progress: Step = { error: awsError('TransactionInProgressException') };
    expect(await run(new ScriptedClient([progress, { answer: {} }]))).toEqual({ refused: false, output: {} });
    expect(await failure(new ScriptedClient([progress, progress, progress, progress, progress]))).toMatchObject({ outcome: 'unknown' });
  });

  test('that was lost and then finds its token with other content is of unknown outcome', async () => {
    const client = new ScriptedClient([lost, { error: awsError('IdempotentParameterMismatchException') }]);
    expect(await failure(client)).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(client.inputs).toHaveLength(2);
  });

  test('that holds an item lets a single write of it be repeated, for every client', async () => {
    for (const singleAttempt of [true, false]) {
      const client = new ScriptedClient([{ error: awsError('TransactionConflictException') }, { answer: {} }], { singleAttempt });
      expect(await run(client)).toEqual({ refused: false, output: {} });
    }
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

  test('and reports its failed attempts lets the store know that none of them was applied', async () => {
    const attempts = (...names: string[]) => names.map((name) => awsError(name, { $metadata: { attempts: names.length } }));
    const reporting = (errors: Error[]) => {
      const settings = { clock, deadline: 3000, random: (size: number) => new Uint8Array(size) };
      return call(new ScriptedClient([], { singleAttempt: false }), 'UpdateItem', async ({ onFailedAttempt }: CallOptions) => {
        for (const error of errors) onFailedAttempt?.(error);
        throw errors.at(-1)!;
      }, settings).catch((error: unknown) => error);
    };
    const [throttled, refused] = ['ThrottlingException', 'ConditionalCheckFailedException'];
    expect(await reporting(attempts(throttled, throttled))).toMatchObject({ outcome: 'not-applied' });
    expect(await reporting(attempts(throttled, 'ECONNRESET', throttled))).toMatchObject({ outcome: 'unknown' });
    expect(await reporting(attempts(throttled, refused))).toMatchObject({ refused: true, mayHaveLanded: false });
    expect(await reporting(attempts('InternalServerError', refused))).toMatchObject({ refused: true, mayHaveLanded: true });
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
    for (let i = 0; i < 3; i++) {
      await turn();
      clock.advance(100);
    }
    expect(await failed).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    // Half of 300 milliseconds, then the other half.
    expect(client.inputs).toHaveLength(2);
  });
});

describe('an error', () => {
  test('says nothing of what AWS said, and keeps it as its cause', async () => {
    const error = await failure(new ScriptedClient([{ error: awsError('AccessDeniedException') }]));
    expect((error.cause as Error).message).toContain('arn:aws:iam');
    for (const text of [error.message, String(error), inspect(error), JSON.stringify(error), error.stack]) expect(text).not.toContain('arn:');
    expect(error.message).toBe(
      'GetItem failed with AccessDeniedException. Check that the role has the rights which grantReadWrite gives.',
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
