import { Engine } from './engines';
import { GatedClient } from './gated-client';
import { TestTable } from './table';
import { Visitor } from './visitor';
import { SessionEvent, SessionFactoryOptions } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock } from '../../src/testing';

/** A shop on one engine, whose calls can be held and whose events are written down; clock, client and events are new in each test. */
export class Scene {
  /** Prepares the scene for the tests of a block. */
  public static on(engine?: Engine): Scene {
    const scene = new Scene();
    beforeAll(async () => {
      scene.table = await TestTable.start(engine);
    });
    beforeEach(() => scene.#begin());
    afterAll(() => scene.table.stop());
    return scene;
  }

  public table!: TestTable;
  public clock!: FakeClock;
  public client!: GatedClient;
  public events: SessionEvent['type'][] = [];

  /** A visitor without a cookie. */
  public visitor(options: SessionFactoryOptions = {}): Visitor {
    return new Visitor(this.table, this.clock, { client: this.client, onEvent: ({ type }) => this.events.push(type), ...options });
  }

  /** A visitor whose session is stored, and holds a name. */
  public async signedIn(options: SessionFactoryOptions = {}): Promise<Visitor> {
    const visitor = this.visitor(options);
    await visitor.visit((session) => session.set('name', 'Ada'));
    this.table.takeCalls();
    this.events.length = 0;
    return visitor;
  }

  /** A copy of a visitor's browser that keeps the cookie as it is now. */
  public copyOf(visitor: Visitor, options: SessionFactoryOptions = {}): Visitor {
    const copy = new Visitor(this.table, this.clock, { client: this.client, ...options });
    copy.jar.set('session_id', visitor.id);
    return copy;
  }

  /** The data that a new request of the visitor sees. */
  public seen(visitor: Visitor): Promise<object> {
    return visitor.visit((session) => Object.fromEntries(session.entries()));
  }

  /** Signs out in a request whose answer the browser has not got yet. */
  public async signOut(visitor: Visitor): Promise<void> {
    const request = visitor.request();
    await request.endSession();
    await request.commit();
  }

  /** Deletes the item of a visitor's session past the library, as TTL does. */
  public async remove(visitor: Visitor): Promise<void> {
    await this.table.remove(visitor.id);
  }

  #begin(): void {
    this.clock = new FakeClock();
    this.client = new GatedClient(sdkClient(this.table.client));
    this.events = [];
    this.table.takeCalls();
  }
}
