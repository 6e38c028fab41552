import { Identity, RequestScope, repeatRace, secondsOf, targetOf } from './scope';
import { SessionError, SessionUnavailableError } from '../errors';
import type { SessionRecord } from '../table/item';
import { refOf, userKeyOf } from '../table/key';
import { CLOCK_SKEW } from '../table/lifetime';
import type { UserEntries, UserEntry, UserItem } from '../table/user-item';

/** One session of a user. */
export interface UserSession {
  /** As `session.ref`: the present session is the one where they are equal. */
  readonly ref: string;
  /** When the user signed in. */
  readonly createdAt: Date;
  /** When the session ends however much it is used. */
  readonly endsAt: Date;
  /** What `signIn` was told. */
  readonly device: string | undefined;
}

/** How sessions are listed. */
export interface UserListOptions {
  /**
   * Whether each session is read, one more GetItem a session, to leave out those that were signed out or ran out.
   *
   * @default true
   */
  readonly verify?: boolean;
}

/** Which sessions are ended. */
export interface EndAllOptions {
  /** The `ref` of a session that stays, such as `session.ref`. @default - none stays */
  readonly except?: string | undefined;
}

/** Bytes that a user id may have. */
export const LONGEST_USER_ID = 1024;
/** How many sessions a list holds: with the new one, the user's item and the one that it replaces they make 100, which a transaction takes. */
export const MOST_SESSIONS = 97;
/** Bytes of a token: 24 characters of the 36 that DynamoDB takes. */
const TOKEN_BYTES = 18;

/** What becomes of a user's list. */
export interface UserChange {
  readonly entries: UserEntries;
  readonly created?: { readonly key: Uint8Array; readonly record: SessionRecord };
  /** The sessions that end: an entry leaves the list with the deletion of its session alone, or after its `abs`. */
  readonly ended: readonly Uint8Array[];
  /** Called once the change is made; `false` asks for another. */
  readonly done?: () => boolean;
}

/**
 * The sessions of one user, on all devices. Each method reads the user's item
 * strongly; a change is one transaction, so it is atomic against sign-ins.
 */
export class UserSessions {
  readonly #scope: RequestScope;
  readonly #key: Uint8Array;

  /** @internal */
  public constructor(scope: RequestScope, userId: string) {
    this.#scope = scope;
    this.#key = userKey(scope, userId, 'user');
  }

