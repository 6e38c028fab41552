import { SessionConflictError, SessionUnavailableError } from '../errors';
import type { Known, OpenedSession, Stored } from './opened-session';
import { beginAnew, regenerateSession } from './regenerate-session';
import { Identity, deleteSessions, identityOf, repeatRace, secondsOf, targetOf } from './scope';
import { ownerOf, storeUserSession } from './sign-in';
import { newSessionId } from '../session/id';
import { Changeset, SessionSnapshot } from '../session/session';
import type { Snapshot } from '../session/values';
import {
  SessionRecord,
  SessionTimes,
  StoredChanges,
  StoredValue,
  StoredValues,
  newRecord,
  withChanges,
} from '../table/item';
import { refOf } from '../table/key';
import type { SessionWrite } from '../table/store';
import { StoredForm } from '../table/stored-form';

/**
 * Collisions of 256 random bits do not occur; a refusal means that a response was lost, three that the randomness is
 * broken.
 */
const MOST_IDS = 3;
/** How many keys one update changes; more are written as a whole, because an expression has at most 4 KB. */
const MOST_CHANGES = 100;

/** Writes what was changed; resolves to whether there was anything. */
export async function writeSession(opened: OpenedSession): Promise<boolean> {
  const { known, session, others } = opened;
  if (session.renewal !== undefined && others.length > 0) {
    await deleteSessions(opened.scope, others);
    opened.others = [];
  }
  const changeset = session.changeset(known.kind !== 'fresh' && known.kind !== 'missed');
  if (changeset === undefined) return false;
  if (known.kind === 'fresh' || known.kind === 'missed') {
    await createSession(opened, changeset, known);
  } else if (known.kind === 'frozen' || (known.kind === 'stored' && changeset.renewal !== undefined)) {
    await regenerateSession(opened, changeset, known);
  } else if (known.kind === 'stored') {
    await updateSession(opened, changeset, known);
  } else if (changeset.signIn !== undefined) {
    await beginAnew(opened, known);
  }
  return true;
}

/**
 * Extends a session that was only read, if that is due. If the store cannot be reached, the page is still served,
 * because the session has been read; the next request extends it.
 *
 * @throws SessionUnavailableError if the table is missing or denied, which no later request would fix
 */
export async function touchSession(opened: OpenedSession): Promise<void> {
  const { scope, known } = opened;
  if (known.kind !== 'stored') return;
  const { identity, record } = known;
  const { lifetime } = scope.options;
  const target = targetOf(scope, identity.key);
  const exp = lifetime.dueExtension(record, target.now);
  if (exp === undefined) return;
  const touched = await scope.store
    .touch(target, { exp, idl: record.idl }, lifetime.reissueTime(record.idl))
    .catch(failedTouch);
  if (touched === undefined) return scope.emit('touch-failed', identity.key);
  if (!touched) return;
  const after = { ...record, exp, iss: target.now };
  opened.known = { ...known, record: after };
  opened.slideCookie(identity, after);
  scope.emit('touched', identity.key);
}

function failedTouch(error: unknown): undefined {
  if (!(error instanceof SessionUnavailableError) || error.code !== 'unavailable') throw error;
}

/** Stores a new session for what was set. */
export async function createSession(opened: OpenedSession, changeset: Changeset, known: Known): Promise<void> {
  const snapshot = opened.session.snapshot(StoredForm.mayTravel(opened.scope.options), changeset);
  if (known.kind === 'missed' && known.isDoubtful) {
    opened.known = { ...known, isDoubtful: await mayLive(opened, known) };
  }
  const { scope } = opened;
  const times = scope.options.lifetime.begin(secondsOf(scope), changeset.idle?.seconds);
  const next: NewSession = { times, snapshot, event: 'created' };
  const user = ownerOf(scope, changeset, undefined);
  if (user === undefined) await storeNew(opened, changeset, next);
  else await storeUserSession(opened, changeset, user, next);
  // Only now: until the session is stored, the row is all that there is.
  if (opened.isMigrated) await scope.migration?.end(scope);
}

/**
 * An eventual read may have missed a live session; a new one would replace its cookie.
 *
 * @throws SessionUnavailableError if it did
 */
async function mayLive(
  { scope }: OpenedSession,
  { identity }: Extract<Known, { readonly kind: 'missed' }>,
): Promise<false> {
  const target = targetOf(scope, identity.key);
  const result = await scope.store.load(target, true);
  if (result.kind !== 'found' || !scope.options.lifetime.isAlive(result.record, target.now)) return false;
  throw new SessionUnavailableError('unavailable', 'The session could not be read yet; nothing was written.', {
    operation: 'GetItem',
    ref: refOf(identity.key),
  });
}

/** What is stored under a new id. */
export interface NewSession {
  readonly times: SessionTimes;
  /** The session that it replaces. */
  readonly image?: SessionRecord;
  readonly snapshot: SessionSnapshot;
  readonly event: 'created' | 'regenerated';
  /** The key of the user's item. */
  readonly usr?: Uint8Array;
}

/** A session under a new id, to be stored. */
export interface MadeSession {
  readonly identity: Identity;
  readonly key: Uint8Array;
  readonly form: StoredForm;
  readonly record: SessionRecord;
}

