import { countedBytes, withRandom } from './deterministic-random';
import { ParkedCall, parkingClient } from './parked-call';
import {
  Clock, Session, SessionConflictError, SessionFactory, SessionFactoryOptions, SessionRequest, UserSessions, sessionFactory,
} from '../../src/runtime';
import { attempt } from '../support/attempt';

/** What sessions hold here: each key is written by one visit, and `log` by exact updates. */
export type Data = Record<string, unknown> & { log?: string[] };

/** One thing that a handler does. */
export type Step = (visit: Visit) => Promise<void>;

/** A request as the scenario wants it. */
export interface VisitPlan {
  readonly steps: readonly Step[];
  /** Whose cookies it brings: those of the session that was there, none, or those of an earlier visit. */
  readonly cookies?: 'given' | 'none' | { readonly of: string };
  /** The handler goes on where a step fails, as one that catches errors does. */
  readonly catches?: boolean;
}

/** How long a call may take in all, in milliseconds. */
export const DEADLINE = 3000;

/** The clock of one function: it runs with the world's, and is ahead by what its calls have waited. */
class VisitClock implements Clock {
  public ahead = 0;
  readonly #world: () => number;

  public constructor(world: () => number) {
    this.#world = world;
  }

  public now(): number {
    return this.#world() + this.ahead;
  }

  /** Nothing times out by itself: the explorer decides. */
  public after(): () => void {
    return () => undefined;
  }

  public async sleep(milliseconds: number): Promise<void> {
    this.ahead += milliseconds;
  }
}

/** What a visit needs to know of the world. */
export interface Surroundings {
  readonly number: number;
  readonly now: () => number;
  readonly options: SessionFactoryOptions;
  /** Called where something that was written is acknowledged. */
  readonly acknowledged: (visit: Visit, tags: readonly string[]) => void;
  /** Called where a visit begins to end the sessions of the user, and where it was told that they are ended. */
  readonly ending: (visit: Visit) => void;
  readonly ended: (visit: Visit) => void;
}

/** One request under way, and what its handler was told. */
export class Visit {
  public readonly calls: ParkedCall[] = [];
  public readonly events: string[] = [];
  /** The ids that it made, and those of them that it made before it signed out. */
  public readonly made: string[] = [];
  public readonly left: string[] = [];
  /** What the handler has written and was not told to be stored. */
  readonly #drafts = new Set<string>();
  /** What a sign-in writes, and must never stand under an id that was known before. */
  public readonly secrets = new Set<string>();
  /** What `update` said was not applied, and must be nowhere. */
  public readonly refused = new Set<string>();
  public readonly clock: VisitClock;
  public isSigningIn = false;
  /** It asked to be signed out; whether it was, it may not have been told. */
  public hasTriedToLeave = false;
  /** Whether its session is one of the user, so that others may end it at any time. */
  public isOfUser = false;
  /** Whether it gives a session of the user a new id without a sign-in. */
  public isKeepingUser = false;
  public hasSignedOut = false;
  public isDone = false;
  public setCookie: readonly string[] = [];
  public problem: string | undefined;
  /** What it was told so far, by a number for each story. */
  public story = 0;
  readonly #around: Surroundings;
  #updates = 0;
  #request: SessionRequest<Data> | undefined;
  #sessions: SessionFactory<Data> | undefined;

  public constructor(public readonly name: string, public readonly plan: VisitPlan, around: Surroundings) {
    this.#around = around;
    this.clock = new VisitClock(around.now);
  }

  /** Begins the request. It runs until its first call. */
  public begin(cookies: string | undefined): void {
    const counted = countedBytes(this.#around.number);
    const random = (size: number): Buffer => {
      const bytes = counted(size);
      if (size === 32) this.made.push(bytes.toString('base64url'));
      return bytes;
    };
    const client = parkingClient(this.name, (call) => this.calls.push(call));
    const onEvent = ({ type }: { readonly type: string }): void => void this.events.push(type);
    const options = { tableName: 'Sessions', client, clock: this.clock, deadline: DEADLINE, onEvent, ...this.#around.options };
    const sessions = withRandom(random, () => sessionFactory<Data>(options));
    this.#sessions = sessions;
    this.#request = sessions.forRequest({ cookies, https: true });
    void this.#run(this.#request);
  }

  public get hasBegun(): boolean {
    return this.#request !== undefined;
  }

  public session(): Promise<Session<Data>> {
    return this.#began.session();
  }

  /** The text that this visit writes for a key. */
  public write(key: string): string {
    const tag = `<${this.name}.${key}>`;
    this.#drafts.add(tag);
    if (this.isSigningIn) this.secrets.add(tag);
    return tag;
  }

  public signIn(): void {
    this.isSigningIn = true;
    for (const tag of this.#drafts) this.secrets.add(tag);
  }

  public async update(): Promise<void> {
    const tag = `<${this.name}.log${++this.#updates}>`;
    if (this.isSigningIn) this.secrets.add(tag);
    const session = await this.session();
    try {
      await session.update('log', (log = []) => [...log, tag]);
      this.#around.acknowledged(this, [tag]);
    } catch (error) {
      if (!(error instanceof SessionConflictError)) this.refused.add(tag);
      throw error;
    }
  }

  public async save(): Promise<void> {
    const session = await this.session();
    await this.#stored(() => session.save());
  }

  /** Ends sessions of the user, outside of this request's own. */
  public async end(ends: (user: UserSessions) => Promise<unknown>): Promise<void> {
    this.#around.ending(this);
    if ((await ends((this.#sessions as SessionFactory<Data>).user('ada'))) !== false) this.#around.ended(this);
  }

  public async signOut(): Promise<void> {
    this.hasTriedToLeave = true;
    await this.#began.endSession();
    this.#leave();
  }

  public async invalidate(): Promise<void> {
    const session = await this.session();
    this.hasTriedToLeave = true;
    await session.invalidate();
    this.#leave();
  }

  #leave(): void {
    this.hasSignedOut = true;
    this.left.push(...this.made);
    this.#drafts.clear();
  }

  /** The id that its response gives to the browser, where it gives one. */
  public get newId(): string | undefined {
    return this.setCookie.map((cookie) => /^session_id=([^;]+)/.exec(cookie)?.[1]).find((id) => id !== undefined);
  }

  get #began(): SessionRequest<Data> {
    return this.#request as SessionRequest<Data>;
  }

  async #run(request: SessionRequest<Data>): Promise<void> {
    try {
      const isGood = await this.#takeSteps();
      const committed = isGood ? await attempt(() => this.#commit(request)) : false;
      if (!committed) this.setCookie = (await request.discard()).setCookie;
    } catch (error) {
      this.problem = `an error that no handler expects: ${String(error)}`;
    }
    this.isDone = true;
  }

  async #takeSteps(): Promise<boolean> {
    for (const step of this.plan.steps) {
      const isGood = await attempt(() => step(this));
      if (!isGood && this.plan.catches !== true) return false;
    }
    return true;
  }

  async #commit(request: SessionRequest<Data>): Promise<void> {
    await this.#stored(async () => {
      this.setCookie = (await request.commit()).setCookie;
    });
  }

  /** Stores what was written; it is acknowledged, unless an event says that the session has ended. */
  async #stored(store: () => Promise<void>): Promise<void> {
    const tags = [...this.#drafts];
    await store();
    for (const tag of tags) this.#drafts.delete(tag);
    // What was dropped with a session that ended stays dropped, unless a sign-in goes on.
    const last = this.events.filter((type) => ['ended', 'created', 'regenerated'].includes(type)).at(-1);
    if (last !== 'ended') this.#around.acknowledged(this, tags);
  }
}
