import { numberOf } from './memory-engine';
import { Item } from '../../src/runtime';

/** What was acknowledged for one session. */
interface Account {
  /** The texts that a key may have: each text that was acknowledged, since the last commit wins. */
  readonly values: Map<string, Set<string>>;
  readonly deleted: Set<string>;
  readonly messages: Set<string>;
  count: number;
  isEnded: boolean;
  successor: string | undefined;
  /** An answer was lost for good, so what the table has cannot be foretold. */
  isDoubtful: boolean;
  /** When it ends, as the table said last. */
  exp: number;
}

/** What one request has done and has not yet been told to be stored. */
export class Draft {
  public readonly values = new Map<string, string>();
  public readonly deleted = new Set<string>();
  public readonly added = new Set<string>();
  public readonly popped = new Set<string>();

  public clear(): void {
    for (const part of [this.values, this.deleted, this.added, this.popped]) part.clear();
  }
}

/** The books of the model: what each session, known by its short hash, must hold. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  /** Messages that somebody got: maybe before who added them was told that they are stored. */
  readonly #popped = new Set<string>();

  public of(ref: string): Account {
    let account = this.#accounts.get(ref);
    if (account === undefined) {
      account = {
        values: new Map(), deleted: new Set(), messages: new Set(), count: 0, isEnded: false, successor: undefined, isDoubtful: false, exp: NaN,
      };
      this.#accounts.set(ref, account);
    }
    return account;
  }

  public acknowledge(ref: string, draft: Draft): void {
    const { values, deleted, messages } = this.of(ref);
    for (const [key, text] of draft.values) {
      // Deleted by who saw it before its writer was told: the one that came last at the table wins, and it may have been repeated.
      if (deleted.delete(key)) values.delete(key);
      else values.set(key, (values.get(key) ?? new Set()).add(text));
    }
    for (const key of draft.deleted) deleted.add(key);
    for (const message of draft.added) if (!this.#popped.has(message)) messages.add(message);
    for (const message of draft.popped) {
      this.#popped.add(message);
      // Who pops a message may do so in another session's copy of it.
      for (const account of this.#accounts.values()) account.messages.delete(message);
    }
    draft.clear();
  }

  public succeed(old: string, heir: string): void {
    this.of(old).successor = heir;
    if (this.of(old).isDoubtful) this.of(heir).isDoubtful = true;
  }

  /** What is wrong with the table, in words. */
  public problems(items: ReadonlyMap<string, Item>, now: number): string[] {
    for (const account of this.#accounts.values()) if (account.successor !== undefined) this.#inherit(account, this.of(account.successor));
    return [...this.#accounts].flatMap(([ref, account]) => check(account, items.get(ref), now));
  }

  #inherit(old: Account, heir: Account): void {
    for (const [key, texts] of old.values) heir.values.set(key, new Set([...texts, ...(heir.values.get(key) ?? [])]));
    for (const key of old.deleted) heir.deleted.add(key);
    for (const message of old.messages) heir.messages.add(message);
    heir.count += old.count;
    if (old.isDoubtful) heir.isDoubtful = true;
    for (const part of [old.values, old.deleted, old.messages]) part.clear();
    old.count = 0;
  }
}

function check(account: Account, item: Item | undefined, now: number): string[] {
  const isAlive = item !== undefined && numberOf(item.exp) > now;
  if (isAlive && account.isEnded) return ['a session came back that was ended'];
  if (isAlive && account.successor !== undefined) return ['a session lives on beside its successor'];
  if (account.isEnded || account.successor !== undefined || account.isDoubtful) return [];
  if (!isAlive) return account.exp > now ? ['a session was lost'] : [];
  account.exp = numberOf(item.exp);
  return checkContent(account, item);
}

function checkContent({ values, deleted, messages, count }: Account, item: Item): string[] {
  const { M: dat } = item.dat as { M: Record<string, { S: string } | undefined> };
  const stored = Object.keys(item).filter((name) => name.startsWith('f:')).map((name) => (JSON.parse((item[name] as { S: string }).S) as string[])[1]);
  return [
    ...[...values].filter(([key, texts]) => !deleted.has(key) && !texts.has(dat[key]?.S ?? '')).map(() => 'an acknowledged change was lost'),
    ...[...deleted].filter((key) => dat[key] !== undefined).map(() => 'a deleted key came back'),
    ...[...messages].filter((message) => !stored.includes(message)).map(() => 'a message was lost'),
    ...(Number(dat.count?.S ?? 0) === count ? [] : [`${count} updates were acknowledged and ${dat.count?.S ?? 0} applied`]),
    ...(item.abs !== undefined && numberOf(item.exp) > numberOf(item.abs) ? ['exp passed abs'] : []),
  ];
}
