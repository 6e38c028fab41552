import type { Scheduler } from 'fast-check';
import { CallCount } from './call-count';
import { Draft, Ledger } from './ledger';
import { MemoryEngine } from './memory-engine';
import { Session, SessionClient, SessionConflictError, SessionError, SessionEvent, SessionRequest, sessionFactory } from '../../src/runtime';
import { isSessionId } from '../../src/runtime/session/id';
import { keyOf, refOf } from '../../src/runtime/table/key';
import { CookieJar, FakeClock } from '../../src/testing';
import { awsError } from '../support/scripted-client';

export const STEPS = ['read', 'set', 'setShared', 'change', 'delete', 'update', 'flash', 'pop', 'save', 'signIn', 'signOut', 'remember', 'leave'] as const;

/** One request: who sends it, with what cookies, what it does, and how it ends. */
export interface Visit {
  readonly visitor: number;
  readonly cookies: 'own' | 'old' | 'garbage' | 'duplicate';
  readonly steps: readonly (typeof STEPS)[number][];
  readonly end: 'commit' | 'fail';
}

/** Requests that overlap, and what comes before them. */
export interface Round {
  /** Seconds that pass before. */
  readonly wait: number;
  /** Whether TTL deletes what is past its time. */
  readonly sweep: boolean;
  readonly visits: readonly Visit[];
}

type Data = Record<string, unknown> & { count?: number };

/** One request under way. */
interface Under {
  readonly visit: Visit;
  readonly request: SessionRequest<Data>;
  readonly draft: Draft;
  readonly calls: CallCount;
  readonly events: SessionEvent[];
  /** The session id that came with the request, where there was just one. */
  readonly id: string | undefined;
}

/** A shop whose visitors' requests overlap in an order that fast-check chooses, beside the books of what they were told. */
export class Shop {
  readonly #engine = new MemoryEngine();
  readonly #clock = new FakeClock();
  readonly #ledger = new Ledger();
  readonly #jars: readonly CookieJar[];
  readonly #client: SessionClient;
  readonly #losses: boolean[];
  readonly #oldIds: string[] = [];
  #serial = 0;
  public readonly problems = new Set<string>();

  /** @param losses - for each call in turn, whether its answer is lost after it was applied */
  public constructor(scheduler: Scheduler, losses: readonly boolean[]) {
    this.#losses = [...losses];
    this.#jars = [0, 1].map(() => new CookieJar(() => this.#clock.now()));
    this.#client = this.#scheduled(scheduler);
  }

