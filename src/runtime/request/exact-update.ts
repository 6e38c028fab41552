import { SessionConflictError, SessionUnavailableError } from '../errors';
import type { Known, OpenedSession, Stored } from './opened-session';
import { Identity, RequestScope, repeatRace, targetOf } from './scope';
import { writeSession } from './write-session';
import type { UpdateStart } from '../session/values';
import { MOST_TOKENS, TOKEN_BYTES, withChanges } from '../table/item';
import { refOf } from '../table/key';
import type { WriteResult } from '../table/store';

type Change = (value: unknown) => unknown;

/**
 * Changes one key by a function of its value, exactly once.
 *
 * | read or known | fn | write if `ver` is the same | |
 * |---|---|---|---|
 * | ver 7 | 1 → 2 | refused: ver is 8 now | strong read, fn again |
 * | ver 8 | 5 → 6 | response lost, repeated, refused | own token is there: done |
 *
 * A pending new id takes effect first, so no part of a sign-in is ever written under the old one.
 *
 * @param revision - that of the data when the update was called
 * @throws SessionConflictError if nobody can tell whether it was applied
 * @throws SessionEndedError if the session has ended; it was not applied
 */
export async function exactUpdate(opened: OpenedSession, key: string, change: Change, revision: number): Promise<void> {
  const start = opened.session.data.beginUpdate(key, revision);
  await repeatRace(opened.scope, 'identity' in opened.known ? opened.known.identity.key : undefined, async () => {
    if (opened.session.renewal !== undefined && isStored(opened.known)) await writeSession(opened);
    opened.rejectEnded('not-applied');
    const { known } = opened;
    if (isStored(known)) return attempt(opened, known, start, change);
    await updateNew(opened, start, change);
    return true;
  });
}

function isStored(known: Known): known is Stored {
  return known.kind === 'stored' || known.kind === 'frozen';
}

/**
 * Nobody else knows the id of a new session, so the change is stored with everything that was set. If that is refused,
 * the commit does not try again.
 */
async function updateNew(opened: OpenedSession, start: UpdateStart, change: Change): Promise<void> {
  const { data } = opened.session;
  const { text, value } = data.baseOf(start);
  const after = applied(change, value);
  const isSetOver = data.isSetSince(start);
  if (!isSetOver) data.set(start.key, after);
  const written = data.beginUpdate(start.key);
  try {
    await writeSession(opened);
  } catch (error) {
    if (!isSetOver && !data.isSetSince(written)) data.set(start.key, data.parse(text));
    throw error;
  }
}

/**
 * One write for the known version; resolves to whether the outcome is decided. After a refusal, the newer version is
 * known.
 */
async function attempt(
  opened: OpenedSession,
  { identity, record }: Stored,
  start: UpdateStart,
  change: Change,
): Promise<boolean> {
  const { scope, session, form } = opened;
  const base = session.data.baseOf(start);
  const value = applied(change, base.value);
  const text = value === undefined ? undefined : session.data.check(start.key, value);
  const changed = form.encode(new Map([[start.key, text]]), record.dat);
  const tokens = [...(record.upd ?? []), scope.options.random(TOKEN_BYTES)].slice(-MOST_TOKENS);
  const after = { ...record, dat: withChanges(record.dat, changed), ver: record.ver + 1, upd: tokens };
  opened.checkSize(identity.key, after);
  const write = { data: { changed }, version: record.ver, tokens };
  const result = await scope.store
    .update(targetOf(scope, identity.key), write)
    .catch((error: unknown) => lost(scope, identity, error));
  if (result.kind === 'ended') opened.end({ kind: 'stored', identity, record }, result.outcome);
  if (result.kind === 'unknown' || (result.kind === 'ended' && result.outcome === 'unknown')) {
    throw conflict(scope, identity);
  }
  if (result.kind === 'moved') opened.rebase('stored', identity, result.record);
  opened.rejectEnded();
  if (result.kind !== 'written') return false;
  opened.known = { kind: 'stored', identity, record: after };
  session.data.markUpdated(start, base.text, text, changed.get(start.key));
  scope.response.wrote();
  scope.emit('stored', identity.key);
  return true;
}

function applied(change: Change, value: unknown): unknown {
  const after = change(value);
  if (typeof (Object(after) as { readonly then?: unknown }).then !== 'function') return after;
  // Nobody waits for it, so its rejection must not end the process.
  Promise.resolve(after).catch(() => undefined);
  throw new TypeError(
    'update: the function must be synchronous, because it may be called again; it returned a promise. Await before update().',
  );
}

/** A write that may have been applied must not be repeated: that is the caller's decision. */
function lost(scope: RequestScope, identity: Identity, error: unknown): WriteResult {
  if (!(error instanceof SessionUnavailableError) || error.outcome !== 'unknown') throw error;
  throw conflict(scope, identity, error);
}

function conflict(scope: RequestScope, { key }: Identity, cause?: unknown): SessionConflictError {
  scope.emit('conflict', key);
  return new SessionConflictError('Nobody can tell whether the update was applied: its response was lost.', {
    cause,
    operation: 'UpdateItem',
    ref: refOf(key),
  });
}
