import { isDeepStrictEqual } from 'node:util';
import { FactoryParts } from './session-request';
import { SessionEndedError } from '../errors';
import { identityOf } from './session-state';
import type { SessionRecord } from '../table/item';
import { Store } from '../table/store';
import { NOTHING_STORED } from '../table/stored-values';

/** Sessions by their id. */
export class SessionsById {
  readonly #parts: FactoryParts;

  public constructor(parts: FactoryParts) {
    this.#parts = parts;
  }

  public async read(id: string): Promise<SessionById | undefined> {
    const found = await this.#store.load(identityOf(id).key, true);
    if (found.kind !== 'found' || !this.#parts.options.lifetime.isAlive(found.record, this.#now)) return undefined;
    return new SessionById(this.#parts, this.#store, id, found.record);
  }

  public begin(id: string): SessionById {
    return new SessionById(this.#parts, this.#store, id, undefined);
  }

  public async delete(id: string): Promise<void> {
    await this.#store.delete(identityOf(id).key);
  }

  get #now(): number {
    return Math.floor(this.#parts.options.clock.now() / 1000);
  }

  get #store(): Store {
    const { tableName, clock, random, deadline } = this.#parts.options;
    return new Store(this.#parts.client, tableName, { clock, random, deadline, remainingTime: undefined });
  }
}

/** One session. */
export class SessionById {
  #record: SessionRecord | undefined;
  #data: Record<string, unknown> = {};
  readonly #id: string;
  readonly #parts: FactoryParts;
  readonly #store: Store;

  public constructor(parts: FactoryParts, store: Store, id: string, record: SessionRecord | undefined) {
    this.#parts = parts;
    this.#store = store;
    this.#id = id;
    this.#record = record;
    for (const [key, text] of record?.dat ?? []) this.#data[key] = JSON.parse(String(text));
  }

  public data(): Record<string, unknown> {
    return structuredClone(this.#data);
  }

  public async write(data: Record<string, unknown>, { idle }: { readonly idle?: number } = {}): Promise<void> {
    const { key } = identityOf(this.#id);
    const { lifetime, clock, onEvent } = this.#parts.options;
    const now = Math.floor(clock.now() / 1000);
    const texts = new Map<string, string | undefined>();
    for (const name of new Set([...Object.keys(this.#data), ...Object.keys(data)])) {
      const next = data[name] === undefined ? undefined : JSON.parse(JSON.stringify(data[name]));
      if (!isDeepStrictEqual(next, this.#data[name])) texts.set(name, next === undefined ? undefined : JSON.stringify(next));
    }
    if (this.#record === undefined) {
      const dat = new Map([...texts].flatMap(([name, text]): [string, string][] => (text === undefined ? [] : [[name, text]])));
      const record = { ...lifetime.begin(now, idle), ver: 1, upd: [], flash: NOTHING_STORED, dat, foreign: 0 };
      if (!(await this.#store.create(key, record))) throw new SessionEndedError('ended', 'The id is taken.');
      this.#record = record;
    } else {
      const exp = lifetime.extended(this.#record, now, idle ?? this.#record.idl);
      const moved = idle !== undefined && idle !== this.#record.idl;
      if (texts.size === 0 && !moved) return this.touch();
      const updated = await this.#store.update(key, now, { data: { changed: texts }, ...(moved && { remember: { exp, idl: idle } }) });
      if (updated.kind !== 'written') {
        onEvent?.({ type: 'ended' });
        throw new SessionEndedError('ended', 'The session has ended.');
      }
      if (moved) this.#record = { ...this.#record, idl: idle, exp, iss: now };
    }
    this.#data = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
  }

  public async touch(): Promise<void> {
    if (this.#record === undefined) return;
    const { lifetime, clock, reissueTime } = this.#parts.options;
    const now = Math.floor(clock.now() / 1000);
    const exp = lifetime.dueExtension(this.#record, now);
    if (exp === undefined) return;
    await this.#store.touch(identityOf(this.#id).key, now, { exp, idl: this.#record.idl }, reissueTime);
    this.#record = { ...this.#record, exp, iss: now };
  }
}
