/** What programs do wrong, by its numbers in the requirements. */
import { Scene } from '../support/scene';
import { ShopSession } from '../support/visitor';

const scene = Scene.on();

const VERBS: [string, (session: ShopSession) => unknown][] = [
  ['set', (session) => session.set('count', 1)],
  ['delete', (session) => session.delete('count')],
  ['take', (session) => session.take('name')],
  ['clear', (session) => session.clear()],
  ['flash', (session) => session.flash('hello')],
  ['regenerate', (session) => session.regenerate()],
  ['remember', (session) => session.remember(60)],
  ['forget', (session) => session.forget()],
  ['newCsrfToken', (session) => session.newCsrfToken()],
  ['update', (session) => session.update('count', () => 1)],
  ['save', (session) => session.save()],
  ['invalidate', (session) => session.invalidate()],
];

describe('89 and 90: after the request', () => {
  test.each(VERBS)('%s fails, and reading goes on', async (_, use) => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    await visitor.commit(request);
    scene.table.takeCalls();
    await expect(async () => use(session)).rejects.toMatchObject({ code: 'misuse', message: expect.stringContaining('committed with the response') });
    expect(session.get('name')).toBe('Ada');
    expect(scene.table.takeCalls()).toEqual([]);
  });
});

test('89: after invalidate the session is used on as a new one, and its own cookie goes out', async () => {
  const visitor = await scene.signedIn();
  const { id } = visitor;
  await visitor.visit(async (session) => {
    await session.invalidate();
    expect([session.isNew, session.size, session.ref]).toEqual([true, 0, undefined]);
    session.set('name', 'Bea');
  });
  expect(visitor.id).not.toBe(id);
  expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
});

test('91: a session that is asked for twice in a request is one object, and one cookie', async () => {
  const visitor = scene.visitor();
  const request = visitor.request();
  const session = await request.session();
  expect(await request.session()).toBe(session);
  session.set('name', 'Ada');
  expect((await request.commit()).setCookie.filter((cookie) => cookie.startsWith('session_id='))).toHaveLength(1);
  expect((await request.commit()).setCookie.filter((cookie) => cookie.startsWith('session_id='))).toHaveLength(1);
  expect(scene.table.takeCalls()).toEqual(['PutItem']);
});

describe('93: keys', () => {
  test.each<[string, unknown, string]>([
    ['__proto__', '__proto__', '__proto__'],
    ['a symbol', Symbol('x'), 'symbol'],
    ['a number', 7, 'number'],
    ['empty', '', '0 bytes'],
    ['256 bytes', 'é'.repeat(128), '256 bytes'],
    ['a megabyte', 'x'.repeat(1_048_576), '1048576 bytes'],
    ['the first half of a surrogate pair', 'a\ud800b', 'surrogate'],
    ['the second half of a surrogate pair', '\udc00', 'surrogate'],
  ])('that are %s are refused where they are set', async (_, key, why) => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      expect(() => session.set(key as 'note', 1)).toThrow(why);
      await expect(session.update(key as 'note', () => 1)).rejects.toThrow(TypeError);
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });
});

class Money {
  public constructor(public readonly amount: number) {}
}
const cycle: unknown[] = [];
cycle.push({ cycle });
const fail = (): never => {
  throw new RangeError('no');
};

describe('94: values that JSON would change or refuse', () => {
  test.each<[string, unknown, string]>([
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a BigInt', 1n, 'a bigint'],
    ['a cycle', cycle, '[0].cycle is a cycle'],
    ['a Date', new Date(0), 'an instance of Date'],
    ['a Map', new Map(), 'an instance of Map'],
    ['an instance', [{ price: new Money(1) }], '[0].price is an instance of Money'],
    ['NaN', { a: NaN }, '.a is NaN'],
    ['undefined in a list', [1, undefined], '[1] is undefined'],
    ['a Proxy that throws', new Proxy({}, { ownKeys: fail }), 'no'],
    ['a getter that throws', { get a() { return fail(); } }, 'no'],
    ['a toJSON that throws', { toJSON: fail }, ''],
    ['something too deep', JSON.parse('['.repeat(65) + ']'.repeat(65)), 'nested deeper than 64'],
  ])('such as %s are refused where they are set, with their place', async (_, value, why) => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      expect(() => session.set('note', value)).toThrow(why);
      expect(() => session.set('note', value)).toThrow('The session cannot keep the value of "note"');
      await expect(session.update('note', () => value)).rejects.toThrow(TypeError);
    });
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('are refused at the commit, where a value becomes one after it was set; nothing is written', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    const value: { at?: Date } = {};
    session.set('note', value);
    value.at = new Date(0);
    await expect(request.commit()).rejects.toThrow('"note": .at is an instance of Date');
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });
});

test('95: a change inside of a value that was handed out is stored, however deep it is', async () => {
  const visitor = await scene.signedIn();
  await visitor.visit((session) => session.set('note', { a: [{ b: 1 }] }));
  await visitor.visit((session) => {
    (session.get('note') as { a: { b: number }[] }).a[0]!.b = 2;
  });
  await visitor.visit((session) => {
    for (const [, value] of session.entries()) if (typeof value === 'object') (value as { a: object[] }).a.push({});
  });
  expect(await visitor.visit((session) => session.get('note'))).toEqual({ a: [{ b: 2 }, {}] });
});

describe('96: twice', () => {
  test('regenerate is one new id', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.regenerate();
      session.regenerate();
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem', 'PutItem']);
  });

  test('invalidate is one deletion', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      await session.invalidate();
      await session.invalidate();
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'DeleteItem']);
  });

  test('endSession is one deletion', async () => {
    const visitor = await scene.signedIn();
    const request = visitor.request();
    await request.endSession();
    await request.endSession();
    expect((await request.commit()).setCookie).toHaveLength(1);
    expect(scene.table.takeCalls()).toEqual(['DeleteItem']);
  });

  test('regenerate after invalidate has nothing to give a new id to', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      await session.invalidate();
      session.regenerate();
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'DeleteItem']);
    expect(visitor.id).toBe('');
  });
});

test('97: a session that is asked for at once in several places is read once, and is one object', async () => {
  const request = (await scene.signedIn()).request();
  const sessions = await Promise.all([request.session(), request.session(), request.session()]);
  expect(new Set(sessions).size).toBe(1);
  expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
});

test('98: a commit after an explicit save writes what was changed since, and nothing else', async () => {
  const visitor = await scene.signedIn();
  await visitor.visit(async (session) => {
    session.set('count', 1);
    await session.save();
    await session.save();
  });
  expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
});

test('98: changes that are made while a save is under way are not lost, nor written with it', async () => {
  const visitor = await scene.signedIn();
  const { request, session } = await visitor.open();
  session.set('count', 1);
  const gate = scene.client.hold('updateItem');
  const saved = session.save();
  await gate.reached;
  session.set('count', 2);
  session.set('cart', ['tea']);
  gate.open();
  await saved;
  expect((await scene.table.item(visitor.id))?.dat?.M).toEqual({ name: { S: '"Ada"' }, count: { S: '1' } });
  await visitor.commit(request);
  expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 2, cart: ['tea'] });
});

test('99: a request that does not use the session makes no call and sends nothing', async () => {
  const visitor = await scene.signedIn();
  expect(await visitor.request().commit()).toEqual({ setCookie: [] });
  expect(scene.table.takeCalls()).toEqual([]);
});
