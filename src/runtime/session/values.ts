import { builtin } from '../builtin';
import { SessionError } from '../errors';
import { Codec, jsonCodec } from './codec';

/** A value as it is stored; opaque here. */
export type Stored = string | Uint8Array;

/** Changes since the data was read: the text to store by key, or `undefined` for a key to remove. */
export type Changes = ReadonlyMap<string, string | undefined>;

/** All of the data, each value as it is stored or as a text to store. */
export type Snapshot = ReadonlyMap<string, Stored | { readonly text: string }>;

/** Decodes a stored value; `undefined` if it is damaged. */
export type Decode = (key: string, stored: Stored) => string | undefined;

/** Where an exact update of a key begins. */
export interface UpdateStart {
  readonly key: string;
  readonly revision: number;
  /** A change that was made here before: the update is computed from it, and not from what is stored. */
  readonly own: { readonly text: string | undefined } | undefined;
}

interface Entry {
  /** The value as the table has it; nothing for a key that the table does not have. */
  stored: Stored | undefined;
  /** The text of `stored`, once it has been decoded. */
  storedText: string | undefined;
  /** The text of `value` when it was opened or set; an object may have changed since. */
  text: string | undefined;
  /** The value, once it was asked for or set; nothing for one that is deleted or damaged. */
  value: unknown;
  /**
   * `closed`: not asked for yet. `open`: handed out or set. `deleted`: removed here. `damaged`: cannot be decoded or
   * parsed.
   */
  state: 'closed' | 'open' | 'deleted' | 'damaged';
  /** The revision of the last `set` or `delete`; 0 for a value that was only read. */
  setAt: number;
}

/** An object that was handed out before newer data took its place. */
interface Stale {
  readonly key: string;
  readonly value: object;
  readonly text: string;
}

const LONGEST_KEY = 255;
const NO_CHANGES: Changes = new Map();
const NOTHING_STORED: ReadonlyMap<string, Stored> = new Map();

/**
 * The data of one session in memory.
 *
 * Values are decoded when they are asked for. The commit compares objects that
 * were handed out, so it notices a change inside one, and writes no unchanged
 * one.
 */
export class Values {
  readonly #codec: Codec;
  readonly #damaged: () => void;
  readonly #decode: Decode;
  /** What the table has. Keys that were not asked for have no entry over it. */
  #stored: ReadonlyMap<string, Stored>;
  readonly #entries = new Map<string, Entry>();
  #stale: Stale[] = [];
  #revision = 0;

  /** @param damaged - called for each stored value that cannot be decoded or parsed */
  public constructor(codec: Codec, decode: Decode, stored: ReadonlyMap<string, Stored>, damaged: () => void) {
    this.#codec = codec;
    this.#decode = decode;
    this.#damaged = damaged;
    this.#stored = stored;
  }

  public get(key: string): unknown {
    const entry = this.#entryOf(key);
    // A key that is gone has an entry too: its deletion was stored, or newer data lacks it.
    if (entry?.state === 'closed' && entry.stored !== undefined) this.#open(key, entry);
    return entry?.value;
  }

  /** Whether a key has a value. Decodes nothing, so a damaged value counts until it is read. */
  public has(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry === undefined ? this.#stored.has(key) : isPresent(entry);
  }

  /** @throws TypeError for a key or a value that cannot be stored */
  public set(key: string, value: unknown): void {
    if (value === undefined) return this.delete(key);
    const text = this.check(key, value);
    this.#assign(key, { text, value, state: 'open' });
  }

  public delete(key: string): void {
    this.#assign(key, { text: undefined, value: undefined, state: 'deleted' });
  }

  /** Whether a text stands for the value of a key. */
  public isText(key: string, text: string): boolean {
    const value = this.get(key);
    return value !== undefined && this.#standsFor(text, value, this.stringify(key, value));
  }

