import { setImmediate as nextTurn } from 'node:timers/promises';
import { Books } from './books';
import { ParkedCall } from './parked-call';
import { Scenario, WorldEvent } from './scenario';
import { join, set } from './steps';
import { StoredState, keyOf, statesOf } from './stored-state';
import { Stories } from './stories';
import { UserBooks } from './user-books';
import { DEADLINE, Visit } from './visit';
import type { Item } from '../../src/runtime';
import { keyOf as keyOfSession } from '../../src/runtime/table/key';
import { MemoryTable, memoryTable } from '../../src/testing';

/** One thing that may happen next, and its name in a schedule. */
export interface Choice {
  readonly name: string;
  readonly isFault: boolean;
  readonly happen: () => Promise<void>;
}

const START = Date.UTC(2026, 0, 1);
const TIMEOUT = 1200;
const TOUCH_DUE = 121;
/** The seconds that a session has left which is about to run out. */
const LEFT = 2;
const NOT_SETTLED = 200;

/** Only after the last response: nobody waits for an answer that long. */
const A_DAY = 'a day passes and TTL deletes';
const EVENTS: Readonly<Record<WorldEvent, (world: World) => void>> = {
  'the session runs out': (world) => world.pass(LEFT),
  'TTL deletes': (world) => world.table.sweep(),
  [A_DAY]: (world) => {
    world.pass(86_400);
    world.table.sweep();
  },
};

/**
 * A table, and requests whose every call waits. What happens next is for the explorer to choose; after each choice all
 * requests run until each of them waits for a call or is done.
 */
