import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case';
import type { Item, SessionClient } from '../../src/runtime/client/session-client';
import { SessionRecord, readItem, toItem } from '../../src/runtime/table/item';
import { SessionWrite, Store } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing/fake-clock';

const token = (n: number): Uint8Array => new Uint8Array(6).fill(n);
const write: SessionWrite = {
  data: { changed: new Map([['name', '"Bob"'], ['gone', undefined]]) },
  flash: new Map([['f:1', '["","one"]'], ['f:0', undefined]]),
};

/** The table's verbs against one item that stands there. */
class Bench {
  public readonly key = crypto.getRandomValues(new Uint8Array(32));
  public readonly now = Math.floor(Date.now() / 1000);
  public readonly store: Store;
  readonly #client: SessionClient;
  readonly #tableName: string;

  public constructor(client: SessionClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
    this.store = new Store(client, tableName, { clock: new FakeClock(this.now * 1000), deadline: 60_000, random: (size) => new Uint8Array(size) });
  }

  public get record(): SessionRecord {
    const times = { exp: this.now + 600, iat: this.now - 600, iss: this.now - 600, ver: 3 };
    const dat = new Map([['name', '"Ada"'], ['gone', '1'], ['kept', '2']]);
    return { ...times, upd: [], flash: new Map([['f:0', '["","zero"]']]), dat, foreign: 0 };
  }

  /** Puts the item, with attributes beside or in place of its own. */
  public async given(more: Item = {}): Promise<this> {
    const item = { ...toItem(this.key, this.record), ...more };
    await this.#client.putItem({ TableName: this.#tableName, Item: item, ConditionExpression: 'attribute_not_exists(sid)' }, this.#options);
    return this;
  }