  /** Deletes the keys that are known here, damaged ones too, and none that another request adds meanwhile. */
  public clear(): void {
    for (const key of this.#allKeys()) this.delete(key);
  }

  /** The keys that have a value. Decodes nothing. */
  public keys(): string[] {
    return [...this.#allKeys()].filter((key) => this.has(key));
  }

  /**
   * @throws TypeError for a value that was changed into one that cannot be stored
   * @throws SessionError with the code `misuse` for an object that was changed after newer data took its place
   */
  public changes(): Changes {
    for (const { key, value, text } of this.#stale) {
      if (!this.#standsFor(text, value, this.stringify(key, value))) throw unmergeable(key);
    }
    let changes: Map<string, string | undefined> | undefined;
    for (const [key, entry] of this.#entries) {
      if (this.#isChanged(key, entry)) (changes ??= new Map()).set(key, this.#currentText(key, entry));
    }
    return changes ?? NO_CHANGES;
  }

  /** Notes that the table has these changes now, in this form. */
  public markStored(changes: Changes, stored: ReadonlyMap<string, Stored | undefined>): void {
    for (const [key, text] of changes) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      Object.assign(entry, { stored: stored.get(key), storedText: text });
      if (text === undefined && entry.state === 'deleted') this.#entries.set(key, closed(undefined));
    }
  }

  /** Takes in what the table has now, under the changes that were made here. */
  public rebase(stored: ReadonlyMap<string, Stored>): void {
    for (const [key, entry] of this.#entries) {
      const value = stored.get(key);
      // A key that was deleted here stays deleted, whoever sets it in the meantime.
      if (entry.state === 'deleted' || this.#isChanged(key, entry)) {
        Object.assign(entry, { stored: value, storedText: undefined });
      } else if (!isSame(value, entry.stored)) {
        this.#replace(key, entry, value);
      }
    }
    this.#stored = stored;
  }

  /** Drops everything that was not set here. Objects that were handed out of it must not be changed any more. */
  public keepOwn(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.state === 'open' && this.#isChanged(key, entry)) {
        Object.assign(entry, { stored: undefined, storedText: undefined });
      } else {
        this.#replace(key, entry, undefined);
      }
    }
    this.#stored = NOTHING_STORED;
  }

  /**
   * All of the data, for its copy under another id.
   *
   * @param isPortable - whether a stored value means the same there; one that does not is decoded
   * @param changes - those of this very moment, where they are known: their texts need not be made again
   */
  public snapshot(isPortable: (stored: Stored) => boolean, changes = NO_CHANGES): Snapshot {
    const snapshot = new Map<string, Stored | { text: string }>();
    for (const key of this.#allKeys()) {
      const entry = this.#entryOf(key) as Entry;
      const { stored } = entry;
      const isStill = stored !== undefined && !this.#isChanged(key, entry);
      if (isStill && !isPortable(stored)) this.get(key);
      const text = changes.get(key) ?? this.#currentText(key, entry);
      // A value that cannot be decoded cannot be encoded again, but must not be dropped.
      if (isStill && (isPortable(stored) || text === undefined)) snapshot.set(key, stored);
      else if (text !== undefined) snapshot.set(key, { text });
    }
    return snapshot;
  }

  /** Notes that all of the data was stored under another id, and so in another form. */
  public move(snapshot: Snapshot, stored: ReadonlyMap<string, Stored>): void {
    for (const [key, entry] of this.#entries) {
      const was = snapshot.get(key);
      const text = typeof was === 'object' && 'text' in was ? was.text : entry.storedText;
      Object.assign(entry, { stored: stored.get(key), storedText: was === undefined ? undefined : text });
      if (was === undefined && entry.state === 'deleted') this.#entries.set(key, closed(undefined));
    }
    this.#stored = stored;
  }

  /** Grows with each `set` and `delete`. */
  public get revision(): number {
    return this.#revision;
  }

  /**
   * @param since - the revision when the update was called: what was set after that counts over it
   * @throws TypeError for a key that cannot be stored
   */
  public beginUpdate(key: string, since = this.#revision): UpdateStart {
    checkKey(key);
    // The session may have been ended in between, and another one begun.
    const revision = Math.min(since, this.#revision);
    this.get(key);
    const entry = this.#entryOf(key);
    const isOwn = entry !== undefined && entry.setAt <= revision && this.#isChanged(key, entry);
    return { key, revision, own: isOwn ? { text: this.#currentText(key, entry) } : undefined };
  }

  /** Whether a key was set or deleted since an update of it began. */
  public isSetSince({ key, revision }: UpdateStart): boolean {
    return (this.#entries.get(key)?.setAt ?? 0) > revision;
  }

  /** A new value parsed from a text. */
  public parse(text: string | undefined): unknown {
    return text === undefined ? undefined : this.#codec.parse(text);
  }

  /** What an attempt of an update is computed from: the text, and a value of it that the caller may change. */
  public baseOf({ key, own }: UpdateStart): { readonly text: string | undefined; readonly value: unknown } {
    const entry = this.#entryOf(key);
    const text = own !== undefined ? own.text : entry?.stored === undefined ? undefined : this.#storedText(key, entry);
    const parsed = text === undefined ? undefined : this.#tryParse(text);
    return { text, value: parsed?.value };
  }

  /**
   * Notes that an update was written. A set or delete since it began takes precedence over it.
   *
   * @param base - the text that it was computed from
   */
  public markUpdated(
    start: UpdateStart,
    base: string | undefined,
    text: string | undefined,
    stored: Stored | undefined,
  ): void {
    const { key } = start;
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.isSetSince(start)) {
      Object.assign(entry, { stored, storedText: text });
      return;
    }
    if (entry !== undefined) this.#replace(key, { ...entry, text: base }, undefined);
    this.#entries.set(key, { ...closed(stored), storedText: text });
  }

  /** The text of a value to be stored under a key. @throws TypeError for one that cannot be */
  public check(key: string, value: unknown): string {
    checkKey(key);
    return this.stringify(key, value);
  }

  /** @throws TypeError for a value that cannot be stored, with the path of what is wrong */
  public stringify(key: string, value: unknown): string {
    try {
      const text: unknown = this.#codec.stringify(value);
      // `JSON.stringify` gives undefined for a function, which would delete the key.
      if (typeof text !== 'string') throw new TypeError('the codec made no text of it');
      return text;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'the codec refused it';
      const advice = 'Store what JSON keeps, or choose another codec.';
      throw new TypeError(`The session cannot keep the value of ${JSON.stringify(key)}: ${reason}. ${advice}`, {
        cause: error,
      });
    }
  }

  #assign(key: string, change: Pick<Entry, 'text' | 'value' | 'state'>): void {
    const { stored, storedText } = this.#entryOf(key) ?? closed(undefined);
    this.#entries.set(key, { stored, storedText, ...change, setAt: ++this.#revision });
    // This decides what is stored, whatever happened to an object that was handed out before.
    if (this.#stale.length > 0) this.#stale = this.#stale.filter((stale) => stale.key !== key);
  }

  /** Replaces an entry that was not changed here. What was handed out of it is watched. */
  #replace(key: string, { state, value, text }: Entry, stored: Stored | undefined): void {
    if (state === 'open' && typeof value === 'object' && value !== null && text !== undefined) {
      this.#stale.push({ key, value, text });
    }
    this.#entries.set(key, closed(stored));
  }

  #entryOf(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    const stored = entry === undefined ? this.#stored.get(key) : undefined;
    if (stored === undefined) return entry;
    const made = closed(stored);
    this.#entries.set(key, made);
    return made;
  }

  #allKeys(): Set<string> {
    return new Set([...this.#stored.keys(), ...this.#entries.keys()]);
  }

  #isChanged(key: string, entry: Entry): boolean {
    if (entry.state === 'deleted') return entry.stored !== undefined;
    if (entry.state !== 'open') return false;
    if (entry.stored === undefined) return true;
    const storedText = this.#storedText(key, entry);
    return storedText === undefined || !this.#standsFor(storedText, entry.value, this.#currentText(key, entry));
  }

  /**
   * Whether a text stands for a value. It does so too where it is not the text that the codec writes for it:
   * another program may have written it, and some codecs never write the same text twice.
   */
  #standsFor(text: string, value: unknown, valueText: string | undefined): boolean {
    if (text === valueText) return true;
    const parsed = this.#tryParse(text);
    if (parsed === undefined) return false;
    if (this.#codec === jsonCodec) return this.#codec.stringify(parsed.value) === valueText;
    return builtin('node:util').isDeepStrictEqual(value, parsed.value);
  }

  #currentText(key: string, { text, value, state }: Entry): string | undefined {
    if (state !== 'open') return undefined;
    return typeof value === 'object' && value !== null ? this.stringify(key, value) : text;
  }

  /** The text that the table has; none for a damaged value, so that what is set over it is written. */
  #storedText(key: string, entry: Entry): string | undefined {
    return (entry.storedText ??= this.#decode(key, entry.stored as Stored));
  }

  #open(key: string, entry: Entry): void {
    const text = this.#decode(key, entry.stored as Stored);
    const parsed = text === undefined ? undefined : this.#tryParse(text);
    if (parsed !== undefined) {
      Object.assign(entry, { value: parsed.value, text, storedText: text, state: 'open' });
      return;
    }
    // One damaged value must not lock the visitor out: it is absent, and stays unchanged until it is set.
    entry.state = 'damaged';
    this.#damaged();
  }

