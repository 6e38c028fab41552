import { Attempt } from '../client/attempt';
import { CallOptions, SessionClient } from '../client/session-client';
import { Clock, RandomBytes } from '../clock';
import { SessionError, SessionTooLargeError, SessionUnavailableError } from '../errors';
import { Failure, classify } from './failure';
import { refOf } from './key';

/** What bounds and repeats a call. */
export interface CallSettings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Milliseconds for one call, with all that is repeated of it. */
  readonly deadline: number;
  /** Gives the milliseconds that the function has left. */
  readonly remainingTime?: (() => number) | undefined;
  /** The key of the session that the call is for. */
  readonly key?: Uint8Array;
}

/** What came of a call that DynamoDB took: it was done, or its condition did not hold. */
export type Answer<Output> =
  | { readonly refused: false; readonly output: Output }
  | {
    readonly refused: true;
    /** Whether an earlier attempt of the same call may have been applied, and so be what refused this one. */
    readonly mayHaveLanded: boolean;
    /** The item that refused it, where the client tells. */
    readonly item: unknown;
  };

/** Milliseconds that are kept for the answer of the function itself. */
const RESERVE = 500;
const MOST_ATTEMPTS = 5;
/** An attempt is given up after this part of the deadline, so that a dead connection leaves time for a new one. */
const ATTEMPT_PART = 1 / 3;
const FIRST_DELAY = 50;

/** Milliseconds for one attempt of a call that has so many. */
export function attemptTime(deadline: number): number {
  return Math.ceil(deadline * ATTEMPT_PART);
}

/**
 * Makes one call, and repeats it where the client makes single attempts: with
 * full jitter, until the deadline.
 *
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 * @throws SessionUnavailableError where DynamoDB cannot be reached in time, throttles or denies
 */
export async function call<Output>(
  client: SessionClient,
  operation: string,
  send: (options: CallOptions) => Promise<Output>,
  settings: CallSettings,
): Promise<Answer<Output>> {
  const { clock, deadline, random } = settings;
  const budget = Math.min(deadline, (settings.remainingTime?.() ?? Infinity) - RESERVE);
  if (!(budget > 0)) throw unavailable('the function has too little time left', circumstancesOf(operation, settings));
  const endsAt = clock.now() + budget;
  const longest = client.singleAttempt === true ? attemptTime(budget) : budget;
  for (let attempt = 1, mayHaveLanded = false; ; attempt++) {
    try {
      const output = await attemptOnce(send, Math.min(longest, endsAt - clock.now()), clock);
      return { refused: false, output };
    } catch (error) {
      const failure = classify(error);
      if (failure.kind === 'refused') return { refused: true, mayHaveLanded: mayHaveLanded || failure.repeated, item: failure.item };
      mayHaveLanded ||= failure.repeated || failure.kind === 'unavailable';
      const delay = ((random(1)[0] as number) / 256) * FIRST_DELAY * 2 ** (attempt - 1);
      if (!mayRepeat(client, failure) || attempt === MOST_ATTEMPTS || clock.now() + delay >= endsAt) {
        throw toError(failure, { ...circumstancesOf(operation, settings), cause: error, outcome: mayHaveLanded ? 'unknown' : 'not-applied' });
      }
      await clock.sleep(delay);
    }
  }
}

function mayRepeat(client: SessionClient, failure: Failure): boolean {
  return client.singleAttempt === true && (failure.kind === 'throttled' || failure.kind === 'unavailable');
}

/** One attempt against a timer; a client that does not heed the signal cannot hold the request either. */
function attemptOnce<Output>(send: (options: CallOptions) => Promise<Output>, milliseconds: number, clock: Clock): Promise<Output> {
  const given = new Attempt();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(milliseconds, () => {
      reject(Object.assign(new Error('no answer in time'), { name: 'TimeoutError' }));
      given.abort();
    });
    const settle = <Value>(how: (value: Value) => void) => (value: Value) => {
      cancel();
      how(value);
    };
    void (async () => send(given))().then(settle(resolve), settle(reject));
  });
}

interface Circumstances {
  readonly operation: string;
  readonly ref: string | undefined;
  readonly cause?: unknown;
  readonly outcome?: 'not-applied' | 'unknown';
}

function circumstancesOf(operation: string, { key }: CallSettings): Circumstances {
  return { operation, ref: key && refOf(key) };
}

function toError({ kind, name }: Failure, circumstances: Circumstances): SessionError {
  const { operation } = circumstances;
  // An update follows a read of the same table, so the one thing that DynamoDB may not like about it is its size.
  if (kind === 'invalid' && operation === 'UpdateItem') return new SessionTooLargeError(undefined, [], circumstances);
  if (kind !== 'configuration' && kind !== 'invalid') return unavailable(name, circumstances);
  const advice =
    kind === 'invalid'
      ? 'Check that the table has the binary partition key "sid" and no sort key.'
      : 'Check that the table exists and that the role has the rights which grantReadWrite gives.';
  return new SessionUnavailableError('configuration', `DynamoDB refused ${operation} with ${name}. ${advice}`, circumstances);
}

function unavailable(what: string, circumstances: Circumstances): SessionUnavailableError {
  return new SessionUnavailableError('unavailable', `The session store is unavailable: ${circumstances.operation}: ${what}.`, circumstances);
}
