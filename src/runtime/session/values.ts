// Over 200 lines because what a key may be (closed, open, deleted, damaged) is one table of states, and each method moves it.
import { Codec } from './codec';
import { StoredValue, isSameValue } from '../table/stored-values';

/** The changes of a session's data since it was read: text to store, or `undefined` for a key to remove. */
export type Changes = ReadonlyMap<string, string | undefined>;

/** All of the data: what is stored, and its text where that is known. */
export type Whole = ReadonlyMap<string, { readonly stored: StoredValue; readonly text: string | undefined }>;

/** How a stored value is opened. */
export interface ValueOpener {
  /** @throws Error for a damaged value */
  open(key: string, stored: StoredValue): string;
}

interface Entry {
  /** The value as the table has it; nothing for a key that the table does not have. */
  stored: StoredValue | undefined;
  /** The text of `stored`, once it was opened. */
  storedText: string | undefined;
  /** The text of `value` when it was opened or set; an object may have changed since. */
  text: string | undefined;
  /** The value, once it was asked for or set; nothing for one that is deleted or damaged. */
  value: unknown;
  /** `closed`: not asked for yet. `open`: handed out or set. `deleted`: removed here. `damaged`: does not open or parse. */
  state: 'closed' | 'open' | 'deleted' | 'damaged';
}

const LONGEST_KEY = 255;
const NO_CHANGES: Changes = new Map();

/**
 * The data of one session in memory.
 *
 * Values are opened when they are asked for. What was handed out is compared at
 * commit, so a change inside of a value is noticed and an unchanged one is not
 * written.
 */
export class Values {
  readonly #codec: Codec;
  readonly #damaged: () => void;
  readonly #entries = new Map<string, Entry>();
  readonly #opener: ValueOpener;

  /** @param damaged - is told of each stored value that does not open */
  public constructor(codec: Codec, opener: ValueOpener, stored: ReadonlyMap<string, StoredValue>, damaged: () => void) {
    this.#codec = codec;
    this.#opener = opener;
    this.#damaged = damaged;
    for (const [key, value] of stored) this.#entries.set(key, closed(value));
  }

