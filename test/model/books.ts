import type { AttributeValue, Item } from '../../src/runtime';
import { keyOf, refOf, userKeyOf } from '../../src/runtime/table/key';

/** What a session must hold, by its short hash. */
interface Account {
  /** Keys that were acknowledged, with every text that they may have. */
  readonly values: Map<string, Set<string>>;
  /** Exact updates that were acknowledged. */
  readonly updates: Set<string>;
  readonly messages: Set<string>;
  /** Tokens that pages have got, all of them valid. */
  readonly tokens: Set<string>;
  /** The sessions that took its place. */
  readonly heirs: Set<string>;
  /** Those of them that are no sign-in: they end where it has ended. */
  readonly renewals: Set<string>;
  isEnded: boolean;
  /** Whether its user has ended it, which holds for a new id that it is just getting too. A sign-out with the old id does not. */
  isOut: boolean;
}

/** What is read of a session through the library. */
export interface Seen {
  readonly values: ReadonlyMap<string, unknown>;
  readonly messages: readonly string[];
}

/** The users of the shop: the first two visitors are one, on two devices, and sign in with `most`. */
export const USERS = ['ada@example.org', 'eve@example.org'] as const;
export type User = (typeof USERS)[number];
export const MOST = 3;

/** His session may hold what its victim does before signing in, and the victim's what he put there. */
const ATTACKER = 2;

/** What the model was told, held against the table at every call and against what a later request reads. */
export class Books {
  readonly #accounts = new Map<string, Account>();
  /** What somebody has deleted or shown: whether it is there is nobody's promise any more. */
  readonly #let = new Set<string>();
  /** Every text that a key was ever to have. */
  readonly #texts = new Map<string, Set<string>>();
  /** Keys that a sign-in wrote, and the sessions whose ids somebody else may have known by then. */
  readonly #secrets = new Map<string, ReadonlySet<string>>();
  /** Exact updates that were refused, and those of which nobody can tell. */
  readonly #refused = new Set<string>();
  readonly #owners = new Map<string, number>();
  readonly #gone = new Set<string>();
  #alive = new Map<string, Item>();
  readonly #listed = new Map<User, readonly string[]>();
  public readonly problems = new Set<string>();
  /** Requests under way that make another secret of tokens. */
  public newSecrets = 0;
  /** How often one was asked for, and how often such a request has ended. */
  public secretTurns = 0;

  public of(ref: string): Account {
    let account = this.#accounts.get(ref);
    if (account === undefined) {
      const [values, messages, tokens, updates] = [new Map<string, Set<string>>(), new Set<string>(), new Set<string>(), new Set<string>()];
      account = { values, updates, messages, tokens, heirs: new Set(), renewals: new Set(), isEnded: false, isOut: false };
      this.#accounts.set(ref, account);
    }
    return account;
  }

  /** A visitor may write a text for a key from now on. */
  public draft(key: string, text: string): void {
    this.#texts.set(key, (this.#texts.get(key) ?? new Set()).add(text));
  }

  public letGo(what: string): void {
    this.#let.add(what);
  }

  public refuse(tag: string): void {
    this.#refused.add(tag);
  }

  /** @param made - the short hashes of the ids that the request has made, which nobody else knows yet */
  public keepSecret(key: string, made: ReadonlySet<string>): void {
    this.#secrets.set(key, new Set([...this.#owners.keys()].filter((ref) => !made.has(ref))));
  }

  /** A request of a visitor has made an id. */
  public own(id: string, visitor: number): string {
    const ref = refOf(keyOf(id));
    this.#owners.set(ref, visitor);
    return ref;
  }

