import { Contention } from './backoff';
import { SessionUnavailableError } from '../errors';
import { SessionContext, markEnded, secondsOf, secondsSince } from './scope';
import { Identity, Pending, Renewal, SessionState, identityOf } from './session-state';
import { newSessionId } from '../session/id';
import { Whole } from '../session/values';
import { SessionRecord } from '../table/item';
import { checkSize } from '../table/session-size';
import { StoredForm } from '../table/stored-form';
import { StoredValue } from '../table/stored-values';
import { withNewToken } from '../table/write-token';

/** What is stored under the new id. */
interface Copy {
  readonly form: StoredForm;
  readonly record: SessionRecord;
  readonly values: Whole;
  readonly flash: Whole;
}

/**
 * Gives a session a new id, with all that it holds.
 *
 * | new item | old item | then |
 * |---|---|---|
 * | created | ended, if still the version that was copied | the cookie, last of all |
 * | created | changed by another request meanwhile | the copy is removed; read, copied and tried again |
 * | created | ended by another request meanwhile | the copy is removed; no cookie |
 * | created | nobody can tell, the answer was lost for good | the copy is removed; no cookie, an error |
 *
 * Between the two writes both exist, but nobody has the new id yet.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#renew-the-session-id-after-any-privilege-level-change
 */
export async function regenerateSession(context: SessionContext, state: SessionState, pending: Pending, renewal: Renewal): Promise<void> {
  const { store, response, emit } = context;
  const old = state.identity as Identity;
  const contention = new Contention(context, old.key);
  for (;; await contention.giveWay()) {
    const next = state.next ?? identityOf(newSessionId(context.options.random));
    state.next = undefined;
    const now = secondsOf(context);
    const record = state.record as SessionRecord;
    const began = renewal.keepDeadline ? secondsSince(record, context) : now;
    const copy = await copyUnder(context, state, next, pending, renewal, began);
    checkSize(context, next.key, copy.record);
    if (!(await store.create(next.key, copy.record))) continue;
    const replaced = await store
      .replace(old.key, now, record, withNewToken(record.upd, context.options.random))
      .catch((error: unknown) => abandon(context, next, error));
    if (replaced.kind === 'written') {
      Object.assign(state, { identity: next, record: copy.record, form: copy.form });
      state.values.move(copy.values);
      state.flash.move(copy.flash);
      state.fulfil(pending);
      response.setId(next.id, copy.record.idl);
      response.wrote();
      return emit('regenerated', next.key);
    }
    await store.delete(next.key);
    if (replaced.kind !== 'moved') return markEnded(context, state);
    await state.rebase(replaced.record);
  }
}

/** Removes the copy, as well as that goes, and lets the error stand: nobody has the copy's id. */
async function abandon({ store }: SessionContext, next: Identity, error: unknown): Promise<never> {
  try {
    await store.delete(next.key);
  } catch (second) {
    if (!(second instanceof SessionUnavailableError)) throw second;
  }
  throw error;
}

async function copyUnder(
  { options: { lifetime } }: SessionContext,
  state: SessionState,
  next: Identity,
  { nonce, idle }: Pending,
  { keepDeadline }: Renewal,
  now: number,
): Promise<Copy> {
  const record = state.record as SessionRecord;
  const form = state.formOf(next);
  const isKept = (stored: StoredValue) => StoredForm.isPortable(stored);
  await form.prepareToClose([...state.values.openTexts(isKept), ...state.flash.openTexts(isKept)]);
  const close = (key: string, text: string) => form.close(key, text);
  const values = state.values.whole(close, isKept);
  const flash = state.flash.whole(close, isKept);
  const idl = idle ?? record.idl;
  const times = keepDeadline
    ? { iat: record.iat, iss: now, abs: record.abs, idl, exp: lifetime.extended(record, now, idl) }
    : lifetime.begin(now, idl);
  const dat = storedOf(values);
  return { form, values, flash, record: { ...times, ver: 1, upd: [], csr: nonce, flash: storedOf(flash), dat, foreign: 0 } };
}

function storedOf(whole: Whole): SessionRecord['dat'] {
  return new Map([...whole].map(([key, { stored }]) => [key, stored]));
}