  public async play(scheduler: Scheduler, { wait, sweep, visits }: Round): Promise<void> {
    this.#clock.advanceSeconds(wait);
    const now = () => Math.floor(this.#clock.now() / 1000);
    if (sweep) this.#engine.sweep(now());
    await scheduler.waitFor(Promise.all(visits.map((visit) => this.#visit(visit))));
    const items = new Map([...this.#engine.items].map(([name, item]) => [refOf(Buffer.from(name, 'hex')), item]));
    for (const problem of this.#ledger.problems(items, now())) this.problems.add(problem);
    // The ids that were never given out, of the old, the garbage and the duplicate cookies.
    for (const never of ['A', 'B', 'C']) if (items.has(refOf(keyOf(never.repeat(43))))) this.problems.add('a foreign id became a key');
    const texts = JSON.stringify([...items.values()]);
    if ([...this.#oldIds, ...this.#jars.map((jar) => jar.get('session_id') ?? ' ')].some((id) => texts.includes(id))) this.problems.add('an id in the table');
    if (this.#engine.unconditional > 0) this.problems.add('a write had no condition');
    if (Object.keys(Object.prototype).length > 0) this.problems.add('Object.prototype was changed');
  }

  async #visit(visit: Visit): Promise<void> {
    const jar = this.#jars[visit.visitor] as CookieJar;
    const events: SessionEvent[] = [];
    const cookies = this.#cookies(jar, visit.cookies);
    const onEvent = (event: SessionEvent) => void events.push(event);
    const calls = new CallCount(this.#client);
    const sessions = sessionFactory<Data>({
      tableName: 'Sessions', client: calls.client, clock: this.#clock, absoluteTimeout: 5000, deadline: 900_000, onEvent,
    });
    const id = visit.cookies === 'duplicate' ? undefined : cookies.join(';').match(/session_id=([\w-]{43})/)?.[1];
    const under: Under = { visit, request: sessions.forRequest({ cookies, https: true }), draft: new Draft(), events, id, calls };
    for (const step of visit.steps) await this.#attempt(under, () => this.#take(step, under));
    const headers = await this.#finish(under);
    this.#checkCookies(under, headers);
    for (const problem of calls.problems(visit.steps)) this.problems.add(problem);
    if (visit.cookies === 'own') jar.store(headers);
  }

  #cookies(jar: CookieJar, kind: Visit['cookies']): string[] {
    if (kind === 'old') return [`session_id=${this.#oldIds.at(-1) ?? 'A'.repeat(43)}`];
    if (kind === 'garbage') return ['session_id=%00', 'session_id', ...jar.cookies(), 'session_id="quoted"; __proto__=1'];
    return kind === 'duplicate' ? [...jar.cookies(), `session_id=${'B'.repeat(43)}`, `session_id=${'C'.repeat(43)}`] : jar.cookies();
  }

  async #finish(under: Under): Promise<readonly string[]> {
    const { request, visit } = under;
    if (visit.end === 'commit') {
      const committed = await this.#attempt(under, () => this.#stored(under, async () => (await request.commit()).setCookie));
      if (committed !== undefined) return committed;
    }
    return (await request.discard()).setCookie;
  }

  /** Lets a step fail as sessions may fail, and doubts what may have been written none the less. */
  async #attempt<Result>({ request, draft, visit, id }: Under, run: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      if (!(error instanceof SessionConflictError) && (error as { outcome?: string }).outcome !== 'unknown') return undefined;
      draft.clear();
      const isOpen = visit.steps.some((step) => step !== 'leave');
      const ref = isOpen ? (await request.session().catch(() => undefined))?.ref : undefined;
      for (const doubtful of [ref, id && refOf(keyOf(id))]) if (doubtful !== undefined) this.#ledger.of(doubtful).isDoubtful = true;
      return undefined;
    }
  }

  async #take(step: Visit['steps'][number], under: Under): Promise<void> {
    const { request, draft, visit, id } = under;
    if (step === 'leave') return this.#leave(under);
    const session = await request.session();
    this.#checkOwner(session, visit, id);
    const key = `${++this.#serial}`;
    switch (step) {
      case 'set': return this.#set(session, draft, `d${key}`, visit.visitor);
      case 'setShared': return this.#set(session, draft, `s${key}`, visit.visitor);
      case 'change': return this.#change(session, draft, key);
      case 'delete': return this.#delete(session, draft);
      case 'update': return this.#update(session, under);
      case 'flash':
        draft.added.add(key);
        return session.flash(key);
      case 'pop':
        for (const message of session.popFlash()) draft.popped.add(String(message));
        return;
      case 'save': await this.#stored(under, () => session.save()); return;
      case 'signIn': return session.regenerate();
      case 'signOut': return this.#signOut(session, under);
      case 'remember': return session.remember(2000);
      default: return;
    }
  }

  #set(session: Session<Data>, draft: Draft, key: string, visitor: number): void {
    session.set(key, { visitor, n: [key] });
    draft.values.set(key, JSON.stringify({ visitor, n: [key] }));
  }

  /** Changes a value in place, as programs do. */
  #change(session: Session<Data>, draft: Draft, serial: string): void {
    const key = session.keys().find((name) => name.startsWith('s'));
    const value = key === undefined ? undefined : (session.get(key) as { n: string[] });
    if (key === undefined || value === undefined) return;
    value.n.push(serial);
    draft.values.set(key, JSON.stringify(value));
  }

  #delete(session: Session<Data>, draft: Draft): void {
    const key = session.keys().find((name) => name.startsWith('d'));
    if (key === undefined) return;
    session.delete(key);
    if (draft.values.delete(key)) return;
    draft.deleted.add(key);
  }

  async #update(session: Session<Data>, under: Under): Promise<void> {
    const isNew = session.ref === undefined;
    // On a new session an update stores all that was set.
    const update = () => session.update('count', (count = 0) => count + 1);
    await (isNew ? this.#stored(under, update) : update());
    if (session.ref !== undefined) this.#ledger.of(session.ref).count++;
  }

  async #signOut(session: Session<Data>, { draft, id }: Under): Promise<void> {
    const ref = session.ref ?? (id === undefined ? undefined : refOf(keyOf(id)));
    await session.invalidate();
    draft.clear();
    if (ref !== undefined) this.#end(ref, id);
  }

  async #leave({ request, draft, id, events, visit }: Under): Promise<void> {
    const isOpen = visit.steps.some((step) => step !== 'leave');
    const before = events.length;
    await request.endSession();
    draft.clear();
    const ref = events.slice(before).find(({ type }) => type === 'invalidated')?.ref;
    if (ref !== undefined) this.#end(ref, isOpen ? undefined : id);
  }