  /**
   * Lists the user's sessions, the newest first.
   *
   * @throws SessionUnavailableError if the store cannot be reached
   */
  public async list({ verify = true }: UserListOptions = {}): Promise<UserSession[]> {
    const { entries } = await loadUser(this.#scope, this.#key);
    const now = secondsOf(this.#scope);
    const lasting = [...entries].filter(([, { abs }]) => abs > now);
    const alive = verify ? await Promise.all(lasting.map(([, entry]) => isLiving(this.#scope, this.#key, entry))) : [];
    return lasting
      .filter((_, i) => !verify || alive[i])
      .sort(([, one], [, other]) => other.iat - one.iat)
      .map(([ref, { iat, abs, device }]) => ({
        ref,
        createdAt: new Date(iat * 1000),
        endsAt: new Date(abs * 1000),
        device,
      }));
  }

  /**
   * Ends the user's sessions: whoever signed in before is out, whoever signs in
   * after it is in. Resolves to how many the list held.
   *
   * @throws SessionUnavailableError if the store cannot be reached
   * @throws SessionError with the code `misuse` in a function that may only read, or if the client has no transactions
   */
  public endAll({ except }: EndAllOptions = {}): Promise<number> {
    return this.#end((ref) => ref !== except);
  }

  /** Ends one session; resolves to `false` where the list does not hold it. Throws as `endAll` does. */
  public async end(ref: string): Promise<boolean> {
    return (await this.#end((other) => other === ref, true)) > 0;
  }

  /** @param onlyListed - whether nothing is written where the list holds none of them */
  async #end(isMeant: (ref: string) => boolean, onlyListed = false): Promise<number> {
    const scope = this.#scope;
    if (scope.isReadOnly) {
      throw new SessionError(
        'misuse',
        'This function may only read sessions: it was given grantRead. Use grantReadWrite to end them.',
      );
    }
    const problem = transactionProblem(scope);
    if (problem !== undefined) throw new SessionError('misuse', problem);
    let count = 0;
    await changeUser(scope, this.#key, ({ entries }) => {
      const lasting = lastingEntries(scope, entries);
      const all = [...lasting].filter(([ref]) => isMeant(ref));
      if (onlyListed && all.length === 0) return undefined;
      // More than the list holds by rule can only be there if something else wrote it.
      const ended = all.slice(0, MOST_SESSIONS);
      for (const [ref] of ended) lasting.delete(ref);
      const done = () => {
        count += ended.length;
        for (const [, { key }] of ended) scope.emit('invalidated', key);
        return ended.length === all.length;
      };
      return { entries: lasting, ended: ended.map(([, { key }]) => key), done };
    });
    return count;
  }
}

/** The key of a user's item. @throws TypeError for an id that is not a text of 1 to 1,024 bytes */
export function userKey({ options }: RequestScope, userId: unknown, where: string): Uint8Array {
  const bytes = typeof userId === 'string' && !/\p{Surrogate}/u.test(userId) ? Buffer.byteLength(userId) : 0;
  if (bytes < 1 || bytes > LONGEST_USER_ID) {
    throw new TypeError(
      `${where}: the user id is not usable; allowed is a text of 1 to ${LONGEST_USER_ID} bytes of well-formed Unicode.`,
    );
  }
  return userKeyOf(userId as string, options.namespace);
}

/** Why the sessions of users cannot be written, if they cannot. */
export function transactionProblem({ store }: RequestScope): string | undefined {
  if (store.hasTransactions) return undefined;
  return 'The client has no transactWrite, which the sessions of a user need. Give the factory a client of the SDK, a lean one, or none.';
}

/**
 * Changes a user's list, again with what stands there if another change came between.
 *
 * @param decide - says what to change of the list that it is given; nothing ends it without a write
 */
export async function changeUser(
  scope: RequestScope,
  key: Uint8Array,
  decide: (before: UserItem) => UserChange | undefined | Promise<UserChange | undefined>,
): Promise<void> {
  await repeatRace(scope, undefined, async () => {
    const before = await loadUser(scope, key);
    const change = await decide(before);
    if (change === undefined) return true;
    const { done = () => true, ...write } = change;
    const token = Buffer.from(scope.options.random(TOKEN_BYTES)).toString('base64url');
    return (await scope.store.writeUser(targetOf(scope, key), { ...write, token, before })) && done();
  });
}

/** The entries whose sessions can still live by any function's clock. */
export function lastingEntries(scope: RequestScope, entries: UserEntries): Map<string, UserEntry> {
  const now = secondsOf(scope);
  return new Map([...entries].filter(([, { abs }]) => abs + CLOCK_SKEW > now));
}

/** Whether the session of an entry lives. Reads it strongly. */
export async function isLiving(scope: RequestScope, user: Uint8Array, { key }: UserEntry): Promise<boolean> {
  const target = targetOf(scope, key);
  const result = await scope.store.load(target, true);
  if (result.kind !== 'found' || !scope.options.lifetime.isAlive(result.record, target.now)) return false;
  return result.record.usr !== undefined && Buffer.compare(result.record.usr, user) === 0;
}

async function loadUser(scope: RequestScope, key: Uint8Array): Promise<UserItem> {
  const read = await scope.store.loadUser(targetOf(scope, key));
  if (read.kind === 'newer') {
    throw new SessionUnavailableError(
      'configuration',
      "A newer version of cdk-session-table wrote the user's item. Use that version, or a later one.",
      {
        operation: 'GetItem',
      },
    );
  }
  if (read.kind === 'damaged') scope.emit('user-item-invalid');
  return read.item;
}

/**
 * Ends a session together with its entry, if it has one.
 *
 * An entry may stay where the list cannot be changed: a sign-out has to succeed
 * all the same, and the session is then deleted alone.
 */
export async function leaveList(scope: RequestScope, user: Uint8Array, identity: Identity): Promise<void> {
  if (!scope.store.hasTransactions) return;
  const ref = refOf(identity.key);
  try {
    await changeUser(scope, user, ({ entries }) => {
      if (!entries.has(ref)) return undefined;
      const others = lastingEntries(scope, entries);
      others.delete(ref);
      const done = () => {
        scope.identities.delete(identity);
        scope.emit('invalidated', identity.key);
        return true;
      };
      return { entries: others, ended: [identity.key], done };
    });
  } catch (error) {
    if (!(error instanceof SessionUnavailableError)) throw error;
  }
}
