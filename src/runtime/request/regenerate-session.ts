import { SessionTooLargeError, SessionUnavailableError } from '../errors';
import type { OpenedSession, Stored } from './opened-session';
import { repeatRace, secondsOf, targetOf } from './scope';
import { ownerOf, storeUserSession } from './sign-in';
import { NewSession, createSession, storeNew } from './write-session';
import type { Changeset } from '../session/session';
import { SessionRecord, SessionTimes, TOKEN_BYTES, newRecord, withChanges } from '../table/item';
import { refOf } from '../table/key';
import type { FreezeResult } from '../table/store';
import { StoredForm } from '../table/stored-form';

/** Milliseconds that are kept for the response of the function itself. */
const RESERVE = 500;
/** Nothing is frozen with less than this part of the deadline left, so that there is time for the copy. */
const LEAST_PART = 1 / 3;

/**
 * Gives a session a new id and keeps its data: freeze, then copy.
 *
 * | old item | new item | then |
 * |---|---|---|
 * | frozen, by this request or another one | the final image with this request's changes | the cookie, last of all |
 * | frozen | cannot be stored | the visitor is signed out; another `save()` of this request goes on |
 * | ran out | without `keepDeadline`: what this request set | a new session; a user's has ended, unless this is a sign-in |
 * | gone | none | somebody signed out, and has the last word; a sign-in goes on with what this request set |
 * | a user's | and its entry in one transaction | where the entry is gone, somebody has ended the session: as above |
 *
 * Nobody can write what is frozen, so no acknowledged change is missing in the copy, and no other writer can block a
 * sign-in.
 */
export async function regenerateSession(opened: OpenedSession, changeset: Changeset, known: Stored): Promise<void> {
  if (known.kind === 'frozen') return copy(opened, changeset, known);
  checkBeforehand(opened, changeset, known);
  const result = await freeze(opened, known);
  // The old id is over, whatever becomes of the copy: a later response may already have another one.
  opened.scope.response.withdraw();
  if (result.kind === 'frozen') {
    opened.rebase('frozen', known.identity, result.image);
    return copy(opened, changeset, { kind: 'frozen', identity: known.identity, record: result.image });
  }
  if (result.kind === 'expired' && mayBeginAnew(changeset, known.record)) {
    opened.scope.emit('expired', known.identity.key);
    return beginAnew(opened, known);
  }
  // A visitor who signs in has just proved their identity.
  if (changeset.signIn !== undefined) return beginAnew(opened, known);
  opened.end(known, 'not-applied');
}

/** A refusal here leaves the session unchanged. */
function checkBeforehand(opened: OpenedSession, changeset: Changeset, { identity, record }: Stored): void {
  const { scope } = opened;
  const { form } = opened;
  const dat = withChanges(record.dat, form.encode(changeset.values, record.dat));
  const flash = withChanges(record.flash, form.encode(changeset.flash, record.flash));
  const times = timesOf(opened, changeset, record);
  const usr = ownerOf(scope, changeset, record.usr);
  opened.checkSize(
    identity.key,
    newRecord({ times, image: record, dat, flash, csr: changeset.csr, ...(usr && { usr }) }),
  );
  const left = (scope.remainingTime?.() ?? Infinity) - RESERVE;
  if (left >= scope.options.deadline * LEAST_PART) return;
  throw new SessionUnavailableError(
    'unavailable',
    'The function has too little time left to give the session a new id; nothing was changed.',
    {
      ref: refOf(identity.key),
    },
  );
}

/**
 * Freezes until the outcome is known: an attempt without a response may still arrive, so it is repeated with the same
 * token.
 */
async function freeze({ scope }: OpenedSession, { identity, record }: Stored): Promise<FreezeResult> {
  const token = scope.options.random(TOKEN_BYTES);
  let result: FreezeResult = { kind: 'alive' };
  await repeatRace(scope, identity.key, async () => {
    result = await scope.store.freeze(targetOf(scope, identity.key), token, record.exp);
    return result.kind !== 'alive';
  }, 'unknown');
  return result;
}

/** Stores the image, which nobody can write any more, with this request's changes over it. */
async function copy(opened: OpenedSession, changeset: Changeset, { record: image }: Stored): Promise<void> {
  const { scope, session } = opened;
  const snapshot = session.snapshot(StoredForm.mayTravel(scope.options));
  const user = ownerOf(scope, changeset, image.usr);
  // Another user is another session.
  if (image.usr !== undefined && user !== undefined && Buffer.compare(image.usr, user) !== 0) {
    return beginAnew(opened, opened.known as Stored);
  }
  const next: NewSession = { times: timesOf(opened, changeset, image), image, snapshot, event: 'regenerated' };
  try {
    if (user === undefined) {
      await storeNew(opened, changeset, next);
    } else if (!(await storeUserSession(opened, changeset, user, next))) {
      opened.end(opened.known as Stored, 'not-applied');
    }
  } catch (error) {
    if (!(error instanceof SessionTooLargeError) || !mayBeginAnew(changeset, image)) throw error;
    // Others made it too large between the check and the freeze. A sign-in has to succeed all the same.
    scope.emit('large', opened.known.kind === 'fresh' ? undefined : opened.known.identity.key);
    await beginAnew(opened, opened.known as Stored);
  }
}

/** Whether the creation time and the absolute deadline stay; never at a sign-in. */
function keepsDeadline({ renewal, signIn }: Changeset): boolean {
  return renewal?.keepDeadline === true && signIn === undefined;
}

/** Whether what this request set may become a session without the rest. Of a user's session it would live outside of the list. */
function mayBeginAnew(changeset: Changeset, { usr }: SessionRecord): boolean {
  return !keepsDeadline(changeset) && (changeset.signIn !== undefined || usr === undefined);
}

/** The times of the copy. Without the option `absoluteTimeout`, a user's session and its entry keep their deadline. */
function timesOf({ scope }: OpenedSession, changeset: Changeset, image: SessionRecord): SessionTimes {
  const { lifetime } = scope.options;
  const idl = changeset.idle === undefined ? image.idl : changeset.idle.seconds;
  const now = secondsOf(scope);
  const times = keepsDeadline(changeset) ? lifetime.continue(image, now, idl) : lifetime.begin(now, idl);
  if (image.usr === undefined || times.abs !== undefined || image.abs === undefined) return times;
  return { ...times, abs: image.abs, exp: Math.min(times.exp, Math.max(image.abs, now)) };
}

/** What this request set becomes a new session. */
export async function beginAnew(opened: OpenedSession, { identity }: Pick<Stored, 'identity'>): Promise<void> {
  opened.known = { kind: 'missed', identity, isDoubtful: false };
  opened.session.keepOwn();
  const changeset = opened.session.changeset(false);
  if (changeset !== undefined) await createSession(opened, changeset, opened.known);
}
