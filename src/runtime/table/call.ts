import { Attempt, attemptTime } from '../client/attempt';
import { CallOptions, SessionClient } from '../client/session-client';
import { Clock, RandomBytes } from '../clock';
import { SessionError, SessionTooLargeError, SessionUnavailableError } from '../errors';
import { CancellationReason, Failure, adviceOn, classify, mayHaveLanded } from './failure';
import { refOf } from './key';

/** What bounds and repeats a call. */
export interface CallSettings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Milliseconds for one call with all its attempts. */
  readonly deadline: number;
  /** Returns how many milliseconds the function has left. */
  readonly remainingTime?: (() => number) | undefined;
  /** How many attempts are made, if the client makes single ones. @default 5 */
  readonly mostAttempts?: number;
  /** The key of the session that the call is for. */
  readonly key?: Uint8Array;
}

/** The result of a call that DynamoDB handled: it was done, or its condition did not hold. */
export type CallResult<Output> =
  | { readonly refused: false; readonly output: Output }
  | {
    readonly refused: true;
    /** Whether an earlier attempt of the same call may have been applied, and so be what refused this one. */
    readonly mayHaveLanded: boolean;
    /** The item that failed the condition, if the client returns it. */
    readonly item: unknown;
    /** Only for a transaction: the outcome of each of its writes, in order. */
    readonly reasons?: readonly CancellationReason[] | undefined;
  };

/** Makes one attempt of a call. */
export type Send<Output> = (options: CallOptions) => Promise<Output>;

/** Milliseconds that are kept for the response of the function itself. */
const RESERVE = 500;
const MOST_ATTEMPTS = 5;
/** Milliseconds: the longest wait before the second attempt. It doubles with each attempt after that. */
const FIRST_DELAY = 50;

/**
 * Makes one call and repeats it until the deadline, with full jitter, if the client makes single attempts.
 *
 * `send` is called once for each attempt, so a creation can give each attempt its own id. An attempt that was given up
 * may still arrive later.
 *
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 * @throws SessionUnavailableError with code `unavailable` if DynamoDB cannot be reached in time or throttles, with
 *   `configuration` if it denies; its `outcome` says whether any attempt may have been applied
 * @throws SessionTooLargeError if DynamoDB finds the item too large
 */
export async function call<Output>(
  client: SessionClient,
  operation: string,
  send: Send<Output>,
  settings: CallSettings,
): Promise<CallResult<Output>> {
  const { clock, deadline, random } = settings;
  const budget = Math.min(deadline, (settings.remainingTime?.() ?? Infinity) - RESERVE);
  if (!(budget > 0)) throw unavailable('the function has too little time left', circumstancesOf(operation, settings));
  const endsAt = clock.now() + budget;
  for (let attempt = 1, landed = false, timedOut = false; ; attempt++) {
    const given = new Attempt();
    const left = endsAt - clock.now();
    try {
      const time = client.singleAttempt === true ? attemptTime(left, timedOut) : left;
      return { refused: false, output: await attemptOnce(send, given, time, clock) };
    } catch (error) {
      const failure = classify(error);
      landed ||= anyMayHaveLanded(error, failure, given);
      timedOut ||= given.aborted;
      if (failure.kind === 'refused') {
        return { refused: true, mayHaveLanded: landed, item: failure.item, reasons: failure.reasons };
      }
      const delay = ((random(1)[0] as number) / 256) * FIRST_DELAY * 2 ** (attempt - 1);
      if (
        !mayRepeat(client, failure)
        || attempt >= (settings.mostAttempts ?? MOST_ATTEMPTS)
        || clock.now() + delay >= endsAt
      ) {
        const outcome = landed ? 'unknown' : 'not-applied';
        throw toError(failure, client, { ...circumstancesOf(operation, settings), cause: error, outcome });
      }
      await clock.sleep(delay);
    }
  }
}

/**
 * Considers this failure, and those that a client reported which repeats calls itself. An attempt that it did not
 * report is unknown.
 */
function anyMayHaveLanded(error: unknown, { attempts }: Failure, { failures }: Attempt): boolean {
  return mayHaveLanded(error) || failures.some(mayHaveLanded) || attempts > Math.max(1, failures.length);
}

function mayRepeat(client: SessionClient, { kind }: Failure): boolean {
  if (kind === 'contended') return true;
  return client.singleAttempt === true && (kind === 'unsent' || kind === 'throttled' || kind === 'unavailable');
}

/** One attempt against a timer. Even a client that ignores the signal cannot hold the request. */
function attemptOnce<Output>(send: Send<Output>, given: Attempt, milliseconds: number, clock: Clock): Promise<Output> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(milliseconds, () => {
      // The client may know more: that there was no connection yet.
      reject(given.abort() ?? Object.assign(new Error('no response in time'), { name: 'TimeoutError' }));
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

function toError(failure: Failure, client: SessionClient, circumstances: Circumstances): SessionError {
  const [{ kind, name }, { operation }] = [failure, circumstances];
  // An update follows a read of the same table, so only its size can be invalid.
  if (kind === 'invalid' && operation === 'UpdateItem') return new SessionTooLargeError(undefined, [], circumstances);
  if (kind === 'invalid' || kind === 'configuration') {
    const failed = `${operation} failed with ${name}. ${adviceOn(failure)}`;
    return new SessionUnavailableError('configuration', failed, circumstances);
  }
  if (kind !== 'unsent') return unavailable(name, circumstances);
  const place = client.endpoint === undefined ? '' : ` at ${client.endpoint}`;
  return new SessionUnavailableError('unavailable', `DynamoDB cannot be reached${place} (${name}).`, circumstances);
}

function unavailable(what: string, circumstances: Circumstances): SessionUnavailableError {
  const text = `The session store is unavailable: ${circumstances.operation}: ${what}.`;
  return new SessionUnavailableError('unavailable', text, circumstances);
}
