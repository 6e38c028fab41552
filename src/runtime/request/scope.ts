import type { ResponseCookies } from './response-cookies';
import type { SessionState } from './session-state';
import type { ResolvedOptions } from '../options/resolve-options';
import type { SessionEvent } from '../options/session-event';
import type { SessionRecord } from '../table/item';
import type { Store } from '../table/store';

/** What the session of one request works with. */
export interface SessionContext {
  readonly options: ResolvedOptions;
  readonly store: Store;
  readonly response: ResponseCookies;
  /** Whether a session that was only read is extended. */
  readonly touches: boolean;
  readonly emit: (type: SessionEvent['type'], key?: Uint8Array) => void;
}

/** The time of a request's clock in epoch seconds. */
export function secondsOf({ options }: SessionContext): number {
  return Math.floor(options.clock.now() / 1000);
}

/** The time as it counts for a session: never before its creation, because the clock of who created it may be ahead of ours. */
export function secondsSince({ iat }: SessionRecord, context: SessionContext): number {
  return Math.max(secondsOf(context), iat);
}

/** A cookie that lasts moves with the session's end. */
export function slideCookie({ options, response }: SessionContext, { identity, record }: SessionState): void {
  if (identity === undefined || record === undefined) return;
  const maxAge = record.idl ?? options.cookie.maxAge;
  if (maxAge !== undefined) response.setId(identity.id, Math.min(maxAge, record.abs === undefined ? maxAge : record.exp - record.iss));
}

/** The changes are dropped and no cookie goes out: who ended the session has the last word. */
export function markEnded({ emit }: SessionContext, state: SessionState): void {
  state.hasEnded = true;
  emit('ended', state.identity?.key);
}
