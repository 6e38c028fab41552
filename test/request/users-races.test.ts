import { randomBytes } from 'node:crypto';
import { SessionClient, SessionFactory, SessionUnavailableError, TransactWriteItemsInput, sessionFactory } from '../../src/runtime';
import { keyOf, refOf, userKeyOf } from '../../src/runtime/table/key';
import { FakeClock, MemoryTable, memoryTable } from '../../src/testing';
import { attempt } from '../support/attempt';
import { findDynoxide } from '../support/engines';
import { awsError } from '../support/scripted-client';
import { TestTable } from '../support/table';

const DAY = 86_400;
type Item = ReturnType<MemoryTable['items']>[number];

const hex = (item: Item) => Buffer.from((item.sid as { B: Uint8Array }).B).toString('hex');
const numberOf = (item: Item, name: string) => Number((item[name] as { N: string }).N);
const livingIn = (items: readonly Item[], now: number) =>
  items.filter((item) => item.usr !== undefined && item.frz === undefined && numberOf(item, 'exp') > now);
const listedIn = (items: readonly Item[]) =>
  new Set(items.flatMap(({ ses }) => Object.keys((ses as { M: object } | undefined)?.M ?? {})));

/** Numbers between 0 and 1 that a seed decides: a congruence, the higher digits of it. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor(state / 2 ** 11) / 2 ** 20;
  };
}

/** A client that takes its time, loses answers, and lets calls arrive late, each by chance. */
class Weather implements SessionClient {
  public readonly singleAttempt = true;
  /** Transactions whose caller was told that there was no answer, and that have not arrived. */
  public readonly late: TransactWriteItemsInput[] = [];
  readonly #table: Required<SessionClient>;
  readonly #chance: () => number;
  public faults = 0.05;

  public constructor(table: SessionClient, chance: () => number) {
    this.#table = table as Required<SessionClient>;
    this.#chance = chance;
  }

