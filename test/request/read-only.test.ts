import { SessionFactory, sessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { TestTable } from '../support/table';
import { ShopData, ShopSession, Visitor } from '../support/visitor';

let table: TestTable;
let clock: FakeClock;
let visitor: Visitor;
let readers: SessionFactory<ShopData>;
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(async () => {
  clock = new FakeClock();
  visitor = await Visitor.withSession(table, clock);
  clock.advanceSeconds(300);
  // As grantRead writes it.
  process.env.SESSION_TABLE_OPTIONS = '{"access":"read"}';
  readers = sessionFactory<ShopData>({ tableName: table.name, client: table.client, clock });
  delete process.env.SESSION_TABLE_OPTIONS;
});
afterAll(() => table.stop());

function begin(cookies: string | undefined = visitor.jar.header()) {
  return readers.forRequest({ cookies, https: true });
}

describe('a function that may only read sessions', () => {
  test('reads, and does not extend the session although that is due', async () => {
    const request = begin();
    expect((await request.session()).get('name')).toBe('Ada');
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(table.takeCalls()).toEqual(['GetItem']);
  });

  const CHANGES: [string, (session: ShopSession) => unknown][] = [
    ['set', (session) => session.set('count', 1)],
    ['delete', (session) => session.delete('name')],
    ['clear', (session) => session.clear()],
    ['update', (session) => session.update('count', () => 1)],
    ['save', (session) => session.save()],
    ['invalidate', (session) => session.invalidate()],
    ['regenerate', (session) => session.regenerate()],
    ['remember', (session) => session.remember(60)],
    ['flash', (session) => session.flash('hello')],
    ['newCsrfToken', (session) => session.newCsrfToken()],
  ];
  test.each(CHANGES)('is told so by %s, and makes no call', async (_, change) => {
    const session = await begin().session();
    table.takeCalls();
    await expect((async () => change(session))()).rejects.toThrow(/may only read sessions.*grantRead.*grantReadWrite/);
    expect(table.takeCalls()).toEqual([]);
  });

  test('is told at the commit that a value was changed in place', async () => {
    const cart = ['tea'];
    await visitor.visit((session) => session.set('cart', cart));
    const request = begin();
    (await request.session()).get('cart')?.push('milk');
    table.takeCalls();
    await expect(request.commit()).rejects.toThrow('may only read sessions');
    expect(table.takeCalls()).toEqual([]);
  });

  test('cannot end a session, opened or not, and no cookie goes out', async () => {
    const request = begin();
    await expect(request.endSession()).rejects.toThrow('may only read sessions');
    await request.session();
    await expect(request.endSession()).rejects.toThrow('may only read sessions');
    expect(await request.discard()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(table.takeCalls()).toEqual(['GetItem']);
  });

  test('may end the session of a visitor who has none', async () => {
    await begin('theme=dark').endSession();
    expect(table.takeCalls()).toEqual([]);
  });

  test('may pop from an empty queue, and peek', async () => {
    await visitor.visit((session) => session.flash('hello'));
    const session = await begin().session();
    expect([session.popFlash('errors'), session.peekFlash()]).toEqual([[], ['hello']]);
    expect(() => session.popFlash()).toThrow('may only read sessions');
  });
});
