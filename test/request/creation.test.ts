import crypto from 'node:crypto';
import { SessionEvent, SessionUnavailableError } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock } from '../../src/testing';
import { GatedClient } from '../support/gated-client';
import { TestTable } from '../support/table';
import { Visitor } from '../support/visitor';

let table: TestTable;
let clock: FakeClock;
let events: SessionEvent[];
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(() => {
  clock = new FakeClock();
  table.takeCalls();
  events = [];
});
afterAll(() => table.stop());
afterEach(() => jest.restoreAllMocks());

const onEvent = (event: SessionEvent) => events.push(event);

/** From now on 32 random bytes are these, one after the other. */
function idsWillBe(...numbers: number[]): void {
  const original = crypto.randomBytes.bind(crypto);
  jest.spyOn(crypto, 'randomBytes').mockImplementation((size: number) => (size === 32 ? Buffer.alloc(32, numbers.shift()) : original(size)));
}

describe('a new session', () => {
  test('takes another id where there is a session under the first, which stays as it is', async () => {
    idsWillBe(1, 1, 2);
    const [ada, bob] = [new Visitor(table, clock, { onEvent }), new Visitor(table, clock, { onEvent })];
    await ada.visit((session) => session.set('name', 'Ada'));
    await bob.visit((session) => session.set('name', 'Bob'));
    expect(table.takeCalls()).toEqual(['PutItem', 'PutItem', 'PutItem']);
    expect(await ada.visit((session) => session.get('name'))).toBe('Ada');
    expect(await bob.visit((session) => session.get('name'))).toBe('Bob');
    expect(events.map(({ type }) => type)).toEqual(['created', 'created']);
  });

  test('is given up after three ids that are taken, because then the randomness is broken', async () => {
    idsWillBe(3, 3, 3, 3, 4);
    await new Visitor(table, clock).visit((session) => session.set('name', 'Ada'));
    table.takeCalls();
    const { request, session } = await new Visitor(table, clock).open();
    session.set('name', 'Bob');
    await expect(request.commit()).rejects.toThrow(SessionUnavailableError);
    expect(table.takeCalls()).toEqual(['PutItem', 'PutItem', 'PutItem']);
    expect((await request.discard()).setCookie).toEqual([]);
  });

  test('whose answer was lost is made again under another id, and the cookie is that of the second', async () => {
    const client = new GatedClient(sdkClient(table.client));
    const before = (await table.items()).length;
    client.loseAnswer('putItem');
    const visitor = new Visitor(table, clock, { client, onEvent });
    await visitor.visit((session) => session.set('name', 'Ada'));
    expect(await table.items()).toHaveLength(before + 2);
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    expect(events.map(({ type }) => type)).toEqual(['created']);
  });

  test('takes the place of one that is past its time, after one strong read', async () => {
    const visitor = await Visitor.withSession(table, clock);
    const old = visitor.id;
    clock.advanceSeconds(1200);
    await visitor.visit((session) => session.set('name', 'Bob'));
    expect(table.takeCalls()).toEqual(['GetItem', 'GetItem(strong)', 'PutItem']);
    expect(visitor.id).not.toBe(old);
  });

  test('is not made for what was set and deleted again, nor for an empty change', async () => {
    const visitor = new Visitor(table, clock);
    await visitor.visit((session) => {
      session.set('name', 'Ada');
      session.delete('name');
      session.set('note', undefined);
      session.popFlash();
      session.regenerate();
      session.clear();
    });
    expect(table.takeCalls()).toEqual([]);
    expect(visitor.jar.cookies()).toEqual([]);
  });

  test('gives out a token before it is stored that holds once it is', async () => {
    const visitor = new Visitor(table, clock);
    const token = await visitor.visit((session) => {
      session.set('name', 'Ada');
      return session.csrfToken();
    });
    const isOwn = (given: string) => visitor.visit((session) => session.verifyCsrf({ method: 'POST', headers: {}, token: given }));
    expect([await isOwn(token), await isOwn(`${token.slice(0, -1)}!`)]).toEqual([true, false]);
  });

  test('has a reference for logs once it is stored, and stays new for its request', async () => {
    const { request, session } = await new Visitor(table, clock, { onEvent }).open();
    session.set('name', 'Ada');
    expect(session.ref).toBeUndefined();
    await session.save();
    expect([session.ref, session.isNew]).toEqual([events[0]?.ref, true]);
    await request.commit();
  });

  test('is one write also where it is saved many times', async () => {
    await new Visitor(table, clock).visit(async (session) => {
      session.set('name', 'Ada');
      await Promise.all([session.save(), session.save()]);
      await session.save();
    });
    expect(table.takeCalls()).toEqual(['PutItem']);
  });
});

describe('a session that has ended under a request', () => {
  test('is written to once and not again: neither by save, nor by update, nor by the commit, nor by a touch', async () => {
    const visitor = await Visitor.withSession(table, clock, { onEvent });
    clock.advanceSeconds(200);
    const { request, session } = await visitor.open();
    await visitor.request().endSession();
    table.takeCalls();
    session.set('count', 1);
    await expect(session.save()).rejects.toThrow();
    // DynamoDB itself sends the item with the refusal, and nothing is read.
    expect(table.takeCalls()).toEqual(['UpdateItem', 'GetItem(strong)']);
    await expect(session.save()).rejects.toThrow();
    await expect(session.update('count', () => 2)).rejects.toThrow();
    session.delete('count');
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(table.takeCalls()).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['created', 'invalidated', 'ended']);
  });
});

test('a commit waits for a session that is being opened, and does not mind that it cannot be', async () => {
  const client = new GatedClient(sdkClient(table.client));
  const visitor = await Visitor.withSession(table, clock, { client });
  const gate = client.hold('getItem');
  const request = visitor.request();
  const opening = request.session();
  await gate.reached;
  const committed = request.commit();
  jest.spyOn(table.client, 'send').mockImplementation(() => Promise.reject(Object.assign(new Error(), { name: 'AccessDeniedException' })));
  gate.open();
  await expect(opening).rejects.toThrow(SessionUnavailableError);
  expect(await committed).toEqual({ setCookie: [] });
});
