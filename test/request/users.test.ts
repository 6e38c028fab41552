import { randomBytes } from 'node:crypto';
import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { SessionClient, SessionEndedError, SessionError, SessionFactory, SessionUnavailableError, sessionFactory } from '../../src/runtime';
import { refOf, userKeyOf } from '../../src/runtime/table/key';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const DAY = 86_400;
type Entries = Record<string, { M: Record<string, AttributeValue> }>;

for (const engine of embeddedEngines()) {
  describe(`Users on ${engine.name}:`, () => {
    const shop = Scene.on(engine);
    let userNumber = 0;
    let userId = '';
    let options: object;
    let sessions: SessionFactory;

    beforeEach(() => {
      userId = `ada-${++userNumber}`;
      options = { absoluteTimeout: DAY };
      sessions = sessionFactory({
        ...options, tableName: shop.table.name, client: shop.client, clock: shop.clock, onEvent: ({ type }) => shop.events.push(type),
      });
    });

    const user = () => sessions.user(userId);
    const calls = () => shop.table.takeCalls();
    const isAlive = async (visitor: Visitor) => (await shop.table.item(visitor.id)) !== undefined;
    const refs = async () => (await user().list()).map(({ ref }) => ref);
    const userItem = async () => (await shop.table.items()).find(({ sid }) => sid?.B !== undefined && Buffer.compare(sid.B, userKeyOf(userId)) === 0);
    const entries = async () => ((await userItem())?.ses?.M ?? {}) as Entries;
    const ready = async () => {
      calls();
      shop.events.length = 0;
    };

    /** A visitor who has put something into the cart, and signs in. */
    const signedIn = async (more: object = {}, id = userId): Promise<Visitor> => {
      const visitor = await shop.signedIn(options);
      await visitor.visit((session) => session.signIn(id, more));
      shop.clock.advanceSeconds(1);
      return visitor;
    };

    describe('signIn', () => {
      test('gives the session a new id with its data, and lists it: a read of the list, a freeze, and a transaction', async () => {
        const visitor = await shop.signedIn(options);
        const { id } = visitor;
        await ready();
        const request = visitor.request();
        const session = await request.session();
        session.signIn(userId, { device: 'Firefox on Linux' });
        session.set('count', 1);
        expect(calls()).toEqual(['GetItem(strong)']);
        await visitor.commit(request);
        expect(calls()).toEqual(['UpdateItem', 'GetItem(strong)', 'TransactWriteItems']);
        expect(visitor.id).not.toBe(id);
        expect(shop.events).toEqual(['regenerated']);
        const createdAt = new Date(shop.clock.now());
        expect(await user().list()).toEqual([
          { ref: session.ref, createdAt, endsAt: new Date(createdAt.getTime() + DAY * 1000), device: 'Firefox on Linux' },
        ]);
        expect(await shop.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
        const copy = shop.visitor(options);
        copy.jar.set('session_id', id);
        expect(await shop.seen(copy)).toEqual({});
      });

      test('of a visitor without a session creates one, also without data', async () => {
        const visitor = shop.visitor(options);
        await ready();
        await visitor.visit((session) => session.signIn(userId));
        expect(calls()).toEqual(['GetItem(strong)', 'TransactWriteItems']);
        expect(await refs()).toHaveLength(1);
        expect(shop.events).toContain('created');
      });

      test('again replaces the entry and deletes the session before it', async () => {
        const visitor = await signedIn({ device: 'old' });
        const { id } = visitor;
        await visitor.visit((session) => session.signIn(userId, { device: 'new' }));
        expect((await user().list()).map(({ device }) => device)).toEqual(['new']);
        expect(Object.keys(await entries())).toHaveLength(1);
        expect(await shop.table.item(id)).toBeUndefined();
        expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
      });

      test('as another user carries over nothing but what this request set', async () => {
        const visitor = await signedIn();
        const other = `${userId}-other`;
        await visitor.visit((session) => {
          session.signIn(other);
          session.set('count', 7);
        });
        expect(await shop.seen(visitor)).toEqual({ count: 7 });
        expect(await refs()).toEqual([]);
        expect(await sessions.user(other).list()).toHaveLength(1);
      });

      test('goes on where the session was signed out meanwhile, with what this request set; a new id alone does not', async () => {
        for (const signsIn of [true, false]) {
          const visitor = await signedIn();
          const request = visitor.request();
          const session = await request.session();
          if (signsIn) session.signIn(userId);
          else session.regenerate();
          session.set('count', 1);
          await shop.signOut(visitor);
          const { setCookie } = await request.commit();
          expect(setCookie.length > 0).toBe(signsIn);
          visitor.jar.store(setCookie);
          expect(await shop.seen(visitor)).toEqual(signsIn ? { count: 1 } : {});
        }
      });

      test('twice in one request counts the last', async () => {
        const visitor = await shop.signedIn(options);
        await visitor.visit((session) => {
          session.signIn(`${userId}-wrong`);
          session.signIn(userId, { device: 'last' });
        });
        expect((await user().list()).map(({ device }) => device)).toEqual(['last']);
        expect(await sessions.user(`${userId}-wrong`).list()).toEqual([]);
      });

      test('with save() is stored at once, and stays where the handler then fails', async () => {
        const visitor = await shop.signedIn(options);
        const request = visitor.request();
        const session = await request.session();
        session.signIn(userId);
        await session.save();
        const listed = await refs();
        expect(listed).toEqual([session.ref]);
        const { headers } = await request.finish({ error: new Error('no') });
        visitor.jar.store(headers.setCookie);
        expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
      });

      test('twice at once with a click too many makes two sessions, and neither loses the cart', async () => {
        const visitor = await shop.signedIn(options);
        const [one, other] = [await visitor.open(), await visitor.open()];
        one.session.signIn(userId);
        other.session.signIn(userId);
        await Promise.all([one.request.commit(), other.request.commit()]);
        expect(one.session.toObject()).toEqual({ name: 'Ada' });
        expect(other.session.toObject()).toEqual({ name: 'Ada' });
        expect((await refs()).sort()).toEqual([one.session.ref, other.session.ref].sort());
      });

      // An entry leaves the list only with the deletion of its session, so the second finds nothing to copy.
      test('again, by somebody who is signed in, and once more with a click too many signs in without the data of before', async () => {
        const visitor = await signedIn();
        const [one, other] = [await visitor.open(), await visitor.open()];
        one.session.signIn(userId);
        other.session.signIn(userId);
        await one.request.commit();
        await other.request.commit();
        expect(one.session.toObject()).toEqual({ name: 'Ada' });
        expect(other.session.toObject()).toEqual({});
        expect((await refs()).sort()).toEqual([one.session.ref, other.session.ref].sort());
      });

      test('does not hold a new deadline back: the list ends with it', async () => {
        const visitor = await signedIn();
        shop.clock.advanceSeconds(600);
        await visitor.visit((session) => {
          session.signIn(userId);
          session.regenerate({ keepDeadline: true });
        });
        const [listed] = await user().list();
        expect(listed?.endsAt).toEqual(new Date(shop.clock.now() + DAY * 1000));
      });

      test('keeps what is sealed', async () => {
        options = { ...options, sealed: true };
        const visitor = await signedIn({ device: 'phone' });
        expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
        expect(JSON.stringify(await shop.table.item(visitor.id))).not.toContain('Ada');
      });
    });

    describe('most', () => {
      test('lets the oldest session go, and never a fourth live', async () => {
        const visitors = [];
        for (let i = 0; i < 5; i++) visitors.push(await signedIn({ most: 3, device: String(i) }));
        expect(await Promise.all(visitors.map(isAlive))).toEqual([false, false, true, true, true]);
        expect((await user().list()).map(({ device }) => device)).toEqual(['4', '3', '2']);
        expect(Object.keys(await entries())).toHaveLength(3);
      });

      test('of one leaves this session alone', async () => {
        const first = await signedIn();
        const second = await signedIn({ most: 1 });
        expect([await isAlive(first), await isAlive(second)]).toEqual([false, true]);
      });

      test('lets dead sessions go before a live one, however young they are', async () => {
        const [oldest, second, youngest] = [await signedIn(), await signedIn(), await signedIn()];
        await shop.signOut(youngest);
        await ready();
        await signedIn({ most: 3 });
        expect([await isAlive(oldest), await isAlive(second)]).toEqual([true, true]);
        expect(await refs()).toHaveLength(3);
        expect(Object.keys(await entries())).toHaveLength(3);
      });

      test('reads the sessions of the list only where there is no room', async () => {
        await signedIn();
        const visitor = await shop.signedIn(options);
        await ready();
        await visitor.visit((session) => session.signIn(userId, { most: 2 }));
        expect(calls()).toEqual(['GetItem(strong)', 'UpdateItem', 'GetItem(strong)', 'TransactWriteItems']);
        await visitor.visit((session) => session.signIn(userId, { most: 1 }));
        expect(calls()).toEqual(['GetItem(strong)', 'UpdateItem', 'GetItem(strong)', 'GetItem(strong)', 'TransactWriteItems']);
      });

      test('holds for sign-ins at once, whatever order they come in', async () => {
        const visitors = await Promise.all(Array.from({ length: 8 }, () => shop.signedIn(options)));
        await Promise.all(visitors.map((visitor) => visitor.visit((session) => session.signIn(userId, { most: 3 }))));
        const alive = await Promise.all(visitors.map(isAlive));
        expect(alive.filter(Boolean)).toHaveLength(3);
        expect(await refs()).toHaveLength(3);
      });

      test('of 97 sessions all fit, and the 98th lets the oldest go', async () => {
        const first = await signedIn();
        const [[ref, entry]] = Object.entries(await entries()) as [[string, Entries[string]]];
        const item = (await userItem()) as Record<string, AttributeValue>;
        const ses: Entries = { [ref]: entry };
        for (let i = 0; i < 96; i++) {
          const key = Buffer.alloc(32, i + 1);
          ses[refOf(key)] = { M: { ...entry.M, k: { B: key }, iat: { N: String(Math.floor(shop.clock.now() / 1000)) } } };
          await shop.table.put({ ...((await shop.table.item(first.id)) as Record<string, AttributeValue>), sid: { B: key } });
        }
        await shop.table.put({ ...item, ses: { M: ses } });
        expect(await refs()).toHaveLength(97);
        shop.clock.advanceSeconds(1);
        const last = await signedIn();
        expect([await isAlive(first), await isAlive(last)]).toEqual([false, true]);
        expect(await refs()).toHaveLength(97);
        expect(await user().endAll({ except: (await refs())[0] })).toBe(96);
        expect(await isAlive(last)).toBe(true);
        expect(await refs()).toHaveLength(1);
      }, 60_000);
    });

    describe('regenerate', () => {
      test('of a listed session exchanges its entry in one transaction, and keeps the device', async () => {
        const visitor = await signedIn({ device: 'phone' });
        const { id } = visitor;
        await ready();
        await visitor.visit((session) => session.regenerate());
        expect(calls()).toEqual(['GetItem(strong)', 'UpdateItem', 'GetItem(strong)', 'TransactWriteItems']);
        expect((await user().list()).map(({ device }) => device)).toEqual(['phone']);
        expect(await shop.table.item(id)).toBeUndefined();
        expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
      });

      test('with the same deadline keeps it in the list', async () => {
        const visitor = await signedIn();
        const [before] = await user().list();
        shop.clock.advanceSeconds(60);
        await visitor.visit((session) => session.regenerate({ keepDeadline: true }));
        const [after] = await user().list();
        expect([after?.createdAt, after?.endsAt]).toEqual([before?.createdAt, before?.endsAt]);
      });

      test('of a session that endAll ended meanwhile lets nobody in', async () => {
        const visitor = await signedIn();
        const request = visitor.request();
        const session = await request.session();
        session.regenerate();
        session.set('count', 1);
        await user().endAll();
        await expect(session.save()).rejects.toBeInstanceOf(SessionEndedError);
        expect((await request.commit()).setCookie).toEqual([]);
        expect(await refs()).toEqual([]);
      });

      test('between whose freeze and copy endAll comes lets nobody in, and a sign-in goes on', async () => {
        for (const signsIn of [false, true]) {
          const visitor = await signedIn();
          const { request, session } = await visitor.open();
          if (signsIn) session.signIn(userId);
          else session.regenerate();
          const gate = shop.client.hold('transactWrite');
          const committed = request.commit();
          await gate.reached;
          await user().endAll();
          gate.open();
          const { setCookie } = await committed;
          expect(setCookie.length > 0).toBe(signsIn);
          expect(await refs()).toHaveLength(signsIn ? 1 : 0);
          await user().endAll();
        }
      });

      test.each([false, true])('of a session that ran out meanwhile leaves no session outside of the list (after endAll: %j)', async (ends) => {
        const visitor = await signedIn();
        const { request, session } = await visitor.open();
        session.regenerate();
        session.set('note', 'may administer');
        if (ends) await user().endAll();
        shop.clock.advanceSeconds(1300);
        await expect(session.save()).rejects.toBeInstanceOf(SessionEndedError);
        expect((await request.commit()).setCookie).toEqual([]);
        expect(JSON.stringify(await shop.table.items())).not.toContain('may administer');
      });

      test('of a session that others made too large meanwhile leaves no session outside of the list', async () => {
        const visitor = await signedIn();
        const { request, session } = await visitor.open();
        session.regenerate();
        session.set('note', `may administer ${randomBytes(1500).toString('hex')}`);
        await shop.copyOf(visitor, { ...options, compress: false }).visit((other) => other.set('cart', ['x'.repeat(408_000)]));
        await expect(session.save()).rejects.toMatchObject({ code: 'too-large' });
        expect((await request.finish({ error: new Error('no') })).headers.setCookie).toEqual([]);
        expect(JSON.stringify(await shop.table.items())).not.toContain('may administer');
      });

      test('twice at once of a listed session goes on with one of them', async () => {
        const visitor = await signedIn();
        const [one, other] = [await visitor.open(), await visitor.open()];
        one.session.regenerate();
        other.session.regenerate();
        const cookies = (await Promise.all([one.request.commit(), other.request.commit()])).map(({ setCookie }) => setCookie.length);
        expect(cookies.sort()).toEqual([0, 2]);
        expect(await refs()).toHaveLength(1);
      });

      test('of a session whose option absoluteTimeout is gone keeps the deadline that it has', async () => {
        const visitor = await signedIn();
        const [before] = await user().list();
        const later = shop.copyOf(visitor);
        await later.visit((session) => session.regenerate());
        const [after] = await user().list();
        expect(after?.endsAt).toEqual(before?.endsAt);
        expect((await shop.table.item(later.id))?.abs?.N).toBe(String((before?.endsAt.getTime() ?? 0) / 1000));
      });
    });

    describe('list', () => {
      test('shows each session with its device, the newest first, and which is the present one', async () => {
        await signedIn({ device: 'phone' });
        const second = await signedIn({ device: 'laptop' });
        const ref = await second.visit((session) => session.ref);
        const listed = await user().list();
        expect(listed.map(({ device }) => device)).toEqual(['laptop', 'phone']);
        expect(listed.map((each) => each.ref === ref)).toEqual([true, false]);
      });

      test('leaves out sessions that were signed out or ran out; without verification it is one read', async () => {
        const [out, gone] = [await signedIn(), await signedIn()];
        await shop.signOut(out);
        await ready();
        expect(await user().list({ verify: false })).toHaveLength(2);
        expect(calls()).toEqual(['GetItem(strong)']);
        expect(await refs()).toHaveLength(1);
        expect(calls()).toEqual(['GetItem(strong)', 'GetItem(strong)', 'GetItem(strong)']);
        shop.clock.advanceSeconds(1300);
        expect(await refs()).toEqual([]);
        expect(await isAlive(gone)).toBe(true);
        shop.clock.advanceSeconds(DAY);
        expect(await user().list({ verify: false })).toEqual([]);
      });

      test('leaves a session out from the second of its deadline, unread too', async () => {
        await signedIn();
        shop.clock.advanceSeconds(DAY - 2);
        expect(await user().list({ verify: false })).toHaveLength(1);
        shop.clock.advanceSeconds(1);
        expect(await user().list({ verify: false })).toEqual([]);
      });

      test('of a user who never signed in is empty', async () => {
        expect(await user().list()).toEqual([]);
      });

      test('leaves out a session of another user that stands in the list', async () => {
        const visitor = await signedIn();
        const item = (await shop.table.item(visitor.id)) as Record<string, AttributeValue>;
        await shop.table.put({ ...item, usr: { B: Buffer.alloc(32) } });
        expect(await refs()).toEqual([]);
      });
    });

    describe('endAll', () => {
      test('ends every session in one transaction, and later ones are in', async () => {
        const visitors = [await signedIn(), await signedIn()];
        await ready();
        expect(await user().endAll()).toBe(2);
        expect(calls()).toEqual(['GetItem(strong)', 'TransactWriteItems']);
        expect(shop.events).toEqual(['invalidated', 'invalidated']);
        expect(await Promise.all(visitors.map(isAlive))).toEqual([false, false]);
        expect(await entries()).toEqual({});
        expect(await isAlive(await signedIn())).toBe(true);
      });

      test('but this one: a password change', async () => {
        const [thief, owner] = [await signedIn(), await signedIn()];
        const ref = await owner.visit((session) => session.ref);
        expect(await user().endAll({ except: ref })).toBe(1);
        expect([await isAlive(thief), await isAlive(owner)]).toEqual([false, true]);
        expect(await refs()).toEqual([ref]);
      });

      test('but one that is not listed ends all', async () => {
        const visitor = await signedIn();
        expect(await user().endAll({ except: '0123456789abcdef' })).toBe(1);
        expect(await isAlive(visitor)).toBe(false);
      });

      test('of a user who never signed in leaves an empty item, so that a sign-in under way is refused and begins again', async () => {
        const visitor = await shop.signedIn(options);
        const { request, session } = await visitor.open();
        session.signIn(userId);
        const gate = shop.client.hold('transactWrite');
        const committed = request.commit();
        await gate.reached;
        expect(await user().endAll()).toBe(0);
        calls();
        gate.open();
        await committed;
        expect(calls()).toEqual(['TransactWriteItems', 'GetItem(strong)', 'TransactWriteItems']);
        expect(await refs()).toEqual([session.ref]);
      });

      test('twice at once, and beside sign-ins, ends what was there', async () => {
        const before = [await signedIn(), await signedIn()];
        const during = await Promise.all(Array.from({ length: 4 }, () => shop.signedIn(options)));
        await Promise.all([
          user().endAll(), user().endAll(),
          ...during.map((visitor) => visitor.visit((session) => session.signIn(userId))),
        ]);
        expect(await Promise.all(before.map(isAlive))).toEqual([false, false]);
        const alive = (await Promise.all(during.map(isAlive))).filter(Boolean).length;
        expect(await refs()).toHaveLength(alive);
      });

      test('ends a list that something else made longer than it may be', async () => {
        await signedIn();
        const item = (await userItem()) as Record<string, AttributeValue>;
        const [entry] = Object.values(await entries());
        const ses: Entries = {};
        for (let i = 0; i < 120; i++) ses[refOf(Buffer.alloc(32, i))] = { M: { ...entry?.M, k: { B: Buffer.alloc(32, i) } } };
        await shop.table.put({ ...item, ses: { M: ses } });
        expect(await user().endAll()).toBe(120);
        expect(await entries()).toEqual({});
      });
    });

    describe.each([2, 8])('%d at once', (count) => {
      const atOnce = <Result>(act: (i: number) => Promise<Result>) => Promise.all(Array.from({ length: count }, (_, i) => act(i)));
      const four = async () => [await signedIn(), await signedIn(), await signedIn(), await signedIn()];

      test('of list each say the same; of end one says that it was there; of endAll each session is counted once', async () => {
        const visitors = await four();
        expect((await atOnce(() => user().list())).map((listed) => listed.length)).toEqual(Array(count).fill(4));
        const [ref = ''] = await refs();
        expect((await atOnce(() => user().end(ref))).filter(Boolean)).toHaveLength(1);
        expect(await refs()).toHaveLength(3);
        expect((await atOnce(() => user().endAll())).reduce((sum, ended) => sum + ended)).toBe(3);
        expect(await refs()).toEqual([]);
        expect(await Promise.all(visitors.map(isAlive))).toEqual([false, false, false, false]);
      });

      test('of all three end what was there', async () => {
        const visitors = await four();
        const [ref = ''] = await refs();
        await atOnce(async (i) => (i % 3 === 0 ? user().endAll() : i % 3 === 1 ? user().list() : user().end(ref)));
        expect(await Promise.all(visitors.map(isAlive))).toEqual([false, false, false, false]);
        expect(await entries()).toEqual({});
      });
    });

    describe('end', () => {
      test('after the commit knows the new ref alone, and ends the session for the next request', async () => {
        const visitor = await signedIn();
        const { request, session } = await visitor.open();
        session.regenerate();
        const before = session.ref as string;
        await visitor.commit(request);
        expect(await user().end(before)).toBe(false);
        expect(await user().end(session.ref as string)).toBe(true);
        expect(await user().end(session.ref as string)).toBe(false);
        expect(await user().endAll()).toBe(0);
        expect(await shop.seen(visitor)).toEqual({});
      });

      test('ends one session of the list, and says whether it was there', async () => {
        const [one, other] = [await signedIn(), await signedIn()];
        const ref = (await one.visit((session) => session.ref)) as string;
        expect(await user().end(ref)).toBe(true);
        expect([await isAlive(one), await isAlive(other)]).toEqual([false, true]);
        await ready();
        expect(await user().end(ref)).toBe(false);
        expect(await user().end('')).toBe(false);
        expect(await user().end('__proto__')).toBe(false);
        expect(calls()).toEqual(['GetItem(strong)', 'GetItem(strong)', 'GetItem(strong)']);
      });

      test('does not end a session of another user', async () => {
        const visitor = await signedIn();
        const ref = (await visitor.visit((session) => session.ref)) as string;
        expect(await sessions.user(`${userId}-other`).end(ref)).toBe(false);
        expect(await isAlive(visitor)).toBe(true);
      });
    });

    describe('A sign-out', () => {
      test('by endSession stays one DeleteItem, also of an open session', async () => {
        for (const opens of [false, true]) {
          const visitor = await signedIn();
          const request = visitor.request();
          if (opens) await request.session();
          await ready();
          await request.endSession();
          expect(calls()).toEqual(['DeleteItem']);
          expect(await refs()).toEqual([]);
          await user().endAll();
        }
      });

      test('by invalidate takes the entry along', async () => {
        const visitor = await signedIn();
        const request = visitor.request();
        const session = await request.session();
        await ready();
        await session.invalidate();
        expect(calls()).toEqual(['GetItem(strong)', 'TransactWriteItems']);
        expect(await entries()).toEqual({});
        expect((await request.commit()).setCookie[0]).toContain('Max-Age=0');
        expect(shop.events).toEqual(['invalidated']);
      });

      test('by invalidate succeeds where the list cannot be changed', async () => {
        const visitor = await signedIn();
        const request = visitor.request();
        const session = await request.session();
        shop.client.deny('transactWrite');
        await session.invalidate();
        expect(await isAlive(visitor)).toBe(false);
        expect(await refs()).toEqual([]);
      });

      test('by invalidate of a session whose entry is gone already deletes it alone', async () => {
        const visitor = await signedIn();
        const { request, session } = await visitor.open();
        await user().endAll();
        await session.invalidate();
        await request.commit();
        expect(await isAlive(visitor)).toBe(false);
      });
    });

    describe('Any other request of a signed-in user', () => {
      test('makes the calls that it made before', async () => {
        const visitor = await signedIn();
        const steps: [(session: Awaited<ReturnType<Visitor['open']>>['session']) => unknown, string[]][] = [
          [(session) => session.get('name'), ['GetItem(strong)']],
          [(session) => session.set('count', 1), ['GetItem(strong)', 'UpdateItem']],
          [(session) => session.update('count', (count = 0) => count + 1), ['GetItem(strong)', 'UpdateItem']],
          [(session) => session.remember(5000), ['GetItem(strong)', 'UpdateItem']],
        ];
        for (const [step, expected] of steps) {
          calls();
          await visitor.visit(async (session) => void (await step(session)));
          expect(calls()).toEqual(expected);
        }
      });
    });

    describe('What the table shows', () => {
      test('is no user id, and an item that ends with the last session, never sooner than in an hour', async () => {
        const visitor = await signedIn({ device: 'phone' });
        const now = Math.floor(shop.clock.now() / 1000) - 1;
        const item = await userItem();
        const [entry] = Object.values(await entries());
        expect(JSON.stringify(await shop.table.items())).not.toContain(userId);
        expect(item).toMatchObject({ exp: { N: String(now + DAY) }, ver: { N: expect.stringMatching(/^\d+$/) as string } });
        expect(entry?.M).toEqual({
          k: (await shop.table.item(visitor.id))?.sid, iat: { N: String(now) }, abs: { N: String(now + DAY) }, dev: { S: 'phone' },
        });
        shop.clock.advanceSeconds(DAY);
        await user().endAll();
        expect(Number((await userItem())?.exp?.N)).toBe(Math.floor(shop.clock.now() / 1000) + 3600);
      });

      test('never moves its end back', async () => {
        await signedIn();
        const { exp } = (await userItem()) as Record<string, AttributeValue>;
        await user().endAll();
        expect((await userItem())?.exp).toEqual(exp);
      });

      test('is nothing that a cookie could name', async () => {
        await signedIn();
        expect(() => sessions.byId.begin(`\0user\0\0${userId}`)).toThrow(/does not begin with a NUL/);
        await expect(sessions.byId.delete(`\0user\0\0${userId}`)).rejects.toThrow(TypeError);
        expect(await refs()).toHaveLength(1);
      });

      test('is apart for each namespace', async () => {
        const other = sessionFactory({ ...options, tableName: shop.table.name, client: shop.client, clock: shop.clock, namespace: 'preview' });
        await signedIn();
        expect(await other.user(userId).list()).toEqual([]);
        expect(await other.user(userId).endAll()).toBe(0);
        expect(await refs()).toHaveLength(1);
      });
    });

    describe('A damaged user\'s item', () => {
      test.each<[string, (item: Record<string, AttributeValue>) => Record<string, AttributeValue>]>([
        ['without its list', ({ ses: _, ...item }) => item],
        ['with a list of another kind', (item) => ({ ...item, ses: { S: 'no' } })],
        ['with an entry of another kind', (item) => ({ ...item, ses: { M: { '0123456789abcdef': { S: 'no' } } } })],
        ['with an entry without its key', (item) => ({ ...item, ses: { M: { '0123456789abcdef': { M: { iat: { N: '1' }, abs: { N: '9' } } } } } })],
        ['with a device of another kind', (item) => ({ ...item, ses: { M: { a: { M: { k: { B: Buffer.alloc(32) }, iat: { N: '1' }, abs: { N: '9' }, dev: { N: '1' } } } } } })],
        ['without a version', ({ ver: _, ...item }) => item],
        ['with a version of another kind', (item) => ({ ...item, ver: { S: 'one' } })],
        ['without an end', ({ exp: _, ...item }) => item],
      ])('%s is told, and a sign-in goes on with a new one', async (_, damage) => {
        await signedIn();
        await shop.table.put(damage((await userItem()) as Record<string, AttributeValue>));
        await ready();
        expect(await user().list()).toEqual([]);
        expect(shop.events).toEqual(['user-item-invalid']);
        const visitor = await signedIn();
        expect(await isAlive(visitor)).toBe(true);
        expect(await refs()).toHaveLength(1);
      });

      test('of a newer version is left as it is, and the sign-in is refused', async () => {
        await signedIn();
        const item = { ...((await userItem()) as Record<string, AttributeValue>), fmt: { N: '2' } };
        await shop.table.put(item);
        const visitor = await shop.signedIn(options);
        const { request, session } = await visitor.open();
        session.signIn(userId);
        await expect(request.commit()).rejects.toMatchObject({ code: 'configuration', message: expect.stringContaining('newer version') as string });
        await expect(user().endAll()).rejects.toBeInstanceOf(SessionUnavailableError);
        expect(await userItem()).toEqual(item);
      });
    });

    describe('Bad input', () => {
      test.each<[string, unknown]>([
        ['empty', ''], ['a number', 7], ['missing', undefined], ['an object', { toString: () => 'ada' }],
        ['longer than 1,024 bytes', 'é'.repeat(513)], ['half a character', 'ada\ud800'],
      ])('a user id that is %s is refused at its line', async (_, id) => {
        const { session } = await (await shop.signedIn(options)).open();
        expect(() => session.signIn(id as string)).toThrow(/^signIn: the user id is not usable; allowed is/);
        expect(() => sessions.user(id as string)).toThrow(/^user: the user id is not usable; allowed is/);
      });

      test('a user id of 1,024 bytes of any text is taken, and told from others', async () => {
        for (const id of ['é'.repeat(512), '\0', ' ', '__proto__', 'a\0b', '\u{1f600}'.repeat(256)]) {
          userId = id;
          const visitor = await signedIn();
          expect(await refs()).toHaveLength(1);
          await user().endAll();
          expect(await isAlive(visitor)).toBe(false);
        }
      });

      test.each<[string, object, RegExp]>([
        ['most of 0', { most: 0 }, /^signIn: most is 0; allowed is a whole number from 1 on/],
        ['most of 1.5', { most: 1.5 }, /^signIn: most is 1.5/],
        ['most that is a text', { most: '3' }, /^signIn: most is 3/],
        ['a device of 201 bytes', { device: 'é'.repeat(101) }, /^signIn: device is not usable; allowed is a text of at most 200 bytes/],
        ['a device that is no text', { device: 7 }, /^signIn: device is not usable/],
      ])('%s is refused at its line', async (_, more, message) => {
        const { request, session } = await (await shop.signedIn(options)).open();
        expect(() => session.signIn(userId, more)).toThrow(TypeError);
        expect(() => session.signIn(userId, more)).toThrow(message);
        await ready();
        await request.commit();
        expect(calls()).toEqual([]);
      });

      test('without absoluteTimeout it is refused at its line, by the name of the option', async () => {
        const { session } = await (await shop.signedIn()).open();
        expect(() => session.signIn(userId)).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining('absoluteTimeout') as string }) as Error);
      });

      test('after the commit, and in a function that may only read, it is misuse', async () => {
        const visitor = await shop.signedIn(options);
        const { request, session } = await visitor.open();
        await request.commit();
        expect(() => session.signIn(userId)).toThrow(SessionError);
        const before = process.env;
        process.env = { ...before, SESSION_TABLE_OPTIONS: '{"access":"read"}' };
        const readers = sessionFactory({ ...options, tableName: shop.table.name, client: shop.client, clock: shop.clock });
        process.env = before;
        await expect(readers.user(userId).endAll()).rejects.toMatchObject({ code: 'misuse' });
        await expect(readers.user(userId).end('0')).rejects.toMatchObject({ code: 'misuse' });
        expect(await readers.user(userId).list()).toEqual([]);
      });

      test('a client without transactions is refused at the line of signIn, and of regenerate for a user\'s session', async () => {
        const visitor = await signedIn();
        const { getItem, putItem, updateItem, deleteItem } = shop.client as SessionClient;
        const bind = <Method extends (...args: never[]) => unknown>(method: Method) => method.bind(shop.client) as Method;
        const client: SessionClient = { getItem: bind(getItem), putItem: bind(putItem), updateItem: bind(updateItem), deleteItem: bind(deleteItem) };
        const plain = sessionFactory({ ...options, tableName: shop.table.name, client, clock: shop.clock });
        const session = await plain.forRequest({ cookies: visitor.jar.header(), https: true }).session();
        expect(() => session.regenerate()).toThrow(/transactWrite/);
        expect(() => session.signIn(userId)).toThrow(/transactWrite/);
        await expect(plain.user(userId).endAll()).rejects.toThrow(/transactWrite/);
        await session.invalidate();
        expect(await isAlive(visitor)).toBe(false);
      });
    });
  });
}