  public readonly getItem: SessionClient['getItem'] = (input, options) => this.#pass(() => this.#table.getItem(input, options));
  public readonly putItem: SessionClient['putItem'] = (input, options) => this.#pass(() => this.#table.putItem(input, options));
  public readonly updateItem: SessionClient['updateItem'] = (input, options) => this.#pass(() => this.#table.updateItem(input, options));
  public readonly deleteItem: SessionClient['deleteItem'] = (input, options) => this.#pass(() => this.#table.deleteItem(input, options));
  public readonly transactWrite: Required<SessionClient>['transactWrite'] = async (input, options) => {
    if (this.#chance() >= this.faults) return this.#pass(() => this.#table.transactWrite(input, options));
    this.late.push(input);
    throw awsError('TimeoutError');
  };

  async #pass<Output>(call: () => Promise<Output>): Promise<Output> {
    for (let turns = Math.floor(this.#chance() * 4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    const output = await call();
    if (this.#chance() < this.faults) throw awsError('TimeoutError');
    return output;
  }
}

describe.each([1, 2, 3])('200 sign-ins of a user beside 50 endAll from several factories, with lost and late answers (seed %d),', (seed) => {
  const clock = new FakeClock();
  const chance = numbersFrom(seed);
  const table = memoryTable({ clock });
  const weather = new Weather(table, chance);
  const now = () => Math.floor(clock.now() / 1000);
  const factories = Array.from({ length: 4 }, () =>
    sessionFactory({ tableName: 'Sessions', client: weather, clock, absoluteTimeout: DAY, deadline: 60_000 }));
  const anyFactory = () => factories[Math.floor(chance() * factories.length)] as SessionFactory;
  /** Sessions that an acknowledged `endAll` had to end. */
  const ended = new Set<string>();
  const counts = { signIns: 0, endAlls: 0 };

  const check = () => {
    const items = table.items();
    const living = livingIn(items, now());
    const listed = listedIn(items);
    expect(living.filter((item) => !listed.has(refOf((item.sid as { B: Uint8Array }).B)))).toEqual([]);
    expect(living.filter((item) => ended.has(hex(item)))).toEqual([]);
  };

  const signIn = async () => {
    const request = anyFactory().forRequest({ cookies: '', https: true });
    const isDone = await attempt(async () => {
      (await request.session()).signIn('ada');
      await request.commit();
    });
    if (isDone) counts.signIns++;
  };

  const endAll = async () => {
    const before = livingIn(table.items(), now()).map(hex);
    if (!(await attempt(() => anyFactory().user('ada').endAll()))) return;
    counts.endAlls++;
    for (const key of before) ended.add(key);
    check();
  };

  test('leave no session alive that is not listed, and none that an endAll before it should have ended', async () => {
    const acts = [...Array.from({ length: 200 }, () => signIn), ...Array.from({ length: 50 }, () => endAll)]
      .map((act) => ({ act, at: chance() }))
      .sort((one, other) => one.at - other.at);
    while (acts.length > 0) await Promise.all(acts.splice(0, 1 + Math.floor(chance() * 12)).map(({ act }) => act().then(check)));
    expect(counts.signIns).toBeGreaterThan(150);
    expect(counts.endAlls).toBeGreaterThan(35);
  });

  test('nor do transactions that arrive after DynamoDB has forgotten their tokens', async () => {
    clock.advanceSeconds(601);
    const before = livingIn(table.items(), now()).map(hex).sort();
    expect(weather.late.length).toBeGreaterThan(3);
    for (const input of weather.late.splice(0)) await table.transactWrite(input).catch(() => undefined);
    expect(livingIn(table.items(), now()).map(hex).sort()).toEqual(before);
    check();
  });

  test('and a last endAll ends all', async () => {
    weather.faults = 0;
    await anyFactory().user('ada').endAll();
    expect(livingIn(table.items(), now())).toEqual([]);
  });
});

describe.each([4, 5])('Sign-ins with most: 3 beside new ids and sign-outs, with lost and late answers (seed %d),', (seed) => {
  test('never let a fourth session live', async () => {
    const clock = new FakeClock();
    const chance = numbersFrom(seed);
    const table = memoryTable({ clock });
    const weather = new Weather(table, chance);
    const options = { tableName: 'Sessions', client: weather, clock, absoluteTimeout: DAY, deadline: 60_000 };
    const factories = [sessionFactory(options), sessionFactory(options), sessionFactory(options)];
    const cookies: string[] = [];
    let signIns = 0;

    const visit = async (kind: number) => {
      const factory = factories[Math.floor(chance() * 3)] as SessionFactory;
      const request = factory.forRequest({ cookies: chance() < 0.5 ? cookies[Math.floor(chance() * cookies.length)] : '', https: true });
      await attempt(async () => {
        const session = await request.session();
        if (kind < 0.6) session.signIn('ada', { most: 3 });
        else if (kind < 0.8) session.regenerate();
        else await session.invalidate();
        const { setCookie } = await request.commit();
        const [id] = setCookie.filter((cookie) => /^session_id=[^;]/.test(cookie));
        if (id !== undefined) cookies.push(id.split(';')[0] ?? '');
        if (kind < 0.6) signIns++;
      });
      expect(livingIn(table.items(), Math.floor(clock.now() / 1000)).length).toBeLessThanOrEqual(3);
    };

    for (let round = 0; round < 60; round++) {
      await Promise.all(Array.from({ length: 1 + Math.floor(chance() * 6) }, () => visit(chance())));
      clock.advanceSeconds(1);
    }
    clock.advanceSeconds(601);
    for (const input of weather.late) await table.transactWrite(input).catch(() => undefined);
    expect(livingIn(table.items(), Math.floor(clock.now() / 1000)).length).toBeLessThanOrEqual(3);
    expect(signIns).toBeGreaterThan(60);
  });
});

describe('A transaction whose answer was lost', () => {
  const setUp = () => {
    const clock = new FakeClock();
    const table = memoryTable({ clock });
    const inputs: TransactWriteItemsInput[] = [];
    const script: ('lose' | 'hold' | 'conflict')[] = [];
    const client: SessionClient = Object.assign(Object.create(table) as MemoryTable, {
      getItem: table.getItem.bind(table),
      putItem: table.putItem.bind(table),
      updateItem: table.updateItem.bind(table),
      deleteItem: table.deleteItem.bind(table),
      transactWrite: async (input: TransactWriteItemsInput) => {
        inputs.push(structuredClone(input));
        const what = script.shift();
        if (what === 'conflict') throw awsError('TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] });
        if (what !== 'hold') await table.transactWrite(input);
        if (what !== undefined) throw awsError('TimeoutError');
        return {};
      },
    });
    const sessions = sessionFactory({ tableName: 'Sessions', client, clock, absoluteTimeout: DAY });
    return { clock, table, inputs, script, sessions };
  };
  const living = ({ table, clock }: ReturnType<typeof setUp>) => livingIn(table.items(), Math.floor(clock.now() / 1000));

  test.each(['lose', 'hold', 'conflict'] as const)('(%s) is repeated with the same token and the same content, and applied once', async (what) => {
    const scene = setUp();
    scene.script.push(what, what);
    const request = scene.sessions.forRequest({ cookies: '', https: true });
    const session = await request.session();
    session.signIn('ada');
    await request.commit();
    const [first, ...more] = scene.inputs;
    expect(more).toEqual([first, first]);
    expect(first?.ClientRequestToken).toMatch(/^[\w-]{24}$/);
    expect(await scene.sessions.user('ada').list()).toMatchObject([{ ref: session.ref }]);
    expect(living(scene)).toHaveLength(1);
  });

  test('for good fails the request; the session may live, and is listed then', async () => {
    const scene = setUp();
    scene.script.push('lose', 'lose', 'lose', 'lose', 'lose');
    const request = scene.sessions.forRequest({ cookies: '', https: true });
    (await request.session()).signIn('ada');
    await expect(request.commit()).rejects.toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(await scene.sessions.user('ada').list()).toHaveLength(1);
  });

  test('for good and is saved again takes the place of what the lost one stored: one session is listed, and lives', async () => {
    for (const regenerates of [false, true]) {
      const scene = setUp();
      const first = scene.sessions.forRequest({ cookies: '', https: true });
      (await first.session()).signIn('ada', { device: 'phone' });
      const [cookie] = (await first.commit()).setCookie;
      const request = scene.sessions.forRequest({ cookies: cookie?.split(';')[0], https: true });
      const session = await request.session();
      if (regenerates) session.regenerate();
      else session.signIn('ada', { device: 'phone' });
      session.set('count', 1);
      scene.script.push('lose', 'lose', 'lose', 'lose', 'lose');
      await expect(session.save()).rejects.toBeInstanceOf(SessionUnavailableError);
      session.set('more', 2);
      await session.save();
      expect(await scene.sessions.user('ada').list()).toMatchObject([{ ref: session.ref, device: 'phone' }]);
      expect(living(scene)).toHaveLength(1);
      const [next] = (await request.commit()).setCookie;
      const visit = scene.sessions.forRequest({ cookies: next?.split(';')[0], https: true });
      expect((await visit.session()).toObject()).toEqual({ count: 1, more: 2 });
    }
  });

  test('and whose session was ended meanwhile brings nothing back', async () => {
    const scene = setUp();
    scene.script.push('hold', 'hold', 'hold', 'hold', 'hold');
    const request = scene.sessions.forRequest({ cookies: '', https: true });
    (await request.session()).signIn('ada');
    await expect(request.commit()).rejects.toBeInstanceOf(SessionUnavailableError);
    const [late] = scene.inputs;
    await scene.sessions.user('ada').endAll();
    for (const seconds of [0, 601, 3600, DAY]) {
      scene.clock.advanceSeconds(seconds);
      scene.table.sweep();
      await expect(scene.table.transactWrite(late as TransactWriteItemsInput).then(() => living(scene), () => [])).resolves.toEqual([]);
    }
  });

  test('goes on with a new sign-in where a session ended before it in the same request', async () => {
    const scene = setUp();
    const first = scene.sessions.forRequest({ cookies: '', https: true });
    (await first.session()).signIn('ada');
    const cookie = (await first.commit()).setCookie[0]?.split(';')[0];
    const request = scene.sessions.forRequest({ cookies: cookie, https: true });
    const session = await request.session();
    await scene.sessions.user('ada').endAll();
    session.set('count', 1);
    await expect(session.save()).rejects.toMatchObject({ code: 'ended' });
    session.signIn('ada');
    await session.save();
    expect(living(scene)).toHaveLength(1);
    expect((await request.commit()).setCookie.length).toBeGreaterThan(0);
  });
});

test('On a real engine 60 sign-ins beside 15 endAll keep the same promises', async () => {
  const engine = findDynoxide();
  if (engine === undefined) return;
  const table = await TestTable.start(engine);
  const clock = new FakeClock();
  const options = { tableName: table.name, client: table.client, clock, absoluteTimeout: DAY, deadline: 60_000 };
  const factories = [sessionFactory(options), sessionFactory(options), sessionFactory(options)];
  const factory = () => factories[(randomBytes(1)[0] as number) % 3] as SessionFactory;
  const ended = new Set<string>();
  const now = Math.floor(clock.now() / 1000);
  const acts = Array.from({ length: 75 }, (_, i) => async () => {
    if (i % 5 === 4) {
      const before = livingIn((await table.items()) as Item[], now).map(hex);
      if (await attempt(() => factory().user('ada').endAll())) for (const key of before) ended.add(key);
      return;
    }
    const request = factory().forRequest({ cookies: '', https: true });
    await attempt(async () => {
      (await request.session()).signIn('ada');
      await request.commit();
    });
  });
  while (acts.length > 0) await Promise.all(acts.splice(0, 8).map((act) => act()));
  const items = (await table.items()) as Item[];
  const living = livingIn(items, now);
  const listed = listedIn(items);
  expect(living.filter((item) => ended.has(hex(item)))).toEqual([]);
  expect(living.filter((item) => !listed.has(refOf((item.sid as { B: Uint8Array }).B)))).toEqual([]);
  await table.stop();
});

test('The key of a user\'s item is none that a session id or a namespace could lead to', () => {
  const keys = [userKeyOf('ada'), userKeyOf('ada', 'x'), keyOf('ada'), keyOf('ada', 'user'), userKeyOf('x\0ada'), userKeyOf('ada', 'x\0')];
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(keys.length);
});
