import type { Scheduler } from 'fast-check';
import { Books, USERS, refOfItem } from './books';
import { Fate, fatedClient } from './fated-client';
import { Request, Step } from './request';
import { Clock, SessionFactory, SessionFactoryOptions, sessionFactory } from '../../src/runtime';
import { CookieJar, FakeClock, MemoryTable, memoryTable } from '../../src/testing';
import { countedBytes, withRandom } from '../explorer/deterministic-random';

/** One request: who sends it, with what cookies, what it does, and how it ends. */
export interface Visit {
  /** 2 is the attacker, who plants his cookie on visitor 0. */
  readonly visitor: 0 | 1 | 2;
  /**
   * - `own`: those of the browser
   * - `none`: none, as from a new device, whose cookies are the browser's from then on
   * - `old`: an id that has ended
   * - `garbage`: the browser's, among what is no cookie of ours
   * - `dead ones too`: the browser's, with two ids that nobody issued
   * - `planted`: the browser's, and the attacker's, as a sibling host plants it on visitor 0
   */
  readonly cookies: 'own' | 'none' | 'old' | 'garbage' | 'dead ones too' | 'planted';
  readonly steps: readonly Step[];
  readonly end: 'commit' | 'fail';
  /** Seconds that the clock of its function is ahead of the others. */
  readonly ahead: number;
}

/** Requests that overlap, and what comes before them. */
export interface Round {
  /** Seconds that pass before. */
  readonly wait: number;
  /** Whether TTL deletes what is past its time. */
  readonly sweep: boolean;
  readonly visits: readonly Visit[];
}

/** How the sessions of a walk are stored. */
export type Settings = Pick<SessionFactoryOptions, 'compress' | 'sealed' | 'absoluteTimeout'>;

const NEVER_ISSUED = ['A', 'B', 'C'].map((letter) => letter.repeat(43));
/** More than any walk waits: a call fails by its fate alone. */
const DEADLINE = 900_000;

/** A shop whose visitors' requests overlap in an order that fast-check chooses, beside the books of what they were told. */
export class Shop {
  readonly #clock = new FakeClock();
  readonly #table: MemoryTable;
  readonly #books = new Books();
  readonly #jars: readonly [CookieJar, CookieJar, CookieJar];
  readonly #scheduler: Scheduler;
  readonly #fates: Fate[];
  readonly #settings: Settings;
  readonly #oldIds: string[] = [];
  readonly #ids = new Set<string>();
  #requests = 0;

  public constructor(scheduler: Scheduler, fates: readonly Fate[], settings: Settings) {
    this.#scheduler = scheduler;
    this.#fates = [...fates];
    this.#settings = settings;
    this.#table = memoryTable({ clock: this.#clock });
    const jar = () => new CookieJar(() => this.#clock.now());
    this.#jars = [jar(), jar(), jar()];
  }

  public get problems(): ReadonlySet<string> {
    return this.#books.problems;
  }

  public async play({ wait, sweep, visits }: Round): Promise<void> {
    this.#clock.advanceSeconds(wait);
    if (sweep) this.#table.sweep();
    this.#check();
    await this.#scheduler.waitFor(Promise.all(visits.map((visit) => this.#visit(visit))));
    await this.#readAll();
  }

  /** Lets everything come that is still under way. */
  public async end(): Promise<void> {
    await this.#scheduler.waitIdle();
    await this.#readAll();
    const texts = JSON.stringify(this.#table.items());
    if ([...this.#ids].some((id) => texts.includes(id))) this.#books.problems.add('an id stands in the table');
    if (USERS.some((user) => texts.includes(user))) this.#books.problems.add('a user id stands in the table');
    if (Object.keys(Object.prototype).length > 0) this.#books.problems.add('Object.prototype was changed');
  }

  async #visit(visit: Visit): Promise<void> {
    const jar = this.#jars[visit.visitor];
    const cookies = this.#cookies(visit, jar);
    const mayDelete = visit.steps.some((step) => step === 'signOut' || step === 'leave') || visit.cookies === 'planted';
    const made = new Set<string>();
    const hasUsers = this.#settings.absoluteTimeout !== undefined;
    const request = new Request(this.#books, visit, { serial: ++this.#requests, made, hasUsers, now: () => this.#clock.now() });
    const client = fatedClient(this.#table, {
      scheduler: this.#scheduler, fates: this.#fates, check: () => this.#check(), note: (problem) => this.#books.problems.add(problem),
    }, mayDelete);
    const counted = countedBytes(this.#requests);
    const random = (size: number): Buffer => {
      const bytes = counted(size);
      if (size === 32) made.add(this.#own(bytes.toString('base64url'), visit.visitor));
      return bytes;
    };
    const options = { client, clock: this.#clockOf(visit.ahead), onEvent: request.onEvent, ...this.#options };
    const sessions = withRandom(random, () => sessionFactory<Record<string, unknown>>(options));
    const { setCookie, ended } = await request.run(sessions as SessionFactory, sessions.forRequest({ cookies, https: true }));
    for (const id of ended) this.#oldIds.push(id);
    if (visit.cookies !== 'old') jar.store(setCookie);
    this.#check();
  }

  get #options(): SessionFactoryOptions {
    return { tableName: 'Sessions', deadline: DEADLINE, ...this.#settings };
  }

  #own(id: string, visitor: number): string {
    this.#ids.add(id);
    return this.#books.own(id, visitor);
  }

  #cookies({ cookies, visitor }: Visit, jar: CookieJar): string[] {
    const planted = (visitor === 0 ? this.#jars[2] : jar).cookies().filter((cookie) => cookie.startsWith('session_id='));
    switch (cookies) {
      case 'old': return [`session_id=${this.#oldIds.at(-1) ?? NEVER_ISSUED[0]}`];
      case 'none': return [];
      case 'garbage': return ['session_id=%00', 'session_id', ...jar.cookies(), 'session_id="quoted"; __proto__=1'];
      case 'dead ones too': return [`session_id=${NEVER_ISSUED[1]}`, ...jar.cookies(), `session_id=${NEVER_ISSUED[2]}`];
      case 'planted': return [...planted, ...jar.cookies()];
      default: return jar.cookies();
    }
  }

  #clockOf(ahead: number): Clock {
    const clock = this.#clock;
    return { now: () => clock.now() + ahead * 1000, after: (wait, callback) => clock.after(wait, callback), sleep: (wait) => clock.sleep(wait) };
  }

  #check(): void {
    this.#books.check(this.#table.items(), Math.floor(this.#clock.now() / 1000));
  }

  /** Reads every session that a browser has, as a request would that comes now and alone. */
  async #readAll(): Promise<void> {
    this.#check();
    const sessions = sessionFactory<Record<string, unknown>>({ client: this.#table, clock: this.#clock, consistency: 'strong', ...this.#options });
    for (const user of USERS) {
      const listed = (await sessions.user(user).list()).map(({ ref }) => ref).sort();
      if (listed.join() !== this.#books.livingOf(user).sort().join()) this.#books.problems.add('the list of a user is not what lives');
    }
    const ids = [...this.#jars.map((jar) => jar.get('session_id')), ...this.#oldIds];
    const living = new Set(this.#table.items().map(refOfItem));
    for (const id of ids) {
      if (id === undefined || id === '') continue;
      const session = await sessions.forRequest({ cookies: `session_id=${id}`, https: true, readOnly: true }).session();
      if (session.ref === undefined) continue;
      if (!living.has(session.ref)) this.#books.problems.add('a session is read that is not there');
      this.#books.checkSeen(session.ref, { values: new Map(session.entries()), messages: session.peekFlash().map(String) });
    }
  }
}