/** Makes the session of each attempt, under its own id. */
export function makerOf(
  opened: OpenedSession,
  { csr }: Changeset,
  { times, image, snapshot, usr }: NewSession,
): () => MadeSession {
  const {
    known,
    scope: { options },
  } = opened;
  const given = known.kind === 'fresh' ? known.given : undefined;
  return () => {
    const identity = given ?? identityOf(newSessionId(options.random), options.namespace);
    const form = opened.formOf(identity);
    const [dat, flash] = [encode(form, snapshot.values), encode(form, snapshot.flash)];
    return { identity, key: identity.key, form, record: newRecord({ times, image, dat, flash, csr, usr }) };
  };
}

/** Takes in that a session was stored under a new id. The cookie comes last of all. */
export function adopt(
  opened: OpenedSession,
  changeset: Changeset,
  { snapshot, event }: NewSession,
  { identity, form, record }: MadeSession,
): void {
  const { scope, session } = opened;
  Object.assign(opened, { known: { kind: 'stored', identity, record } satisfies Known, form });
  session.move(snapshot, record);
  session.clearRequested(changeset);
  scope.identities.add(identity);
  opened.sendCookie(identity, record);
  scope.response.wrote();
  scope.emit(event, identity.key);
}

/** Stores a session under a new id; each attempt has its own. */
export async function storeNew(opened: OpenedSession, changeset: Changeset, next: NewSession): Promise<void> {
  const { scope, known } = opened;
  const given = known.kind === 'fresh' ? known.given : undefined;
  const make = makerOf(opened, changeset, next);
  let first: MadeSession | undefined = make();
  opened.checkSize(first.key, first.record);
  const attempt = () => {
    const made = first ?? make();
    first = undefined;
    return made;
  };
  for (let i = 0; i < (given === undefined ? MOST_IDS : 1); i++) {
    // A given id is sent once: an attempt that was given up could arrive after the session's end.
    const bounds = {
      now: secondsOf(scope),
      remainingTime: scope.remainingTime,
      meter: scope.meter,
      ...(given && { mostAttempts: 1 }),
    };
    const stored = await scope.store.create(bounds, attempt);
    if (stored !== undefined) return adopt(opened, changeset, next, stored);
  }
  if (given !== undefined) {
    throw new SessionConflictError('The session was not created: the table already has its id.', {
      operation: 'PutItem',
    });
  }
  throw new SessionUnavailableError('unavailable', 'No session could be created: the table already has each id.', {
    operation: 'PutItem',
  });
}

function encode(form: StoredForm, snapshot: Snapshot): StoredValues {
  const texts = new Map<string, string>();
  const stored = new Map<string, StoredValue>();
  for (const [key, value] of snapshot) {
    if (typeof value === 'object' && 'text' in value) texts.set(key, value.text);
    else stored.set(key, value);
  }
  return withChanges(stored, form.encode(texts, stored));
}

/**
 * Writes until the session is as the write expects it: another request may change its idle timeout or, if all data is
 * written, its data.
 */
async function updateSession(
  opened: OpenedSession,
  changeset: Changeset,
  { identity, record: known }: Stored,
): Promise<void> {
  const { scope, session, form } = opened;
  const [values, flash] = [form.encode(changeset.values, known.dat), form.encode(changeset.flash, known.flash)];
  let record = known;
  await repeatRace(scope, identity.key, async () => {
    const target = { ...targetOf(scope, identity.key), now: Math.max(secondsOf(scope), record.iat) };
    const after = recordAfter(opened, record, { changeset, values, flash }, target.now);
    opened.checkSize(identity.key, after);
    const result = await scope.store.update(target, writeOf(record, after, { changeset, values, flash }));
    if (result.kind === 'ended') opened.end({ kind: 'stored', identity, record }, result.outcome);
    if (result.kind === 'moved') opened.rebase('stored', identity, (record = result.record));
    if (result.kind !== 'written') return result.kind === 'ended';
    opened.known = { kind: 'stored', identity, record: after };
    session.markStored(changeset, values, flash);
    if (changeset.idle !== undefined) opened.sendCookie(identity, after);
    else if (after.iss !== record.iss) opened.slideCookie(identity, after);
    scope.response.wrote();
    scope.emit('stored', identity.key);
    return true;
  });
}

interface Encoded {
  readonly changeset: Changeset;
  readonly values: StoredChanges;
  readonly flash: StoredChanges;
}

/** The record as it will be. */
function recordAfter(
  { scope }: OpenedSession,
  record: SessionRecord,
  { changeset, values, flash }: Encoded,
  now: number,
): SessionRecord {
  const { lifetime } = scope.options;
  const { idle, csr } = changeset;
  const idl = idle === undefined ? record.idl : idle.seconds;
  const exp = idle === undefined ? lifetime.dueExtension(record, now) : lifetime.extended(record, now, idl);
  return {
    ...record,
    idl,
    ...(exp !== undefined && { exp, iss: now }),
    ver: record.ver + 1,
    csr: csr ?? record.csr,
    dat: withChanges(record.dat, values),
    flash: withChanges(record.flash, flash),
  };
}

function writeOf(before: SessionRecord, after: SessionRecord, { changeset, values, flash }: Encoded): SessionWrite {
  const isWhole = values.size > MOST_CHANGES;
  const end = { exp: after.exp, idl: after.idl };
  const isExtended = changeset.idle === undefined && after.iss !== before.iss;
  return {
    data: isWhole ? { whole: after.dat } : { changed: values },
    version: isWhole ? before.ver : undefined,
    flash,
    csr: changeset.csr,
    idle: changeset.idle && end,
    extension: isExtended ? end : undefined,
  };
}
