import { Books, MOST, USERS, User } from './books';
import type { Visit } from './shop';
import { Session, SessionConflictError, SessionEvent, SessionFactory, SessionRequest } from '../../src/runtime';
import { isSessionId } from '../../src/runtime/session/id';
import { keyOf, refOf } from '../../src/runtime/table/key';
import { attempt } from '../support/attempt';

export const STEPS = [
  ...['read', 'set', 'setLarge', 'change', 'delete', 'take', 'update', 'updateLarge', 'flash', 'pop', 'save'] as const,
  ...['userSignIn', 'userSignIn', 'endAll', 'endOthers', 'endOne'] as const,
  ...['signIn', 'renew', 'signOut', 'leave', 'remember', 'forget', 'page', 'form', 'newToken'] as const,
];
export type Step = (typeof STEPS)[number];

type Shop = Session<Record<string, unknown>>;
type ShopRequest = SessionRequest<Record<string, unknown>>;

/** What a request needs to know of the walk. */
export interface Surroundings {
  readonly serial: number;
  /** The short hashes of the ids that it has made. */
  readonly made: Set<string>;
  /** Whether sessions can belong to users. */
  readonly hasUsers: boolean;
}

/** From 2 KiB on a value is compressed. */
const LARGE = 'lorem ipsum dolor '.repeat(150);
const SHORT_IDLE = 60;

/** One request of the model: what its handler does, what it was told, and what of that goes into the books. */
export class Request {
  readonly #books: Books;
  readonly #visit: Visit;
  readonly #around: Surroundings;
  readonly #events: SessionEvent[] = [];
  readonly #drafts = new Map<string, string>();
  readonly #messages = new Set<string>();
  /** Tokens that other pages had got before it read anything. */
  readonly #tokensBefore: ReadonlySet<string>;
  readonly #secretTurnsBefore: number;
  /** How often it asked for another secret of tokens. */
  #ownSecrets = 0;
  /** Tokens that its page has got, for the session as it is or will be. */
  #tokens: string[] = [];
  readonly #ended: string[] = [];
  #id: string | undefined;
  #isSigningIn = false;
  #count = 0;

  public constructor(books: Books, visit: Visit, around: Surroundings & { readonly now: () => number }) {
    this.#books = books;
    this.#visit = visit;
    this.#around = around;
    this.#tokensBefore = books.tokens;
    this.#secretTurnsBefore = books.secretTurns;
  }

  public readonly onEvent = (event: SessionEvent): void => void this.#events.push(event);