  public async item(): Promise<unknown> {
    const input = { TableName: this.#tableName, Key: { sid: { B: this.key } }, ConsistentRead: true };
    return (await this.#client.getItem(input, this.#options)).Item;
  }

  public async found(): Promise<SessionRecord | undefined> {
    return readItem(await this.item(), this.key);
  }

  get #options(): { readonly signal: AbortSignal } {
    return { signal: new AbortController().signal };
  }
}

type Writer = (bench: Bench) => Promise<unknown>;

const remember = ({ now }: Bench): SessionWrite => ({ ...write, remember: { exp: now + 900, idl: 900 } });
const extend = ({ now }: Bench): SessionWrite => ({ ...write, extension: { exp: now + 900, idl: undefined } });
const exact: SessionWrite = { ...write, version: 3, tokens: [token(1)] };
const ended = { kind: 'ended' };

/** Every write but creation and deletion, and what it says of a session that is dead. */
const WRITERS: Readonly<Record<string, readonly [Writer, unknown]>> = {
  'a change': [({ store, key, now }) => store.update(key, now, write), ended],
  'a change that extends': [(on) => on.store.update(on.key, on.now, extend(on)), ended],
  'a change that remembers': [(on) => on.store.update(on.key, on.now, remember(on)), ended],
  'a change of all': [({ store, key, now }) => store.update(key, now, { data: { whole: new Map() }, version: 3 }), ended],
  'an exact change': [({ store, key, now }) => store.update(key, now, exact), ended],
  'a touch': [({ store, key, now }) => store.touch(key, now, { exp: now + 900, idl: undefined }, 120), false],
  'a replacement': [({ store, key, now, record }) => store.replace(key, now, record, [token(1)]), ended],
};

const DEAD: Readonly<Record<string, (bench: Bench) => Promise<unknown>>> = {
  'is not there': async () => undefined,
  'is past its time': (bench) => bench.given({ exp: { N: String(bench.now - 1) } }),
  'is dead this very second': (bench) => bench.given({ exp: { N: String(bench.now) } }),
  'has a newer format': (bench) => bench.given({ fmt: { N: '2' } }),
};

/** Every clause of every condition. */
export function storeCases(client: SessionClient, tableName: string): ConformanceCase[] {
  const bench = (): Bench => new Bench(client, tableName);
  const dead = Object.entries(DEAD).flatMap(([state, prepare]) => Object.entries(WRITERS).map(([name, [writer, outcome]]): ConformanceCase => ({
    title: `${name} does nothing to a session that ${state}`,
    run: async () => {
      const on = bench();
      await prepare(on);
      const before = await on.item();
      assert.deepEqual(await writer(on), outcome);
      assert.deepEqual(await on.item(), before);
    },
  })));
  const cases: Readonly<Record<string, (on: Bench) => Promise<void>>> = {
    'a session is created where there is none, and found as it was written': async (on) => {
      const record = { ...on.record, abs: on.now + 9000, idl: 60, upd: [token(1)], csr: token(2) };
      assert.equal(await on.store.create(on.key, record), true);
      assert.equal((await on.store.load(on.key, true)).kind, 'found');
      // Some clients give bytes as a Buffer.
      const { upd = [], csr = [], ...found } = (await on.found()) ?? on.record;
      assert.deepEqual({ ...found, upd: upd.map((bytes) => Uint8Array.from(bytes)), csr: Uint8Array.from(csr) }, record);
    },
    'a session is not created over one that is there, dead or alive': async (on) => {
      await on.given({ exp: { N: '5' } });
      const before = await on.item();
      assert.equal(await on.store.create(on.key, on.record), false);
      assert.deepEqual(await on.item(), before);
    },
    'a change writes its keys, and leaves the others and what it does not know': async (on) => {
      await on.given({ other: { S: 'kept' } });
      assert.deepEqual(await on.store.update(on.key, on.now, write), { kind: 'written' });
      const { ver, flash, dat, foreign } = (await on.found()) ?? on.record;
      assert.deepEqual({ ver, flash, dat, foreign }, {
        ver: 4, flash: new Map([['f:1', '["","one"]']]), dat: new Map([['kept', '2'], ['name', '"Bob"']]), foreign: 9,
      });
    },
    'a change that extends is refused where the idle timeout is another': async (on) => {
      await on.given({ idl: { N: '60' } });
      const extension = { exp: on.now + 900, idl: undefined };
      assert.equal((await on.store.update(on.key, on.now, { ...write, extension })).kind, 'moved');
      assert.equal((await on.store.update(on.key, on.now, { ...write, extension: { ...extension, idl: 61 } })).kind, 'moved');
      assert.equal((await on.store.update(on.key, on.now, { ...write, extension: { ...extension, idl: 60 } })).kind, 'written');
    },
    'an exact change is refused where the version is another, and told what the session is now': async (on) => {
      await on.given();
      for (const version of [2, 4]) {
        const outcome = await on.store.update(on.key, on.now, { ...write, version, tokens: [token(1)] });
        assert.equal(outcome.kind === 'moved' && outcome.record.ver, 3);
      }
      assert.equal((await on.found())?.ver, 3);
    },
    'an exact change that is repeated finds its own token, and is applied once': async (on) => {
      await on.given();
      assert.deepEqual(await on.store.update(on.key, on.now, exact), { kind: 'written' });
      assert.deepEqual(await on.store.update(on.key, on.now, exact), { kind: 'written' });
      assert.equal((await on.found())?.ver, 4);
    },
    'a touch extends, and does not count as a change': async (on) => {
      await on.given();
      assert.equal(await on.store.touch(on.key, on.now, { exp: on.now + 900, idl: undefined }, 120), true);
      assert.deepEqual(await on.found(), { ...on.record, exp: on.now + 900, iss: on.now, abs: undefined, csr: undefined, idl: undefined });
    },
    'a replacement takes the data and the messages away and leaves its token; repeated, it finds it': async (on) => {
      await on.given();
      assert.deepEqual(await on.store.replace(on.key, on.now, on.record, [token(1)]), { kind: 'written' });
      const { dat, upd, exp, ...rest } = (await on.item()) as Item;
      assert.deepEqual([dat, rest['f:0'], exp], [undefined, undefined, { N: String(on.now - 86_400) }]);
      assert.deepEqual(Buffer.from((upd as { L: { B: Uint8Array }[] }).L[0]!.B), Buffer.from(token(1)));
      assert.deepEqual(await on.store.replace(on.key, on.now, on.record, [token(1)]), { kind: 'written' });
    },
    'a replacement is refused where the version is another': async (on) => {
      await on.given();
      for (const ver of [2, 4]) assert.equal((await on.store.replace(on.key, on.now, { ...on.record, ver }, [token(1)])).kind, 'moved');
    },
    'a deletion deletes, also what is not there': async (on) => {
      await on.given();
      for (let i = 0; i < 2; i++) await on.store.delete(on.key);
      assert.deepEqual(await on.store.load(on.key, true), { kind: 'missing' });
    },
    ...untouched,
  };
  return [...dead, ...Object.entries(cases).map(([title, run]) => ({ title, run: () => run(bench()) }))];
}

/** What a touch leaves as it is. */
const TOO_SOON: Readonly<Record<string, (now: number) => Item>> = {
  'was extended just now': (now) => ({ iss: { N: String(now - 120) } }),
  'ends later already': (now) => ({ exp: { N: String(now + 900) } }),
  'has an idle timeout of its own': () => ({ idl: { N: '60' } }),
};

const untouched = Object.fromEntries(Object.entries(TOO_SOON).map(([state, more]) => [
  `a touch does nothing to a session that ${state}`,
  async (on: Bench) => {
    await on.given(more(on.now));
    const before = await on.item();
    assert.equal(await on.store.touch(on.key, on.now, { exp: on.now + 900, idl: undefined }, 120), false);
    assert.deepEqual(await on.item(), before);
  },
]));
