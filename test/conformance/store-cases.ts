import assert from 'node:assert/strict';
import type { ConformanceCase } from './conformance-case';
import type { Item, SessionClient } from '../../src/runtime/client/session-client';
import { SessionRecord, readItem, toItem } from '../../src/runtime/table/item';
import { SessionWrite, Store, Target } from '../../src/runtime/table/store';
import { FakeClock } from '../../src/testing/fake-clock';

const token = (n: number): Uint8Array => new Uint8Array(6).fill(n);
const write: SessionWrite = {
  data: { changed: new Map([['name', '"Bob"'], ['gone', undefined]]) },
  flash: new Map([['1', '["","one"]'], ['0', undefined]]),
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

  public get target(): Target {
    return { key: this.key, now: this.now };
  }

  public get record(): SessionRecord {
    const times = { exp: this.now + 600, iat: this.now - 600, iss: this.now - 600, ver: 3 };
    const dat = new Map([['name', '"Ada"'], ['gone', '1'], ['kept', '2']]);
    return { ...times, flash: new Map([['0', '["","zero"]']]), dat, otherAttributes: {} };
  }

  /** Resolves to whether a record was created under the key. */
  public async create(record: SessionRecord): Promise<boolean> {
    return (await this.store.create(this.target, () => ({ key: this.key, record }))) !== undefined;
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

const idle = ({ now }: Bench): SessionWrite => ({ ...write, idle: { exp: now + 900, idl: 900 } });
const extend = ({ now }: Bench): SessionWrite => ({ ...write, extension: { exp: now + 900, idl: undefined } });
const exact: SessionWrite = { ...write, version: 3, tokens: [token(1)] };
const ended = { kind: 'ended', outcome: 'not-applied' };

/** Every write but creation and deletion, and what it resolves to where the session is dead. */
const WRITERS: Readonly<Record<string, readonly [Writer, unknown]>> = {
  'a change': [({ store, target }) => store.update(target, write), ended],
  'a change that extends': [(on) => on.store.update(on.target, extend(on)), ended],
  'a change of the idle timeout': [(on) => on.store.update(on.target, idle(on)), ended],
  'a change of all': [({ store, target }) => store.update(target, { data: { whole: new Map() }, version: 3 }), ended],
  'an exact change': [({ store, target }) => store.update(target, exact), ended],
  'a touch': [({ store, target, now }) => store.touch(target, { exp: now + 900, idl: undefined }, 120), false],
};

const DEAD: Readonly<Record<string, readonly [(bench: Bench) => Promise<unknown>, freeze: string]>> = {
  'is not there': [async () => undefined, 'gone'],
  'is past its time': [(bench) => bench.given({ exp: { N: String(bench.now - 1) } }), 'expired'],
  'is dead this very second': [(bench) => bench.given({ exp: { N: String(bench.now) } }), 'expired'],
  'has a newer format': [(bench) => bench.given({ fmt: { N: '2' } }), 'gone'],
  'is frozen': [(bench) => bench.given({ frz: { B: token(9) } }), 'frozen'],
  'was buried': [(bench) => bench.store.bury(bench.target, token(9)), 'gone'],
};

/** Every clause of every condition. */
export function storeCases(client: SessionClient, tableName: string): ConformanceCase[] {
  const bench = (): Bench => new Bench(client, tableName);
  const dead = Object.entries(DEAD).flatMap(([state, [prepare, kind]]) => {
    const freeze: Writer = async ({ store, target, now }) => (await store.freeze(target, token(1), now + 600)).kind;
    return Object.entries({ ...WRITERS, 'a freeze': [freeze, kind] as const }).map(([name, [writer, outcome]]): ConformanceCase => ({
      title: `${name} does nothing to a session that ${state}`,
      run: async () => {
        const on = bench();
        await prepare(on);
        const before = await on.item();
        assert.deepEqual(await writer(on), outcome);
        assert.deepEqual(await on.item(), before);
      },
    }));
  });
  const cases: Readonly<Record<string, (on: Bench) => Promise<void>>> = {
    'a session is created where there is none, and found as it was written': async (on) => {
      const record = { ...on.record, abs: on.now + 9000, idl: 60, upd: [token(1)], csr: token(2), usr: token(3) };
      assert.equal(await on.create(record), true);
      assert.equal((await on.store.load(on.target, true)).kind, 'found');
      // Some clients give bytes as a Buffer.
      const { upd = [], csr = [], usr = [], ...found } = (await on.found()) ?? on.record;
      const bytes = { upd: upd.map((each) => Uint8Array.from(each)), csr: Uint8Array.from(csr), usr: Uint8Array.from(usr) };
      assert.deepEqual({ ...found, ...bytes }, record);
    },
    'a session is not created over one that is there, dead or alive': async (on) => {
      await on.given({ exp: { N: '5' } });
      const before = await on.item();
      assert.equal(await on.create(on.record), false);
      assert.deepEqual(await on.item(), before);
    },
    'a change writes its keys, and leaves the others and what it does not know': async (on) => {
      await on.given({ other: { S: 'kept' } });
      assert.deepEqual(await on.store.update(on.target, write), { kind: 'written' });
      const { ver, flash, dat, otherAttributes } = (await on.found()) ?? on.record;
      assert.deepEqual({ ver, flash, dat, otherAttributes }, {
        ver: 4, flash: new Map([['1', '["","one"]']]), dat: new Map([['kept', '2'], ['name', '"Bob"']]), otherAttributes: { other: { S: 'kept' } },
      });
    },
    'a change that extends is refused where the idle timeout is another': async (on) => {
      await on.given({ idl: { N: '60' } });
      const extension = { exp: on.now + 900, idl: undefined };
      assert.equal((await on.store.update(on.target, { ...write, extension })).kind, 'moved');
      assert.equal((await on.store.update(on.target, { ...write, extension: { ...extension, idl: 61 } })).kind, 'moved');
      assert.equal((await on.store.update(on.target, { ...write, extension: { ...extension, idl: 60 } })).kind, 'written');
    },
    'an exact change is refused where the version is another, and told what the session is now': async (on) => {
      await on.given();
      for (const version of [2, 4]) {
        const outcome = await on.store.update(on.target, { ...write, version, tokens: [token(1)] });
        assert.equal(outcome.kind === 'moved' && outcome.record.ver, 3);
      }
      assert.equal((await on.found())?.ver, 3);
    },
    'an exact change that is repeated finds its own token, and is applied once': async (on) => {
      await on.given();
      assert.deepEqual(await on.store.update(on.target, exact), { kind: 'written' });
      assert.deepEqual(await on.store.update(on.target, exact), { kind: 'written' });
      assert.equal((await on.found())?.ver, 4);
    },
    'a touch extends, and does not count as a change': async (on) => {
      await on.given();
      assert.equal(await on.store.touch(on.target, { exp: on.now + 900, idl: undefined }, 120), true);
      assert.deepEqual(await on.found(), { ...on.record, exp: on.now + 900, iss: on.now });
    },
    'a change of the idle timeout moves the end back as well as forward, and forgetting takes it away': async (on) => {
      await on.given({ idl: { N: '900' } });
      assert.deepEqual(await on.store.update(on.target, { ...write, idle: { exp: on.now + 60, idl: 60 } }), { kind: 'written' });
      assert.deepEqual([(await on.found())?.idl, (await on.found())?.exp], [60, on.now + 60]);
      assert.deepEqual(await on.store.update(on.target, { ...write, idle: { exp: on.now + 700, idl: undefined } }), { kind: 'written' });
      assert.deepEqual([(await on.found())?.idl, (await on.found())?.exp], [undefined, on.now + 700]);
    },
    'a change of all takes the place of the data, and the messages and the secret stay': async (on) => {
      await on.given({ csr: { B: token(4) } });
      assert.deepEqual(await on.store.update(on.target, { data: { whole: new Map([['all', '1']]) }, version: 3 }), { kind: 'written' });
      const { dat, flash, csr = [] } = (await on.found()) ?? on.record;
      assert.deepEqual([dat, flash, Uint8Array.from(csr)], [new Map([['all', '1']]), on.record.flash, token(4)]);
    },
    'the largest change of one update is taken': async (on) => {
      const some = <Value>(name: string, count: number, value: Value) => Array.from({ length: count }, (_, i): [string, Value] => [`${name}${i}`, value]);
      const gone = some('gone', 250, '["",1]');
      await on.given(Object.fromEntries([...gone.map(([name, S]) => [`f:${name}`, { S }]), ['idl', { N: '60' }]]));
      const largest: SessionWrite = {
        ...{ data: { changed: new Map(some('k'.repeat(250), 100, '1')) }, csr: token(2), tokens: [token(1)], version: 3 },
        flash: new Map([...some<string | undefined>('added', 100, '["",2]'), ...gone.map(([name]): [string, undefined] => [name, undefined])]),
        extension: { exp: on.now + 900, idl: 60 },
      };
      assert.deepEqual(await on.store.update(on.target, largest), { kind: 'written' });
      const { dat, flash } = (await on.found()) ?? on.record;
      assert.deepEqual([dat.size, flash.size], [103, 101]);
    },
    'a freeze gives the final image, and keeps all that the item holds but its end': async (on) => {
      await on.given({ other: { S: 'kept' }, upd: { L: [{ B: token(5) }] } });
      const result = await on.store.freeze(on.target, token(1), on.now);
      const { frz = [], upd = [], ...image } = result.kind === 'frozen' ? result.image : on.record;
      assert.deepEqual(image, { ...on.record, exp: on.now + 3600, otherAttributes: { other: { S: 'kept' } } });
      assert.deepEqual([Uint8Array.from(frz), upd.map((each) => Uint8Array.from(each))], [token(1), [token(5)]]);
      assert.deepEqual((await on.found())?.dat, on.record.dat);
    },
    'a freeze that is repeated, and one by another request, find the image of the first': async (on) => {
      await on.given();
      await on.store.freeze(on.target, token(1), on.now);
      for (const n of [1, 2]) {
        const result = await on.store.freeze(on.target, token(n), on.now);
        assert.deepEqual(result.kind === 'frozen' && Uint8Array.from(result.image.frz ?? []), token(1));
      }
    },
    'of a session that is gone a freeze knows by its former end whether it ran out': async (on) => {
      assert.deepEqual(await on.store.freeze(on.target, token(1), on.now), { kind: 'expired' });
      assert.deepEqual(await on.store.freeze(on.target, token(1), on.now + 1), { kind: 'gone' });
    },
    'an exact change finds its token in a session that was frozen after it': async (on) => {
      await on.given();
      await on.store.update(on.target, exact);
      await on.store.freeze(on.target, token(7), on.now);
      assert.deepEqual(await on.store.update(on.target, exact), { kind: 'written' });
      assert.deepEqual(await on.store.update(on.target, { ...exact, tokens: [token(2)] }), ended);
    },
    'a burial ends a session, is found as nothing, refuses a late creation, and may be repeated': async (on) => {
      await on.given();
      for (let i = 0; i < 2; i++) await on.store.bury(on.target, token(1));
      assert.deepEqual(await on.store.load(on.target, true), { kind: 'missing' });
      assert.equal(await on.create(on.record), false);
    },
    'a burial leaves the image of a new id that is under way as it is': async (on) => {
      await on.given();
      await on.store.freeze(on.target, token(1), on.now);
      const before = await on.item();
      await on.store.bury(on.target, token(2));
      assert.deepEqual(await on.item(), before);
    },
    'a deletion deletes, also what is not there': async (on) => {
      await on.given();
      for (let i = 0; i < 2; i++) await on.store.delete(on.target);
      assert.deepEqual(await on.store.load(on.target, true), { kind: 'missing' });
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
    assert.equal(await on.store.touch(on.target, { exp: on.now + 900, idl: undefined }, 120), false);
    assert.deepEqual(await on.item(), before);
  },
]));
