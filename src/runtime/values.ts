import { Codec } from './codec';

/** The changes of a session's data since it was read: text to store, or `undefined` for a key to remove. */
export type Changes = ReadonlyMap<string, string | undefined>;

interface Entry {
  /** The text as the table has it; nothing for a key that the table does not have. */
  stored: string | undefined;
  /** The text of `value` when it was parsed or set; an object may have changed since. */
  text: string | undefined;
  /** The value, once it was asked for or set; nothing for one that is deleted or damaged. */
  value: unknown;
  /** `text`: not asked for yet. `value`: handed out or set. `deleted`: removed here. `damaged`: its text does not parse. */
  state: 'text' | 'value' | 'deleted' | 'damaged';
}

const LONGEST_KEY = 255;

/**
 * The data of one session in memory.
 *
 * Values are parsed when they are asked for. What was handed out is compared at
 * commit, so a change inside of a value is noticed and an unchanged one is not
 * written.
 */
export class Values {
  readonly #codec: Codec;
  readonly #damaged: (key: string) => void;
  readonly #entries = new Map<string, Entry>();

  /** @param damaged - is told the key of a stored value that does not parse */
  public constructor(codec: Codec, texts: ReadonlyMap<string, string>, damaged: (key: string) => void) {
    this.#codec = codec;
    this.#damaged = damaged;
    for (const [key, text] of texts) this.#entries.set(key, { stored: text, text, value: undefined, state: 'text' });
  }

  public get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (entry?.state === 'text') this.#parse(key, entry);
    return entry?.value;
  }

  /** @throws TypeError for a key or a value that cannot be stored */
  public set(key: string, value: unknown): void {
    if (value === undefined) return this.delete(key);
    checkKey(key);
    const now = { text: this.#text(key, value), value, state: 'value' as const };
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { stored: undefined, ...now });
    else Object.assign(entry, now);
  }

  public delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) Object.assign(entry, { value: undefined, state: 'deleted' });
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
    const changes = new Map<string, string | undefined>();
    for (const [key, entry] of this.#entries) {
      const text = this.#currentText(key, entry);
      if (text !== entry.stored) changes.set(key, text);
    }
    return changes;
  }

  /** Notes that the table has these changes now. */
  public settle(changes: Changes): void {
    for (const [key, text] of changes) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.stored = text;
      if (text === undefined && entry.state === 'deleted') this.#entries.delete(key);
    }
  }

  #currentText(key: string, { stored, text, value, state }: Entry): string | undefined {
    if (state === 'deleted') return undefined;
    if (state !== 'value') return stored;
    return typeof value === 'object' && value !== null ? this.#text(key, value) : text;
  }

  #parse(key: string, entry: Entry): void {
    try {
      entry.value = this.#codec.parse(entry.stored as string);
      entry.state = 'value';
    } catch {
      // The visitor is not locked out by one damaged value: it is absent, and stays as it is until it is set.
      entry.state = 'damaged';
      this.#damaged(key);
    }
  }

  #text(key: string, value: unknown): string {
    try {
      return this.#codec.stringify(value);
    } catch (error) {
      throw new TypeError(`The session cannot keep the value of ${JSON.stringify(key)}: ${reason(error)}. Store what JSON keeps, or choose another codec.`, { cause: error });
    }
  }
}

function checkKey(key: string): void {
  const wrong =
    typeof key !== 'string' ? `a ${typeof key}` : key === '__proto__' ? '"__proto__"' : key === '' ? 'an empty text' : Buffer.byteLength(key) > LONGEST_KEY ? `one of ${Buffer.byteLength(key)} bytes` : undefined;
  if (wrong !== undefined) throw new TypeError(`A session key is a text of 1 to ${LONGEST_KEY} bytes and not "__proto__"; this is ${wrong}.`);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : 'the codec refused it';
}