  /** Runs the handler; gives the cookies of the response, and the ids that it has ended. */
  public async run(
    sessions: SessionFactory, request: ShopRequest,
  ): Promise<{ readonly setCookie: readonly string[]; readonly ended: readonly string[] }> {
    let isGood = true;
    // A handler that catches errors goes on with the next step.
    for (const step of this.#visit.steps) isGood = (await attempt(() => this.#take(step, request, sessions))) && isGood;
    if (this.#visit.end === 'commit' && isGood) isGood = await attempt(() => this.#stored(request, async () => void (await request.commit())));
    const { setCookie } = await request.discard();
    if (this.#ownSecrets > 0) {
      this.#books.newSecrets--;
      this.#books.secretTurns++;
    }
    this.#checkCookies(setCookie);
    return { setCookie, ended: this.#ended };
  }


  async #take(step: Step, request: ShopRequest, sessions: SessionFactory): Promise<void> {
    if (step === 'leave') return this.#leave(() => request.endSession());
    const session = await request.session();
    this.#id ??= session.ref;
    switch (step) {
      case 'set': return this.#set(session, this.#newKey(), { n: [1] });
      case 'setLarge': return this.#set(session, this.#newKey(), { n: [1], text: LARGE });
      case 'change': return this.#change(session);
      case 'delete': return this.#remove(session, (key) => session.delete(key));
      case 'take': return this.#remove(session, (key) => void session.take(key));
      case 'update': return this.#update(request, session, '');
      case 'updateLarge': return this.#update(request, session, LARGE);
      case 'flash': return this.#flash(session);
      case 'pop': return session.popFlash().forEach((message) => this.#books.letGo(String(message)));
      case 'save': return this.#stored(request, () => session.save());
      case 'signIn': return this.#renew(session, () => session.regenerate());
      case 'renew': return this.#renew(session, () => session.regenerate({ keepDeadline: true }));
      case 'userSignIn': return this.#around.hasUsers ? this.#renew(session, () => this.#signIn(session)) : undefined;
      case 'endAll': return this.#endAll(sessions, undefined);
      case 'endOthers': return this.#endAll(sessions, session.ref);
      case 'endOne': return this.#endOne(sessions);
      case 'signOut': return this.#leave(() => session.invalidate());
      case 'remember': return session.remember(SHORT_IDLE);
      case 'forget': return session.forget();
      case 'page': return void this.#tokens.push(session.csrfToken());
      case 'form': return this.#form(session);
      case 'newToken': return this.#newToken(session);
      default: return this.#readAll(session);
    }
  }

  #newKey(): string {
    return `v${this.#visit.visitor}k${this.#around.serial}n${++this.#count}`;
  }

  #set(session: Shop, key: string, value: unknown): void {
    session.set(key, value);
    this.#draft(key, value);
    if (this.#isSigningIn) this.#books.keepSecret(key, this.#around.made);
  }

  #draft(key: string, value: unknown): void {
    this.#drafts.set(key, JSON.stringify(value));
    this.#books.draft(key, JSON.stringify(value));
  }

  /** Changes a value in place, as programs do. */
  #change(session: Shop): void {
    const key = session.keys().find((name) => name.startsWith('v'));
    const value = key === undefined ? undefined : (session.get(key) as { n: number[] } | undefined);
    if (key === undefined || value === undefined) return;
    value.n.push(this.#around.serial);
    this.#draft(key, value);
  }

  #remove(session: Shop, remove: (key: string) => void): void {
    const key = session.keys().find((name) => name.startsWith('v'));
    if (key === undefined) return;
    remove(key);
    this.#books.letGo(key);
    this.#drafts.delete(key);
  }