  #tryParse(text: string): { readonly value: unknown } | undefined {
    try {
      return { value: this.#codec.parse(text) };
    } catch {
      return undefined;
    }
  }
}

function closed(stored: Stored | undefined): Entry {
  return { stored, storedText: undefined, text: undefined, value: undefined, state: 'closed', setAt: 0 };
}

function isPresent({ state, stored }: Entry): boolean {
  return state === 'open' || (state === 'closed' && stored !== undefined);
}

/** Whether two stored values are the same, byte for byte. */
function isSame(one: Stored | undefined, other: Stored | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return Buffer.compare(one, other) === 0;
}

function unmergeable(key: string): SessionError {
  return new SessionError(
    'misuse',
    `The value of ${JSON.stringify(key)} was changed in an object from before update() or regenerate() `
      + 'took in newer data, so the change cannot be merged. Call get() again after them, or set() the value.',
  );
}

function checkKey(key: string): void {
  const allowed = `A session key is a text of 1 to ${LONGEST_KEY} bytes of well-formed Unicode, and not "__proto__"`;
  if (typeof key !== 'string') throw new TypeError(`${allowed}; this is a ${typeof key}.`);
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > LONGEST_KEY) throw new TypeError(`${allowed}; this has ${bytes} bytes.`);
  if (key === '__proto__') throw new TypeError(`${allowed}.`);
  if (/\p{Surrogate}/u.test(key)) throw new TypeError(`${allowed}; this has a surrogate without its pair.`);
}
