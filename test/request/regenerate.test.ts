import { SessionEvent, SessionFactoryOptions, SessionUnavailableError } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock } from '../../src/testing';
import { GatedClient } from '../support/gated-client';
import { TestTable } from '../support/table';
import { Visitor } from '../support/visitor';

let table: TestTable;
let clock: FakeClock;
let client: GatedClient;
let events: SessionEvent['type'][];
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(() => {
  clock = new FakeClock();
  client = new GatedClient(sdkClient(table.client));
  events = [];
});
afterAll(() => table.stop());

async function started(options: SessionFactoryOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.withSession(table, clock, { client, onEvent: ({ type }) => events.push(type), ...options });
  events.length = 0;
  return visitor;
}

const seconds = () => clock.now() / 1000;

describe('the new session', () => {
  test('with keepDeadline ends when the old one would have ended at the latest', async () => {
    const visitor = await started({ timeout: 1200, absoluteTimeout: 1500 });
    const [start, item] = [seconds(), await table.item(visitor.id)];
    clock.advanceSeconds(1000);
    await visitor.visit((session) => session.regenerate({ keepDeadline: true }));
    expect(await table.item(visitor.id)).toMatchObject({ iat: item?.iat, abs: { N: String(start + 1500) }, exp: { N: String(start + 1500) } });
    clock.advanceSeconds(499);
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    clock.advanceSeconds(1);
    expect(await visitor.visit((session) => session.isNew)).toBe(true);
  });

  test('without keepDeadline begins anew, with the idle timeout of its own', async () => {
    const visitor = await started({ absoluteTimeout: 3600 });
    await visitor.visit((session) => session.remember(600));
    clock.advanceSeconds(500);
    await visitor.visit((session) => session.regenerate());
    const [now, item] = [seconds(), await table.item(visitor.id)];
    expect(item).toMatchObject({ iat: { N: String(now) }, iss: { N: String(now) }, ver: { N: '1' }, idl: { N: '600' } });
    expect(item).toMatchObject({ exp: { N: String(now + 600) }, abs: { N: String(now + 3600) } });
  });

  test('has a CSRF token of its own, and that of the old one does not hold', async () => {
    const visitor = await started();
    const old = await visitor.visit((session) => session.newCsrfToken());
    const [during, later] = await visitor.visit((session) => {
      session.regenerate();
      return [session.csrfToken(), session.newCsrfToken()];
    });
    const check = (token?: string) => visitor.visit((session) => session.verifyCsrf({ method: 'POST', headers: {}, token }));
    expect([await check(old), await check(during), await check(later)]).toEqual([false, false, true]);
  });

  test('is one, also where it is asked for twice', async () => {
    const visitor = await started();
    table.takeCalls();
    await visitor.visit((session) => {
      session.regenerate();
      session.regenerate();
    });
    expect(table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem', 'PutItem']);
    expect(events).toEqual(['regenerated']);
  });

  test('takes the flash messages along, and the old item shows them to nobody', async () => {
    const visitor = await started();
    const old = visitor.id;
    await visitor.visit((session) => session.flash('hello'));
    await visitor.visit((session) => session.regenerate());
    expect((await table.item(old))?.frz?.B).toHaveLength(6);
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['hello']);
    visitor.jar.set('session_id', old);
    expect(await visitor.visit((session) => session.peekFlash())).toEqual([]);
  });

  test.each([{ sealed: false }, { sealed: true }])('keeps a large value compressed that the request does not look at, with %j', async (options) => {
    const visitor = await Visitor.withSession(table, clock, options);
    const note = 'a sentence that comes again and again. '.repeat(20_000);
    await visitor.visit((session) => session.set('note', note));
    const before = (await table.item(visitor.id))?.dat?.M?.note?.B?.length ?? 0;
    await visitor.visit((session) => session.regenerate());
    const after = (await table.item(visitor.id))?.dat?.M?.note?.B?.length ?? 0;
    expect([before > 0, after]).toEqual([true, before]);
    expect(await visitor.visit((session) => session.get('note'))).toBe(note);
  });

  test('takes another id where the answer of its creation was lost', async () => {
    const visitor = await started();
    client.loseAnswer('putItem');
    await visitor.visit((session) => {
      session.regenerate();
      // Asks for the id before it is stored.
      session.csrfToken();
    });
    expect(await visitor.visit((session) => session.get('name'))).toBe('Ada');
    expect(events).toEqual(['regenerated']);
  });
});

describe('where it fails', () => {
  test('at the freeze, the old session lives, no new one is left, and no cookie goes out', async () => {
    const visitor = await started();
    const before = await table.items();
    const { request, session } = await visitor.open();
    session.regenerate();
    session.set('count', 1);
    client.deny('updateItem');
    await expect(request.commit()).rejects.toThrow(SessionUnavailableError);
    expect((await request.discard()).setCookie).toEqual([]);
    expect(await table.items()).toEqual(before);
    expect(events).toEqual([]);
    expect(await visitor.visit((later) => later.entries())).toEqual([['name', 'Ada']]);
  });

  test('at the copy, the visitor is signed out, nobody is let in, and no cookie goes out', async () => {
    const visitor = await started();
    const { request, session } = await visitor.open();
    session.regenerate();
    client.deny('putItem');
    await expect(request.commit()).rejects.toThrow(SessionUnavailableError);
    expect((await request.discard()).setCookie).toEqual([]);
    expect(await visitor.visit((later) => [later.isNew, later.size])).toEqual([true, 0]);
    expect(events).toEqual(['expired']);
  });
});

describe('invalidate()', () => {
  test('is followed by a session that begins now, in which regenerate does nothing', async () => {
    const visitor = await started();
    const { request, session } = await visitor.open();
    clock.advanceSeconds(10);
    await session.invalidate();
    expect([session.createdAt, session.isNew, session.ref]).toEqual([new Date(clock.now()), true, undefined]);
    session.regenerate();
    table.takeCalls();
    expect((await visitor.commit(request)).setCookie).toEqual([expect.stringContaining('Max-Age=0')]);
    expect(table.takeCalls()).toEqual([]);
  });

  test('that fails leaves the session and its changes as they are', async () => {
    const visitor = await started();
    const { request, session } = await visitor.open();
    session.set('count', 1);
    client.deny('deleteItem');
    await expect(session.invalidate()).rejects.toThrow(SessionUnavailableError);
    expect([session.isNew, session.get('count')]).toEqual([false, 1]);
    expect((await visitor.commit(request)).setCookie).toEqual([expect.stringMatching(/^session_id_w=1/)]);
    expect(await visitor.visit((later) => later.get('count'))).toBe(1);
  });

  test('twice is one call', async () => {
    const visitor = await started();
    const { session } = await visitor.open();
    table.takeCalls();
    await session.invalidate();
    await session.invalidate();
    expect(table.takeCalls()).toEqual(['DeleteItem']);
  });
});
