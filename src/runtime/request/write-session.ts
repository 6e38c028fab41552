import { Contention } from './backoff';
import { SessionUnavailableError } from '../errors';
import { regenerateSession } from './regenerate-session';
import { SessionContext, markEnded, secondsOf, secondsSince, slideCookie } from './scope';
import { Pending, SessionState, identityOf } from './session-state';
import { newSessionId, sessionRef } from '../session/id';
import { SessionRecord } from '../table/item';
import { checkSize } from '../table/session-size';
import { SessionWrite } from '../table/store';
import { MOST_CHANGES, NOTHING_STORED, StoredChanges, withChanges } from '../table/stored-values';

/** Collisions of 256 random bits do not happen; one means that an answer was lost, three that the randomness is broken. */
const MOST_IDS = 3;

/** Writes what was changed; says whether there was anything. */
export async function writeSession(context: SessionContext, state: SessionState): Promise<boolean> {
  const pending = state.pending();
  if (pending === undefined) return false;
  if (state.hasEnded) return true;
  if (state.record === undefined) await createSession(context, state, pending);
  else if (pending.renewal !== undefined) await regenerateSession(context, state, pending, pending.renewal);
  else for (const portion of portionsOf(pending)) if (!state.hasEnded) await updateSession(context, state, portion);
  return true;
}

/** What one update has room for: data that is more is replaced as a whole, messages that are more wait for another update. */
function portionsOf(pending: Pending): Pending[] {
  if (pending.flash.size <= MOST_CHANGES) return [pending];
  const messages = [...pending.flash];
  const rest = { values: new Map(), flash: new Map(messages.slice(MOST_CHANGES)), nonce: undefined, idle: undefined, renewal: undefined };
  return [{ ...pending, flash: new Map(messages.slice(0, MOST_CHANGES)) }, ...portionsOf(rest)];
}

/**
 * Extends a session that was only read, where that is due. A store that cannot
 * be reached for it is no reason to refuse the page, which is read already: the
 * next request extends the session.
 *
 * @throws SessionUnavailableError where the table is missing or denied, which no next request would mend
 */
export async function touchSession(context: SessionContext, state: SessionState): Promise<void> {
  const { options, store, emit } = context;
  const { record, identity } = state;
  if (record === undefined || identity === undefined || state.hasEnded) return;
  const now = secondsOf(context);
  const exp = options.lifetime.dueExtension(record, now);
  if (exp === undefined) return;
  const isTouched = await store.touch(identity.key, now, { exp, idl: record.idl }, options.reissueTime).catch(failedTouch);
  if (isTouched === undefined) return emit('touch-failed', identity.key);
  if (!isTouched) return;
  state.record = { ...record, exp, iss: now };
  slideCookie(context, state);
  emit('touched', identity.key);
}

function failedTouch(error: unknown): undefined {
  if (!(error instanceof SessionUnavailableError) || error.code !== 'unavailable') throw error;
}

async function createSession(context: SessionContext, state: SessionState, pending: Pending): Promise<void> {
  const { options, store, response, emit } = context;
  await resolveDoubt(context, state);
  const now = secondsOf(context);
  for (let i = 0; i < MOST_IDS; i++) {
    const next = (i === 0 && state.next) || identityOf(newSessionId(options.random));
    const form = state.formOf(next);
    const [values, messages] = [await state.close(pending.values, form), await state.close(pending.flash, form)];
    const [dat, flash] = [withChanges(NOTHING_STORED, values), withChanges(NOTHING_STORED, messages)];
    const times = options.lifetime.begin(now, pending.idle);
    const record: SessionRecord = { ...times, ver: 1, upd: [], csr: pending.nonce, flash, dat, foreign: 0 };
    checkSize(context, next.key, record);
    if (!(await store.create(next.key, record))) continue;
    Object.assign(state, { identity: next, next: undefined, form, record });
    settle(state, pending, values, messages);
    response.setId(next.id, pending.idle);
    response.wrote();
    emit('created', next.key);
    return;
  }
  throw new SessionUnavailableError('unavailable', 'No session could be created: the table has each id already.', { operation: 'PutItem' });
}

/** An eventual read may have missed a session that lives; a new one would take its cookie away. */
async function resolveDoubt(context: SessionContext, state: SessionState): Promise<void> {
  if (!state.isDoubtful || state.identity === undefined) return;
  const found = await context.store.load(state.identity.key, true);
  if (found.kind === 'found' && context.options.lifetime.isAlive(found.record, secondsOf(context))) {
    throw new SessionUnavailableError('unavailable', 'The session was not yet to be read where it was looked for.', {
      operation: 'GetItem',
      ref: sessionRef(state.identity.key),
    });
  }
  state.isDoubtful = false;
}

/** Writes until the session is what the write was made for: another request may move its idle timeout or, for a write of all, its data. */
async function updateSession(context: SessionContext, state: SessionState, pending: Pending): Promise<void> {
  const { store, response } = context;
  const { key } = state.identity as NonNullable<SessionState['identity']>;
  const contention = new Contention(context, key);
  for (;;) {
    const now = secondsSince(state.record as SessionRecord, context);
    const [values, flash] = [await state.close(pending.values), await state.close(pending.flash)];
    const record = recordAfter(context, state.record as SessionRecord, pending, values, flash, now);
    checkSize(context, key, record);
    const updated = await store.update(key, now, writeOf(state.record as SessionRecord, record, pending, values, flash));
    if (updated.kind === 'written') {
      const hasMoved = record.iss !== state.record?.iss || pending.idle !== undefined;
      state.record = record;
      settle(state, pending, values, flash);
      if (hasMoved) slideCookie(context, state);
      return response.wrote();
    }
    if (updated.kind !== 'moved') return markEnded(context, state);
    await state.rebase(updated.record);
    await contention.giveWay();
  }
}

/** The record as it will be. */
function recordAfter(
  { options }: SessionContext,
  record: SessionRecord,
  pending: Pending,
  values: StoredChanges,
  flash: StoredChanges,
  now: number,
): SessionRecord {
  const idl = pending.idle ?? record.idl;
  const exp = pending.idle === undefined ? options.lifetime.dueExtension(record, now) : options.lifetime.extended(record, now, idl);
  return {
    ...record,
    idl,
    ...(exp !== undefined && { exp, iss: now }),
    ver: record.ver + 1,
    csr: pending.nonce ?? record.csr,
    dat: withChanges(record.dat, values),
    flash: withChanges(record.flash, flash),
  };
}

function writeOf(before: SessionRecord, after: SessionRecord, { idle, nonce }: Pending, values: StoredChanges, flash: StoredChanges): SessionWrite {
  const isWhole = values.size > MOST_CHANGES;
  return {
    data: isWhole ? { whole: after.dat } : { changed: values },
    version: isWhole ? before.ver : undefined,
    flash,
    nonce,
    remember: idle === undefined ? undefined : { exp: after.exp, idl: idle },
    extension: idle === undefined && after.iss !== before.iss ? { exp: after.exp, idl: before.idl } : undefined,
  };
}

function settle(state: SessionState, pending: Pending, values: StoredChanges, flash: StoredChanges): void {
  state.values.settle(pending.values, values);
  state.flash.settle(pending.flash, flash);
  state.fulfil(pending);
}