  /** Every token that pages have got so far. */
  public get tokens(): ReadonlySet<string> {
    return new Set([...this.#accounts.values()].flatMap(({ tokens }) => [...tokens]));
  }

  /** The living sessions of a user. */
  public livingOf(user: User): string[] {
    const key = userKeyOf(user);
    return [...this.#alive].filter(([, { usr }]) => usr !== undefined && 'B' in usr && Buffer.compare(usr.B, key) === 0).map(([ref]) => ref);
  }

  /** The sessions that the list of a user has. */
  public listedOf(user: User): readonly string[] {
    return this.#listed.get(user) ?? [];
  }

  /** A user has ended a session, and with it every new id that it gets or got without a sign-in. */
  public end(ref: string): void {
    const account = this.of(ref);
    if (account.isOut) return;
    account.isOut = account.isEnded = true;
    for (const renewal of account.renewals) this.end(renewal);
  }

  /** Holds what stands in the table, after every call. @param now - epoch seconds */
  public check(all: readonly Item[], now: number): void {
    const [items, lists] = [all.filter(({ ses }) => ses === undefined), all.filter(({ ses }) => ses !== undefined)];
    const alive = new Map(items.filter((item) => item.frz === undefined && numberOf(item.exp) > now).map((item) => [refOfItem(item), item]));
    const present = new Map(items.map((item) => [refOfItem(item), item]));
    for (const [ref, item] of present) {
      if (item.frz !== undefined) this.#gone.add(ref);
      this.#checkNames(ref, item);
    }
    for (const ref of this.#alive.keys()) if (!present.has(ref)) this.#gone.add(ref);
    for (const [ref, item] of alive) this.#checkLiving(ref, item);
    this.#alive = alive;
    for (const user of USERS) this.#checkList(user, lists);
  }

  #checkList(user: User, lists: readonly Item[]): void {
    const living = this.livingOf(user);
    const key = userKeyOf(user);
    const list = lists.find((item) => Buffer.compare((item.sid as { readonly B: Uint8Array }).B, key) === 0);
    const listed = Object.keys((list?.ses as { readonly M: Item } | undefined)?.M ?? {});
    this.#listed.set(user, listed);
    if (living.some((ref) => !listed.includes(ref))) this.problems.add('a session of a user lives and is not listed');
    if (user === USERS[0] && living.length > MOST) this.problems.add('more sessions of a user live than most allows');
  }

  /** What a request that came now would find, or nothing. */
  public isAlive(ref: string): boolean {
    return this.#alive.has(ref);
  }

  /** Holds what a request has read of a session. */
  public checkSeen(ref: string, { values, messages }: Seen): void {
    const { values: kept, updates, messages: waiting } = this.#inherited(ref, new Set());
    for (const [key, texts] of kept) {
      if (this.#let.has(key)) continue;
      if (!texts.has(JSON.stringify(values.get(key)) ?? '')) this.problems.add('an acknowledged value was lost or damaged');
    }
    for (const [key, value] of values) {
      if (/^v\d/.test(key) && this.#texts.get(key)?.has(JSON.stringify(value)) !== true) this.problems.add('a value is one that nobody wrote');
    }
    for (const message of waiting) if (!this.#let.has(message) && !messages.includes(message)) this.problems.add('a message was lost');
    const log = ((values.get('log') ?? []) as readonly string[]).map((entry) => entry.split(':')[0] as string);
    for (const tag of updates) if (!log.includes(tag)) this.problems.add('an acknowledged update was lost');
    for (const tag of log) if (this.#refused.has(tag)) this.problems.add('a refused update was applied');
    if (new Set(log).size < log.length) this.problems.add('an update was applied twice');
  }

  #checkNames(ref: string, item: Item): void {
    const owner = this.#owners.get(ref);
    for (const name of namesOf(item)) {
      const visitor = /^v(\d)/.exec(name)?.[1];
      const isApart = visitor !== undefined && Number(visitor) !== ATTACKER && owner !== ATTACKER;
      if (isApart && owner !== Number(visitor)) this.problems.add('an item holds data of another visitor');
      if (this.#secrets.get(name)?.has(ref) === true) this.problems.add('what a sign-in wrote stands under an id that was known before');
    }
  }

  #checkLiving(ref: string, item: Item): void {
    if (this.#gone.has(ref)) this.problems.add('a session that was deleted or frozen is alive');
    if (this.#accounts.get(ref)?.isEnded === true) this.problems.add('a session that was ended is alive');
    if (item.abs !== undefined && numberOf(item.exp) > numberOf(item.abs)) this.problems.add('exp passed abs');
    if (!this.#owners.has(ref)) this.problems.add('a session has an id that nobody made');
    const names = new Set(namesOf(item));
    for (const key of this.#inherited(ref, new Set()).values.keys()) {
      if (!names.has(key) && !this.#let.has(key)) this.problems.add('an acknowledged key is missing');
    }
  }

  /** What a session must hold, with what it took over from those whose place it took. */
  #inherited(ref: string, above: Set<string>): Pick<Account, 'values' | 'updates' | 'messages'> {
    above.add(ref);
    const all = { values: new Map<string, Set<string>>(), updates: new Set<string>(), messages: new Set<string>() };
    const forebears = [...this.#accounts]
      .filter(([other, { heirs }]) => heirs.has(ref) && !above.has(other))
      .map(([other]) => this.#inherited(other, above));
    for (const { values, updates, messages } of [...forebears, this.of(ref)]) {
      for (const [key, texts] of values) all.values.set(key, new Set([...texts, ...(this.#texts.get(key) ?? [])]));
      for (const tag of updates) all.updates.add(tag);
      for (const message of messages) all.messages.add(message);
    }
    return all;
  }
}

export function refOfItem(item: Item): string {
  return refOf((item.sid as { readonly B: Uint8Array }).B);
}

function namesOf(item: Item): string[] {
  return Object.keys((item.dat as { readonly M: Item } | undefined)?.M ?? {});
}

function numberOf(value: AttributeValue | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : NaN;
}
