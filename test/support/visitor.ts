import { TestTable } from './table';
import { Session, SessionFactory, SessionFactoryOptions, SessionHeaders, SessionRequest, sessionFactory } from '../../src/runtime';
import { CookieJar, FakeClock } from '../../src/testing';

/** What sessions hold in tests. */
export interface ShopData {
  name: string;
  cart: string[];
  count: number;
  note: unknown;
}

export type ShopRequest = SessionRequest<ShopData>;
export type ShopSession = Session<ShopData>;

/** A browser that visits a shop: its cookies, and requests that may overlap. */
export class Visitor {
  /** A visitor whose session is stored. */
  public static async withSession(table: TestTable, clock: FakeClock, options: SessionFactoryOptions = {}): Promise<Visitor> {
    const visitor = new Visitor(table, clock, options);
    await visitor.visit((session) => session.set('name', 'Ada'));
    table.takeCalls();
    return visitor;
  }

  public readonly jar: CookieJar;
  readonly #sessions: SessionFactory<ShopData>;

  public constructor(table: TestTable, clock: FakeClock, options: SessionFactoryOptions = {}) {
    this.#sessions = sessionFactory<ShopData>({ tableName: table.name, client: table.client, clock, ...options });
    this.jar = new CookieJar(() => clock.now());
  }

  /** Begins a request, to be committed by the test. */
  public request(): ShopRequest {
    return this.#sessions.forRequest({ cookies: this.jar.header(), https: true });
  }

  /** Begins a request and opens its session. */
  public async open(): Promise<{ request: ShopRequest; session: ShopSession }> {
    const request = this.request();
    return { request, session: await request.session() };
  }

  /** Ends a request and keeps its cookies. */
  public async commit(request: ShopRequest): Promise<SessionHeaders> {
    const headers = await request.commit();
    this.jar.store(headers.setCookie);
    return headers;
  }

  /** A whole request: opens the session, lets the body use it, commits. */
  public async visit<Result>(body: (session: ShopSession) => Promise<Result> | Result): Promise<Result> {
    const { request, session } = await this.open();
    const result = await body(session);
    await this.commit(request);
    return result;
  }

  /** The session id in the jar; for tests that look into the table alone. */
  public get id(): string {
    return this.jar.get('session_id') ?? '';
  }
}