  #flash(session: Shop): void {
    const message = `m${this.#around.serial}n${++this.#count}`;
    session.flash(message);
    this.#messages.add(message);
  }

  async #update(request: ShopRequest, session: Shop, text: string): Promise<void> {
    const tag = `u${this.#around.serial}n${++this.#count}`;
    // On a new session an update stores all that was set, and so does one after regenerate.
    const update = () => session.update('log', (log = []) => [...(log as string[]), `${tag}:${text}`]);
    try {
      await (session.ref === undefined || this.#isSigningIn ? this.#stored(request, update) : update());
    } catch (error) {
      if (!(error instanceof SessionConflictError)) this.#books.refuse(tag);
      throw error;
    }
    if (session.ref !== undefined) this.#books.of(session.ref).updates.add(tag);
  }

  get #user(): User {
    return this.#visit.visitor === 2 ? USERS[1] : USERS[0];
  }

  #signIn(session: Shop): void {
    if (this.#user === USERS[0]) session.signIn(this.#user, { most: MOST, device: 'a browser' });
    else session.signIn(this.#user);
  }

  /** What is listed when it begins is ended once it is acknowledged. */
  async #endAll(sessions: SessionFactory, except: string | undefined): Promise<void> {
    const before = this.#books.listedOf(this.#user);
    await sessions.user(this.#user).endAll({ except });
    for (const ref of before) if (ref !== except) this.#books.end(ref);
  }

  /** What got a new id meanwhile is not listed under the old one any more: false says that nothing was ended. */
  async #endOne(sessions: SessionFactory): Promise<void> {
    const [ref] = this.#books.livingOf(this.#user);
    if (ref !== undefined && (await sessions.user(this.#user).end(ref))) this.#books.end(ref);
  }

  #renew(session: Shop, renew: () => void): void {
    renew();
    this.#tokens = [];
    if (session.ref === undefined) return;
    this.#isSigningIn = true;
    for (const key of this.#drafts.keys()) if (!this.#isStored(session, key)) this.#books.keepSecret(key, this.#around.made);
  }

  /** Whether a key is there already, and only its value was changed here. */
  #isStored(session: Shop, key: string): boolean {
    const owner = /k(\d+)n/.exec(key)?.[1];
    return owner !== String(this.#around.serial) || (session.ref !== undefined && this.#books.of(session.ref).values.has(key));
  }

  #form(session: Shop): void {
    const verify = (token: string) => session.verifyCsrf({ method: 'POST', headers: {}, token });
    if (session.ref === undefined || this.#isSigningIn) return;
    const { tokens } = this.#books.of(session.ref);
    for (const token of tokens) if (this.#tokensBefore.has(token) && !verify(token)) this.#books.problems.add('a token of an earlier page is refused');
    if (verify('A'.repeat(43))) this.#books.problems.add('a token that nobody made is taken');
  }

  #newToken(session: Shop): void {
    session.newCsrfToken();
    if (this.#ownSecrets++ === 0) this.#books.newSecrets++;
    this.#books.secretTurns++;
    if (session.ref !== undefined) this.#books.of(session.ref).tokens.clear();
    this.#tokens = [];
  }

  #readAll(session: Shop): void {
    for (const [key, value] of session.entries()) if (value === undefined) this.#books.problems.add(`${key} has no value`);
  }

  async #leave(end: () => Promise<void>): Promise<void> {
    const before = this.#events.length;
    await end();
    for (const { type, ref } of this.#events.slice(before)) if (type === 'invalidated' && ref !== undefined) this.#books.of(ref).isEnded = true;
    this.#forget();
  }

  #forget(): void {
    this.#drafts.clear();
    this.#messages.clear();
    this.#tokens = [];
  }

  /** Something that stores the drafts; once it is fulfilled, the books have them. */
  async #stored(request: ShopRequest, store: () => Promise<void>): Promise<void> {
    // A request that only left has opened nothing, and asks for nothing.
    const session = this.#visit.steps.some((step) => step !== 'leave') ? await request.session() : undefined;
    const [before, old] = [this.#events.length, session?.ref];
    const tokens = this.#tokens;
    await store();
    const types = new Set(this.#events.slice(before).map(({ type }) => type));
    const ref = session?.ref;
    if (ref === undefined || types.has('ended')) return this.#forget();
    if (types.has('regenerated') || types.has('created')) this.#isSigningIn = false;
    if (types.has('regenerated') && old !== undefined && old !== ref) this.#inherit(old, ref);
    const account = this.#books.of(ref);
    for (const [key, text] of this.#drafts) account.values.set(key, (account.values.get(key) ?? new Set()).add(text));
    for (const message of this.#messages) account.messages.add(message);
    if (this.#isAloneWithSecret()) for (const token of tokens) account.tokens.add(token);
    this.#forget();
  }

  /** Whether no other request made another secret since this one began: a page that was read before that has a token of the former one. */
  #isAloneWithSecret(): boolean {
    const { newSecrets, secretTurns } = this.#books;
    return newSecrets === Math.min(1, this.#ownSecrets) && secretTurns === this.#secretTurnsBefore + this.#ownSecrets;
  }

  #inherit(old: string, ref: string): void {
    const former = this.#books.of(old);
    former.heirs.add(ref);
    if (this.#visit.steps.includes('userSignIn')) return;
    former.renewals.add(ref);
    if (former.isOut) this.#books.end(ref);
  }

  #checkCookies(setCookie: readonly string[]): void {
    const values = setCookie.filter((cookie) => cookie.startsWith('session_id=')).map((cookie) => cookie.slice(11).split(';')[0] ?? '');
    const types = new Set(this.#events.map(({ type }) => type));
    const isKept = this.#visit.steps.some((step) => step === 'remember' || step === 'forget') || types.has('touched') || types.has('stored');
    if (values.length > 1) this.#books.problems.add('a response has two id cookies');
    for (const value of values) {
      const ref = value === '' ? undefined : refOf(keyOf(value));
      const isNew = ref !== undefined && this.#around.made.has(ref);
      const isOwn = isNew ? types.has('created') || types.has('regenerated') : ref === this.#id && isKept;
      const isExpected = value === '' ? types.has('invalidated') : isOwn;
      if (!isExpected || (value !== '' && !isSessionId(value))) this.#books.problems.add('a response has a cookie that nobody asked for');
      if (ref !== undefined && this.#books.of(ref).isEnded && this.#events.some((event) => event.type === 'ended' && event.ref === ref)) {
        this.#books.problems.add('a response has the cookie of a session of which the request knew that it ended');
      }
    }
  }
}
