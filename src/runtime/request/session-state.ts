import { Codec } from '../session/codec';
import { hashSessionId } from '../session/id';
import { Changes, Values } from '../session/values';
import { SessionRecord } from '../table/item';
import { StoredForm, StoredFormOptions } from '../table/stored-form';
import { NOTHING_STORED, StoredChanges, StoredValue } from '../table/stored-values';

/** The id of a session and its key in the table. */
export interface Identity {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The identity of an id. */
export function identityOf(id: string): Identity {
  return { id, key: hashSessionId(id) };
}

/** What is to be written, as it was at one moment: the session may be changed on while the call is under way. */
export interface Pending {
  readonly values: Changes;
  readonly flash: Changes;
  readonly nonce: Uint8Array | undefined;
  readonly idle: number | undefined;
  readonly renewal: Renewal | undefined;
}

/** A new id that was asked for. */
export interface Renewal {
  readonly keepDeadline: boolean;
}

/** How values are read and written. */
export interface StateOptions extends StoredFormOptions {
  readonly codec: Codec;
}

/** One session in memory: what the table has, and what was changed over it. No calls, no clock. */
export class SessionState {
  readonly #options: StateOptions;
  readonly #damaged: (key: Uint8Array | undefined) => void;
  /** Who the cookie says it is, or who was created here. */
  public identity: Identity | undefined;
  /** Who it will be once it is created or has its new id. */
  public next: Identity | undefined;
  /** The session as the table has it; nothing for a new one. */
  public record: SessionRecord | undefined;
  public form: StoredForm;
  public values: Values;
  public flash: Values;
  /** What was asked for and is not written yet. */
  public nonce: Uint8Array | undefined;
  public idle: number | undefined;
  public renewal: Renewal | undefined;
  /** Whether the table may have a session of this identity that an eventual read did not see. */
  public isDoubtful = false;
  /** Whether a write met a session that is no more. */
  public hasEnded = false;

  /**
   * @param damaged - is told the session's key for each stored value that does not open
   * @param record - the session as it was read; nothing for a new one
   */
  public constructor(options: StateOptions, damaged: (key: Uint8Array | undefined) => void, identity?: Identity, record?: SessionRecord) {
    this.#options = options;
    this.#damaged = damaged;
    this.identity = identity;
    this.record = record;
    this.form = new StoredForm(options, identity?.id ?? '');
    this.values = this.#read(record?.dat);
    this.flash = this.#read(record?.flash);
  }

  /** Loads what it takes to open what was read, before the first value is asked for. */
  public prepareToOpen(): Promise<void> | undefined {
    return this.record && this.form.prepareToOpen(this.record.dat.values(), this.record.flash.values());
  }

  /** Takes what the table has now under the changes that were made here. */
  public async rebase(record: SessionRecord): Promise<void> {
    this.record = record;
    await this.prepareToOpen();
    this.values.rebase(record.dat);
    this.flash.rebase(record.flash);
  }

  /** What is to be written, or nothing. */
  public pending(): Pending | undefined {
    const { nonce, idle, renewal } = this;
    const pending = { values: this.values.changes(), flash: this.flash.changes(), nonce, idle, renewal };
    const isAsked = this.record !== undefined && (nonce ?? idle ?? renewal) !== undefined;
    return isAsked || pending.values.size > 0 || pending.flash.size > 0 ? pending : undefined;
  }

  /** Notes what was asked for as written; what was asked for since stays. */
  public fulfil({ nonce, idle, renewal }: Pending): void {
    if (this.nonce === nonce) this.nonce = undefined;
    if (this.idle === idle) this.idle = undefined;
    if (this.renewal === renewal) this.renewal = undefined;
  }

  /** The stored form of changes. */
  public async close(changes: Changes, form: StoredForm = this.form): Promise<StoredChanges> {
    if (changes.size === 0) return NOTHING_STORED;
    await form.prepareToClose(changes.values());
    const stored = new Map<string, StoredValue | undefined>();
    for (const [key, text] of changes) stored.set(key, text === undefined ? undefined : form.close(key, text));
    return stored;
  }

  /** The form of a session with another id. */
  public formOf({ id }: Identity): StoredForm {
    return new StoredForm(this.#options, id);
  }

  #read(stored = NOTHING_STORED): Values {
    const opener = { open: (key: string, value: StoredValue) => this.form.open(key, value) };
    return new Values(this.#options.codec, opener, stored, () => this.#damaged(this.identity?.key));
  }
}
