import type { OpenedSession } from './opened-session';
import type { RequestScope } from './scope';
import { MOST_SESSIONS, changeUser, isLiving, lastingEntries, userKey } from './users';
import { NewSession, adopt, makerOf } from './write-session';
import type { Changeset } from '../session/session';
import { refOf } from '../table/key';
import type { UserEntry } from '../table/user-item';

/** How many sessions one transaction deletes beside the two items that it puts. */
const MOST_DELETED = 98;

/** The key of the user whose session is to be stored, if it is one's. */
export function ownerOf(
  scope: RequestScope,
  { signIn }: Changeset,
  usr: Uint8Array | undefined,
): Uint8Array | undefined {
  return signIn === undefined ? usr : userKey(scope, signIn.userId, 'signIn');
}

/**
 * Stores a user's session under a new id, and its entry in the user's list, in
 * one transaction. Resolves to whether it did; where not, the session has been ended.
 *
 * | the list | a sign-in | a new id alone |
 * |---|---|---|
 * | has the session that this one replaces | its entry is exchanged | its entry is exchanged |
 * | lacks it: somebody has ended it | a new entry | nothing is stored |
 * | is full, or has `most` entries | dead sessions end, then the oldest | cannot be: an entry leaves it |
 * | was changed meanwhile | read again, with a new id | the same |
 */
export async function storeUserSession(
  opened: OpenedSession,
  changeset: Changeset,
  user: Uint8Array,
  next: NewSession,
): Promise<boolean> {
  const { scope, known, attempts } = opened;
  const { signIn } = changeset;
  const make = makerOf(opened, changeset, { ...next, usr: user });
  let isStored = false;
  await changeUser(scope, user, async (before) => {
    const entries = lastingEntries(scope, before.entries);
    // An earlier attempt of this request whose response was lost is replaced too: nobody has its id.
    const former = next.image === undefined || known.kind === 'fresh' ? attempts : [...attempts, known.identity.key];
    const replaced = take(entries, former.map(refOf));
    if (signIn === undefined && replaced.length === 0) return undefined;
    const evicted = signIn === undefined ? [] : await overdue(scope, user, entries, signIn.most);
    take(entries, evicted.map(({ key }) => refOf(key)));
    const made = make();
    opened.checkSize(made.key, made.record);
    attempts.push(made.key);
    const { iat, abs = made.record.exp } = made.record;
    const device = signIn === undefined ? replaced[0]?.device : signIn.device;
    entries.set(refOf(made.key), { key: made.key, iat, abs, device });
    const done = () => {
      attempts.length = 0;
      adopt(opened, changeset, next, made);
      for (const { key } of evicted) scope.emit('invalidated', key);
      return (isStored = true);
    };
    return {
      entries,
      created: made,
      ended: [...replaced, ...evicted].slice(0, MOST_DELETED).map(({ key }) => key),
      done,
    };
  });
  return isStored;
}

/** Takes entries out of a list. */
function take(entries: Map<string, UserEntry>, refs: readonly string[]): UserEntry[] {
  return refs.flatMap((ref) => {
    const entry = entries.get(ref);
    entries.delete(ref);
    return entry === undefined ? [] : [entry];
  });
}

/** The sessions that make room for one more: the dead ones, then the oldest. Reads them only where there is no room. */
async function overdue(
  scope: RequestScope,
  user: Uint8Array,
  entries: ReadonlyMap<string, UserEntry>,
  most = MOST_SESSIONS,
): Promise<UserEntry[]> {
  const others = Math.min(most, MOST_SESSIONS) - 1;
  if (entries.size <= others) return [];
  const all = [...entries.values()];
  const alive = await Promise.all(all.map((entry) => isLiving(scope, user, entry)));
  const living = all.filter((_, i) => alive[i]).sort((one, other) => one.iat - other.iat);
  return [...all.filter((_, i) => !alive[i]), ...living.slice(0, Math.max(0, living.length - others))];
}
