import { Contention } from './backoff';
import { SessionConflictError, SessionUnavailableError } from '../errors';
import { SessionContext, markEnded, secondsOf } from './scope';
import { Identity, SessionState } from './session-state';
import { writeSession } from './write-session';
import { sessionRef } from '../session/id';
import { SessionRecord } from '../table/item';
import { checkSize } from '../table/session-size';
import { withChanges } from '../table/stored-values';
import { withNewToken } from '../table/write-token';

/**
 * Changes one key by a function of what it is, exactly once.
 *
 * | read or known | fn | write if `ver` is the same | |
 * |---|---|---|---|
 * | ver 7 | 1 → 2 | refused: ver is 8 now | strong read, fn again |
 * | ver 8 | 5 → 6 | answer lost, repeated, refused | own token is there: done |
 *
 * @throws SessionConflictError where nobody can tell whether it was applied
 */
export async function exactUpdate(context: SessionContext, state: SessionState, key: string, change: (value: unknown) => unknown): Promise<void> {
  if (state.hasEnded) return;
  if (state.record === undefined || state.identity === undefined) {
    return updateNew(context, state, key, change);
  }
  const contention = new Contention(context, state.identity.key);
  while (!(await attempt(context, state, state.identity, key, change))) await contention.giveWay();
}

/** Of a new session nobody else knows the id: the change is stored with all that was set. Refused, it is not left to the commit. */
async function updateNew(context: SessionContext, state: SessionState, key: string, change: (value: unknown) => unknown): Promise<void> {
  const before = state.values.copy(key);
  state.values.set(key, change(state.values.copy(key)));
  try {
    await writeSession(context, state);
  } catch (error) {
    state.values.set(key, before);
    throw error;
  }
}

/** One write for the version that is known; says whether all is said. Refused, the state knows the newer version. */
async function attempt(
  context: SessionContext,
  state: SessionState,
  identity: Identity,
  key: string,
  change: (value: unknown) => unknown,
): Promise<boolean> {
  const record = state.record as SessionRecord;
  const value = change(state.values.copy(key));
  const text = value === undefined ? undefined : state.values.check(key, value);
  const stored = await state.close(new Map([[key, text]]));
  const now = secondsOf(context);
  const upd = withNewToken(record.upd, context.options.random);
  const after = { ...record, dat: withChanges(record.dat, stored), ver: record.ver + 1, upd };
  checkSize(context, identity.key, after);
  const write = { data: { changed: stored }, version: record.ver, tokens: after.upd };
  const updated = await context.store.update(identity.key, now, write).catch((error: unknown) => toConflict(identity, error));
  if (updated.kind === 'unknown') throw toConflict(identity);
  if (updated.kind === 'ended') markEnded(context, state);
  if (updated.kind === 'moved') await state.rebase(updated.record);
  if (updated.kind !== 'written') return updated.kind === 'ended';
  state.record = after;
  state.values.take(key, value, text, stored.get(key));
  context.response.wrote();
  return true;
}

/** What may have been applied is not for repeating: that is for the caller to know. */
function toConflict({ key }: Identity, error?: unknown): never {
  if (error !== undefined && !(error instanceof SessionUnavailableError && error.outcome === 'unknown')) throw error;
  throw new SessionConflictError('conflict', 'Nobody can tell whether the update was applied: its answer was lost.', {
    cause: error,
    operation: 'UpdateItem',
    ref: sessionRef(key),
  });
}
