import type { SessionClient } from '../../src/runtime/client/session-client';
import type { SessionFactoryOptions } from '../../src/runtime/options/factory-options';
import { makeSessionFactory } from '../../src/runtime/request/session-factory';
import type { SessionRequest } from '../../src/runtime/request/session-request';
import type { Session } from '../../src/runtime/session/session';
import { CookieJar } from '../../src/testing/cookie-jar';
import { FakeClock } from '../../src/testing/fake-clock';

/** One request, opened and not yet committed. */
export interface OpenRequest {
  readonly request: SessionRequest;
  readonly session: Session;
}

/** Makes browsers that visit a site whose sessions are in the table of the suite. */
export class Visitors {
  readonly #client: SessionClient;
  readonly #tableName: string;

  public constructor(client: SessionClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** A browser without cookies, with a clock of its own. */
  public begin(options: SessionFactoryOptions = {}): Visitor {
    // From the time as it is, because a real table deletes what is past its time.
    const clock = new FakeClock(Date.now());
    const all = { tableName: this.#tableName, client: this.#client, clock, deadline: 60_000, ...options };
    const sessions = makeSessionFactory<Record<string, unknown>>(all, {}, unexpected);
    return new Visitor(clock, (jar) => sessions.forRequest({ cookies: jar.header(), https: true }));
  }

  /** A browser whose session is stored, and holds a name. */
  public async signedIn(options: SessionFactoryOptions = {}): Promise<Visitor> {
    const visitor = this.begin(options);
    await visitor.visit((session) => session.set('name', 'Ada'));
    return visitor;
  }
}

/** One browser. */
export class Visitor {
  public readonly clock: FakeClock;
  public readonly jar: CookieJar;
  readonly #begin: (jar: CookieJar) => SessionRequest;

  public constructor(clock: FakeClock, begin: (jar: CookieJar) => SessionRequest) {
    this.clock = clock;
    this.jar = new CookieJar(() => clock.now());
    this.#begin = begin;
  }

  /** Begins a request and opens its session. */
  public async open(): Promise<OpenRequest> {
    const request = this.#begin(this.jar);
    return { request, session: await request.session() };
  }

  /** A whole request. */
  public async visit<Result>(body: (session: Session) => Promise<Result> | Result): Promise<Result> {
    const { request, session } = await this.open();
    const result = await body(session);
    await this.commit(request);
    return result;
  }

  /** Ends a request, and keeps its cookies. Says how many there were. */
  public async commit(request: SessionRequest): Promise<number> {
    const { setCookie } = await request.commit();
    this.jar.store(setCookie);
    return setCookie.length;
  }

  /** Signs out in a request whose answer does not reach the browser. */
  public async signOutElsewhere(): Promise<void> {
    await this.#begin(this.jar).endSession();
  }

  /** The data that a new request sees. */
  public seen(): Promise<Record<string, unknown>> {
    return this.visit((session) => Object.fromEntries(session.entries()));
  }
}

function unexpected(): never {
  throw new Error('the suite gives its client');
}