export class World {
  /** A world in which the given session stands and all requests have begun. */
  public static async begin(scenario: Scenario, stories: Stories): Promise<World> {
    const world = new World(scenario, stories);
    await world.#give();
    for (const visit of world.visits) if (typeof visit.plan.cookies !== 'object') visit.begin(world.#cookiesOf(visit));
    await world.#settle();
    return world;
  }

  public readonly table: MemoryTable;
  public readonly visits: readonly Visit[];
  public readonly schedule: string[] = [];
  public readonly books: Books;
  readonly #users: UserBooks;
  public faults = 0;
  readonly #scenario: Scenario;
  readonly #stories: Stories;
  readonly #held: { readonly name: string; readonly call: ParkedCall }[] = [];
  readonly #events: WorldEvent[];
  /** What stood under each key before its last change, for reads that lag. */
  readonly #former = new Map<string, Item | undefined>();
  readonly #items = new Map<string, Item>();
  #now = START;
  #givenId: string | undefined;
  #states: ReadonlyMap<string, StoredState> = new Map();

  private constructor(scenario: Scenario, stories: Stories) {
    this.#scenario = scenario;
    this.#stories = stories;
    this.#events = [...(scenario.events ?? [])];
    this.table = memoryTable({ clock: { now: () => this.#now } });
    this.visits = Object.entries(scenario.visits).map(([name, plan], i) => this.#visit(name, plan, i + 1));
    this.books = new Books(this.visits);
    this.#users = new UserBooks(this.visits, scenario.most ?? Infinity);
  }

  /** What may happen now, the faults left out where no more may go wrong. */
  public choices(mayFail: boolean): Choice[] {
    const isOver = this.visits.every(({ isDone }) => isDone);
    const creator = this.visits.find(({ calls: [call] }) => call !== undefined && this.#isOfNobodyElse(call));
    const visits = creator === undefined ? this.visits : [creator];
    const calls = visits.flatMap((visit) => visit.calls.flatMap((call) => this.#choicesOf(visit, call)));
    if (creator !== undefined) return calls.filter(({ isFault }) => mayFail || !isFault);
    const late = this.#held.filter(({ call }) => isOver || !this.#isOfNobodyElse(call)).map((held): Choice => ({
      name: `late: ${held.name}`,
      isFault: false,
      happen: async () => {
        this.#held.splice(this.#held.indexOf(held), 1);
        await this.#apply(held.call);
      },
    }));
    const due = this.#events.filter((event) => isOver || event !== A_DAY);
    const events = due.map((name): Choice => ({ name, isFault: false, happen: async () => this.#occur(name) }));
    return [...calls, ...late, ...events].filter(({ isFault }) => mayFail || !isFault);
  }

  /** Lets something happen, and all requests run until they wait again. */
  public async take(choice: Choice): Promise<void> {
    this.schedule.push(choice.name);
    if (choice.isFault) this.faults++;
    await choice.happen();
    await this.#settle();
  }

  /** One text for each state from which the same may come; the faults so far are no part of it. */
  public fingerprint(): string {
    const items = [...this.#states].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, { text }]) => this.#stories.of(`${key} ${text}`));
    const former = [...this.#former].sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => this.#stories.of(`${key} ${item === undefined ? '' : JSON.stringify(item)}`));
    const held = this.#held.map(({ name }) => name).sort();
    const visits = this.visits.map(({ story, clock }) => `${story}+${clock.ahead}`);
    return [items, former, visits, held, this.#events, this.books.fingerprint(), this.#users.fingerprint()].join(' | ');
  }

  /** What is wrong, in words. */
  public problems(): string[] {
    return [...this.books.problems(this.#states), ...this.#users.problems(this.table.items(), this.#seconds)];
  }

  /** What is wrong where nothing more can happen. */
  public finalProblems(): string[] {
    const waiting = this.visits.filter(({ isDone }) => !isDone).map(({ name }) => `${name} waits for ever`);
    const isUndisturbed = this.#scenario.isPeaceful === true && this.faults === 0;
    const lost = this.visits.filter(({ isSigningIn, newId }) => isUndisturbed && isSigningIn && newId === undefined);
    return [...waiting, ...lost.map(({ name }) => `${name} is not signed in, though nothing went wrong`)];
  }

  get #seconds(): number {
    return Math.floor(this.#now / 1000);
  }

  /** Lets seconds pass for everybody. */
  public pass(seconds: number): void {
    this.#now += seconds * 1000;
  }

  #visit(name: string, plan: Visit['plan'], number: number): Visit {
    return new Visit(name, plan, {
      number,
      now: () => this.#now,
      options: this.#scenario.options ?? {},
      acknowledged: (visit, tags) => this.books.acknowledge(visit, tags, this.#look()),
      ending: (visit) => this.#users.begin(visit, this.table.items(), this.#seconds),
      ended: (visit) => this.#users.done(visit),
    });
  }

  /** Puts the session that is given, which a request of its own has made once. */
  async #give(): Promise<void> {
    const { given } = this.#scenario;
    if (given === 'nothing') return;
    const { id, items } = (this.#stories.given ??= await this.#make());
    for (const item of items) this.table.put(item);
    this.#givenId = id;
    this.books.know(keyOfId(id));
    this.#users.know(keyOfId(id));
    if (given === 'a session due for a touch') this.pass(TOUCH_DUE);
    if (given === 'a session that is about to run out') this.pass(TIMEOUT - LEFT);
    this.#look();
    this.#former.clear();
  }

  async #make(): Promise<{ readonly id: string; readonly items: readonly Item[] }> {
    const steps = this.#scenario.given === 'a session of a user' ? [set('cart'), join(this.#scenario.most)] : [set('cart')];
    const maker = this.#visit('maker', { steps, cookies: 'none' }, 0);
    maker.begin(undefined);
    for (let turn = 0; !maker.isDone; turn++) {
      for (const call of maker.calls.splice(0)) (await call.apply(this.table))();
      await nextTurn();
      if (turn > NOT_SETTLED) throw new Error('the session that is given cannot be made');
    }
    return { id: maker.newId as string, items: this.table.items() };
  }

  #cookiesOf({ plan: { cookies = 'given' } }: Visit): string | undefined {
    const earlier = typeof cookies === 'object' ? this.visits.find(({ name }) => name === cookies.of) : undefined;
    if (earlier !== undefined) return earlier.setCookie.map((cookie) => cookie.split(';')[0]).join('; ');
    return cookies === 'given' && this.#givenId !== undefined ? `session_id=${this.#givenId}` : undefined;
  }

  /**
   * Whether a call creates an item whose id nobody else has: then it does not matter what happens before it and what
   * after, so it is tried at one moment alone.
   */
  #isOfNobodyElse(call: ParkedCall): boolean {
    const others = [...this.visits.flatMap(({ calls }) => calls), ...this.#held.map((held) => held.call)].filter((other) => other !== call);
    const isTaken = (key: string): boolean => this.#states.has(key) || this.#former.has(key) || others.some(({ keys }) => keys.includes(key));
    return call.verb === 'putItem' && !call.keys.some(isTaken);
  }

  #choicesOf(visit: Visit, call: ParkedCall): Choice[] {
    const what = `${visit.name}'s ${call.operation}`;
    const choice = (ending: string, isFault: boolean, happen: () => Promise<void>): Choice => ({
      name: `${what} ${ending}`,
      isFault,
      happen: async () => {
        visit.calls.splice(visit.calls.indexOf(call), 1);
        await happen();
      },
    });
    const fail = (waits: number): void => {
      visit.story = this.#stories.of(`${visit.story} no answer ${waits}`);
      visit.clock.ahead += waits;
      call.timeOut();
    };
    const answered = choice('is answered', false, async () => {
      const answer = await this.#apply(call);
      const found = call.keys.map((key) => this.#states.get(key)?.text ?? 'nothing');
      visit.story = this.#stories.of(`${visit.story} ${call.outcome} ${found.join()}`);
      answer();
    });
    if (call.isRead) {
      return [answered, ...this.#lagging(call).map((item) => choice('is answered by a replica that lags', true, async () => {
        visit.story = this.#stories.of(`${visit.story} lags ${JSON.stringify(item)}`);
        call.answer(item === undefined ? {} : { Item: item });
      })), choice('is given up', true, async () => fail(DEADLINE))];
    }
    const ways: readonly (readonly [string, number])[] = [['', 100], [' for good', DEADLINE]];
    return [answered, ...ways.flatMap(([how, waits]) => [
      choice(`is applied and its answer is lost${how}`, true, async () => {
        await this.#apply(call);
        fail(waits);
      }),
      choice(`is held back${how}`, true, async () => {
        this.#held.push({ name: `${what} ${this.#held.length + 1}`, call });
        fail(waits);
      }),
    ])];
  }

  /** Applies a call, and notes what changed. */
  async #apply(call: ParkedCall): Promise<() => void> {
    this.books.checkCall(call);
    const answer = await call.apply(this.table, this.#scenario.spoil);
    if (!call.isRead && call.outcome === 'done') this.#look();
    return answer;
  }

  /** What an eventual read may see beside what stands there. */
  #lagging(call: ParkedCall): (Item | undefined)[] {
    const key = call.isEventual ? keyOf((call.input as { readonly Key: Item }).Key) : '';
    return this.#former.has(key) ? [this.#former.get(key)] : [];
  }

  #occur(name: WorldEvent): void {
    this.#events.splice(this.#events.indexOf(name), 1);
    EVENTS[name](this);
    this.#look();
  }

  /** Takes in what the table has now. */
  #look(): ReadonlyMap<string, StoredState> {
    const items = this.table.items();
    const states = statesOf(items, Math.floor(this.#now / 1000));
    for (const [key, { text }] of this.#states) if (states.get(key)?.text !== text) this.#former.set(key, this.#items.get(key));
    for (const key of states.keys()) if (!this.#states.has(key)) this.#former.set(key, undefined);
    this.#items.clear();
    for (const item of items) this.#items.set(keyOf(item), item);
    this.#states = states;
    return states;
  }

  /** Runs until every request waits for a call, for another request, or for nothing more. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < NOT_SETTLED; turn++) {
      await nextTurn();
      const next = this.visits.find((visit) => !visit.hasBegun && this.#isDue(visit));
      if (next !== undefined) next.begin(this.#cookiesOf(next));
      else if (this.visits.every((visit) => visit.isDone || visit.calls.length > 0 || !visit.hasBegun)) return this.books.note(this.#states);
    }
    throw new Error(`after ${this.schedule.join('; ')} somebody waits for what is no call`);
  }

  #isDue({ plan: { cookies } }: Visit): boolean {
    return typeof cookies === 'object' && this.visits.some(({ name, isDone }) => name === cookies.of && isDone);
  }
}

export function keyOfId(id: string): string {
  return Buffer.from(keyOfSession(id)).toString('hex');
}