  #end(ref: string, id: string | undefined): void {
    this.#ledger.of(ref).isEnded = true;
    if (id !== undefined && refOf(keyOf(id)) === ref) this.#oldIds.push(id);
  }

  /** Something that stores the draft; once it is fulfilled, the books have it. */
  async #stored<Result>({ request, draft, events, visit, id, calls }: Under, store: () => Promise<Result>): Promise<Result> {
    const isOpen = visit.steps.some((step) => step !== 'leave');
    const session = isOpen ? await request.session() : undefined;
    const [ref, before, lost] = [session?.ref, events.length, calls.lostWrites];
    const result = await store();
    const happened = new Set(events.slice(before).map(({ type }) => type));
    if (session?.ref === undefined || happened.has('ended')) {
      // An attempt whose answer was lost may have landed before the session got its new id.
      if (ref !== undefined && calls.lostWrites > lost) this.#ledger.of(ref).isDoubtful = true;
      draft.clear();
      return result;
    }
    if (ref !== undefined && happened.has('regenerated')) {
      this.#ledger.succeed(ref, session.ref);
      if (id !== undefined) this.#oldIds.push(id);
    }
    if (!events.some((event) => event.type === 'ended' && event.ref === session.ref)) this.#ledger.acknowledge(session.ref, draft);
    return result;
  }

  #checkOwner(session: Session<Data>, { visitor, cookies }: Visit, id: string | undefined): void {
    const owners = session.entries().map(([, value]) => (Object(value) as { visitor?: number }).visitor);
    if (cookies === 'own' && owners.some((owner) => owner !== undefined && owner !== visitor)) this.problems.add('data of another visitor');
    const account = id === undefined ? undefined : this.#ledger.of(refOf(keyOf(id)));
    if (cookies === 'old' && account?.isEnded && session.ref === refOf(keyOf(id ?? ''))) this.problems.add('an ended session was opened');
  }

  #checkCookies({ events, id }: Under, setCookie: readonly string[]): void {
    const values = setCookie.filter((cookie) => cookie.startsWith('session_id=')).map((cookie) => cookie.slice(11).split(';')[0] ?? '');
    const types = new Set(events.map(({ type }) => type));
    if (values.length > 1) this.problems.add('two id cookies in one response');
    for (const value of values) {
      const isExpected = value === '' ? types.has('invalidated') : value === id || types.has('created') || types.has('regenerated');
      if (!isExpected || (value !== '' && !isSessionId(value))) this.problems.add('a cookie that nobody asked for');
    }
  }

  /** Calls in the order of the scheduler: it chooses when each is applied, and when its answer comes. */
  #scheduled(scheduler: Scheduler): SessionClient {
    const pass = <Input, Output>(name: string, apply: (input: Input) => Promise<Output>) => async (input: Input): Promise<Output> => {
      const isLost = this.#losses.shift() ?? false;
      await scheduler.schedule(Promise.resolve(), `${name} comes`);
      const applied = apply(input).then((output) => ({ output }), (error: unknown) => ({ error }));
      const result = await applied;
      await scheduler.schedule(Promise.resolve(), `${name} is answered`);
      if (isLost) throw awsError('TimeoutError');
      if ('error' in result) throw result.error;
      return result.output;
    };
    const options = { signal: new AbortController().signal };
    const engine = this.#engine;
    return {
      singleAttempt: true,
      getItem: pass('GetItem', (input: Parameters<SessionClient['getItem']>[0]) => engine.getItem(input, options)),
      putItem: pass('PutItem', (input: Parameters<SessionClient['putItem']>[0]) => engine.putItem(input, options)),
      updateItem: pass('UpdateItem', (input: Parameters<SessionClient['updateItem']>[0]) => engine.updateItem(input, options)),
      deleteItem: pass('DeleteItem', (input: Parameters<SessionClient['deleteItem']>[0]) => engine.deleteItem(input, options)),
    };
  }
}
