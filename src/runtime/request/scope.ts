import { SessionUnavailableError, WriteOutcome } from '../errors';
import type { ResponseCookies } from './cookies';
import type { ResolvedOptions } from '../options/resolve-options';
import type { SessionEvent } from '../options/session-event';
import type { OldSession } from '../options/session-migration';
import { keyOf, refOf } from '../table/key';
import type { Meter } from '../table/meter';
import type { Store, Target } from '../table/store';

/** The id of a session and its key in the table. */
export interface Identity {
  readonly id: string;
  readonly key: Uint8Array;
}

/** What the sessions of one request work with. */
export interface RequestScope {
  readonly options: ResolvedOptions;
  readonly store: Store;
  readonly response: ResponseCookies;
  /** Whether the request came by HTTPS. */
  readonly https: boolean;
  readonly isReadOnly: boolean;
  /** Whether a session that was only read is extended. */
  readonly touches: boolean;
  /** Gives the milliseconds that are left for the request. */
  readonly remainingTime: (() => number) | undefined;
  /** The ids that this request came with or made, and that may live. */
  readonly identities: Set<Identity>;
  /** The session of another store that the request names, and that moves in. */
  readonly migration: OldSession | undefined;
  /** What the calls have cost since the last event; none if nobody listens. */
  readonly meter: Meter | undefined;
  readonly emit: (type: SessionEvent['type'], key?: Uint8Array) => void;
}

/** The identity of an id. */
export function identityOf(id: string, namespace: string | undefined): Identity {
  return { id, key: keyOf(id, namespace) };
}

/** The clock's time in epoch seconds. */
export function secondsOf({ options }: RequestScope): number {
  return Math.floor(options.clock.now() / 1000);
}

/** A call's target, at this moment. */
export function targetOf(scope: RequestScope, key: Uint8Array): Target {
  return { key, now: secondsOf(scope), remainingTime: scope.remainingTime, meter: scope.meter };
}

/** Deletes sessions of this request, and notes it. */
export async function deleteSessions(scope: RequestScope, identities: Iterable<Identity>): Promise<void> {
  for (const identity of [...identities]) {
    await scope.store.delete(targetOf(scope, identity.key));
    scope.identities.delete(identity);
    scope.emit('invalidated', identity.key);
  }
}

const FIRST_WAIT = 10;
const LONGEST_WAIT = 80;

/**
 * Repeats a write that other requests race with until it is decided, with full jitter between the attempts.
 *
 * @param attempt - makes one attempt; resolves to whether all is decided
 * @param outcome - of the attempts, when the deadline ends them
 * @throws SessionUnavailableError when the deadline is near
 */
export async function repeatRace(
  scope: RequestScope,
  key: Uint8Array | undefined,
  attempt: () => Promise<boolean>,
  outcome: WriteOutcome = 'not-applied',
): Promise<void> {
  const { clock, random, deadline } = scope.options;
  const endsAt = clock.now() + deadline;
  for (let longest = FIRST_WAIT; !(await attempt()); longest = Math.min(longest * 2, LONGEST_WAIT)) {
    const delay = ((random(1)[0] as number) / 256) * longest;
    if (clock.now() + delay >= endsAt) {
      const what = outcome === 'not-applied'
        ? 'Other requests kept changing the session; nothing was written.'
        : 'Whether the session was replaced cannot be told: responses were lost.';
      throw new SessionUnavailableError('unavailable', what, { outcome, ref: key && refOf(key) });
    }
    await clock.sleep(delay);
  }
}