  public get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (entry?.state === 'closed') this.#open(key, entry);
    return entry?.value;
  }

  /** @throws TypeError for a key or a value that cannot be stored */
  public set(key: string, value: unknown): void {
    if (value === undefined) return this.delete(key);
    const now = { text: this.check(key, value), value, state: 'open' as const };
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { stored: undefined, storedText: undefined, ...now });
    else Object.assign(entry, now);
  }

  public delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) Object.assign(entry, { value: undefined, text: undefined, state: 'deleted' });
  }

  /** Removes the keys that are known here, and none that another request adds meanwhile. */
  public clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }

  /** The keys that have a value. */
  public keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.get(key) !== undefined);
  }

  /** @throws TypeError for a value that was changed into one that cannot be stored */
  public changes(): Changes {
    let changes: Map<string, string | undefined> | undefined;
    for (const [key, entry] of this.#entries) if (this.#isChanged(key, entry)) (changes ??= new Map()).set(key, this.#currentText(key, entry));
    return changes ?? NO_CHANGES;
  }

  /** Notes that the table has these changes now, in this form. */
  public settle(changes: Changes, stored: ReadonlyMap<string, StoredValue | undefined>): void {
    for (const [key, text] of changes) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      Object.assign(entry, { stored: stored.get(key), storedText: text });
      if (text === undefined && entry.state === 'deleted') this.#entries.delete(key);
    }
  }

  /** Takes what the table has now under the changes that were made here. */
  public rebase(stored: ReadonlyMap<string, StoredValue>): void {
    for (const [key, entry] of this.#entries) {
      const value = stored.get(key);
      if (this.#isChanged(key, entry)) Object.assign(entry, { stored: value, storedText: undefined });
      else if (value === undefined) this.#entries.delete(key);
      else if (!isSameValue(value, entry.stored)) this.#entries.set(key, closed(value));
    }
    for (const [key, value] of stored) if (!this.#entries.has(key)) this.#entries.set(key, closed(value));
  }

  /**
   * All of the data in the form that it is to be stored in.
   *
   * @param isKept - whether a value that has not changed stays in the form that it has
   */
  public whole(close: (key: string, text: string) => StoredValue, isKept: (stored: StoredValue) => boolean): Whole {
    const whole = new Map<string, { stored: StoredValue; text: string | undefined }>();
    for (const [key, entry] of this.#entries) {
      const { stored } = entry;
      const isStill = stored !== undefined && !this.#isChanged(key, entry);
      if (isStill && !isKept(stored)) this.get(key);
      const text = this.#currentText(key, entry);
      // What does not open cannot be closed again, and is not ours to drop.
      if (isStill && (isKept(stored) || text === undefined)) whole.set(key, { stored, text });
      else if (text !== undefined) whole.set(key, { stored: close(key, text), text });
    }
    return whole;
  }

  /** The texts that `whole` may have to close; opens what cannot be kept as it is. */
  public openTexts(isKept: (stored: StoredValue) => boolean): string[] {
    return [...this.#entries].flatMap(([key, entry]) => {
      if (entry.stored !== undefined && !isKept(entry.stored)) this.get(key);
      return this.#currentText(key, entry) ?? [];
    });
  }

  /** Notes that all of the data has been stored anew, in another form. */
  public move(whole: Whole): void {
    for (const [key, entry] of this.#entries) {
      const now = whole.get(key);
      Object.assign(entry, { stored: now?.stored, storedText: now?.text });
      if (now === undefined && entry.state === 'deleted') this.#entries.delete(key);
    }
  }

  /** A copy of a value that its user may change at will. */
  public copy(key: string): unknown {
    this.get(key);
    const entry = this.#entries.get(key);
    const text = entry && this.#currentText(key, entry);
    return text === undefined ? undefined : this.#codec.parse(text);
  }

  /** Takes a value that the table has now. */
  public take(key: string, value: unknown, text: string | undefined, stored: StoredValue | undefined): void {
    this.#entries.delete(key);
    if (text !== undefined) this.#entries.set(key, { stored, storedText: text, text, value, state: 'open' });
  }

  /** The text of a value to be stored under a key. @throws TypeError for one that cannot be */
  public check(key: string, value: unknown): string {
    checkKey(key);
    return this.stringify(key, value);
  }

  /** @throws TypeError for a value that cannot be stored, with the path of what is wrong */
  public stringify(key: string, value: unknown): string {
    try {
      return this.#codec.stringify(value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'the codec refused it';
      const advice = 'Store what JSON keeps, or choose another codec.';
      throw new TypeError(`The session cannot keep the value of ${JSON.stringify(key)}: ${reason}. ${advice}`, { cause: error });
    }
  }

  #isChanged(key: string, entry: Entry): boolean {
    if (entry.state === 'deleted') return entry.stored !== undefined;
    if (entry.state !== 'open') return false;
    return entry.stored === undefined || this.#currentText(key, entry) !== this.#storedText(key, entry);
  }

  #currentText(key: string, { text, value, state }: Entry): string | undefined {
    if (state !== 'open') return undefined;
    return typeof value === 'object' && value !== null ? this.stringify(key, value) : text;
  }

  /** The text that the table has; of a damaged value none, so that what is set over it is written. */
  #storedText(key: string, entry: Entry): string | undefined {
    try {
      return (entry.storedText ??= this.#opener.open(key, entry.stored as StoredValue));
    } catch {
      return undefined;
    }
  }

  #open(key: string, entry: Entry): void {
    try {
      const text = this.#opener.open(key, entry.stored as StoredValue);
      Object.assign(entry, { value: this.#codec.parse(text), text, storedText: text, state: 'open' });
    } catch {
      // The visitor is not locked out by one damaged value: it is absent, and stays as it is until it is set.
      entry.state = 'damaged';
      this.#damaged();
    }
  }
}

function closed(stored: StoredValue): Entry {
  return { stored, storedText: undefined, text: undefined, value: undefined, state: 'closed' };
}

function checkKey(key: string): void {
  const allowed = `A session key is a text of 1 to ${LONGEST_KEY} bytes and not "__proto__"`;
  if (typeof key !== 'string') throw new TypeError(`${allowed}; this is a ${typeof key}.`);
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > LONGEST_KEY) throw new TypeError(`${allowed}; this has ${bytes} bytes.`);
  if (key === '__proto__') throw new TypeError(`${allowed}.`);
}
