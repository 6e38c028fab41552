import { changesOf, damaged, restlessCodec, store, values } from './some-values';
import { Stored, Values } from '../../src/runtime/session/values';

beforeEach(() => damaged.mockClear());

const MISUSE = expect.objectContaining({ name: 'SessionError', code: 'misuse', message: expect.stringContaining('"cart"') as string }) as Error;

describe('when another request has written', () => {
  test('its values are taken in, and our changes stay', () => {
    const session = values({ mine: '1', theirs: '1', both: '1', removed: '1', same: '[1]' });
    const same = session.get('same');
    session.get('removed');
    session.set('mine', 2);
    session.set('both', 2);
    session.rebase(new Map([['mine', '1'], ['theirs', '3'], ['both', '3'], ['added', '4'], ['same', '[1]']]));
    expect(Object.fromEntries(session.keys().map((key) => [key, session.get(key)]))).toEqual({ mine: 2, theirs: 3, both: 2, same: [1], added: 4 });
    expect(session.get('same')).toBe(same);
    expect(changesOf(session)).toEqual({ mine: '2', both: '2' });
  });

  test('a change inside of a value stays too', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    cart.push(2);
    session.rebase(new Map([['cart', '[7]']]));
    expect(changesOf(session)).toEqual({ cart: '[1,2]' });
    cart.push(3);
    expect(changesOf(session)).toEqual({ cart: '[1,2,3]' });
  });

  test('what we deleted stays deleted, and is not removed twice', () => {
    const session = values({ a: '1', b: '1' });
    for (const key of session.keys()) session.delete(key);
    session.rebase(new Map([['a', '2']]));
    expect(changesOf(session)).toEqual({ a: undefined });
    expect(session.get('a')).toBeUndefined();
  });

  test('a key that we deleted stays deleted, also where it was there only afterwards', () => {
    const session = values();
    session.delete('c');
    session.rebase(new Map([['c', '3']]));
    expect([session.get('c'), changesOf(session)]).toEqual([undefined, { c: undefined }]);
  });

  test('a value that both set alike is not written again', () => {
    const session = values({ a: '1' });
    session.set('a', 2);
    session.rebase(new Map([['a', '2']]));
    expect(session.changes().size).toBe(0);
  });

  test('a value that we set and it removed is written', () => {
    const session = values({ a: '1' });
    session.set('a', 2);
    session.rebase(new Map());
    expect(changesOf(session)).toEqual({ a: '2' });
  });

  test('bytes that are the same are no change, and others are read', () => {
    const session = values({ a: Uint8Array.of(1, 2) });
    session.get('a');
    session.rebase(new Map([['a', Uint8Array.of(1, 2)]]));
    session.get('a');
    expect(damaged).toHaveBeenCalledTimes(1);
    session.rebase(new Map<string, Stored>([['a', '5']]));
    expect(session.get('a')).toBe(5);
  });
});

describe('an object that was handed out before newer data took its place', () => {
  /** The values, and the cart as it was before another request wrote it. */
  function moved(): [Values, number[]] {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    session.rebase(new Map([['cart', '[1,7]']]));
    return [session, cart];
  }

  test('does no harm if it is left alone', () => {
    const [session] = moved();
    expect([session.get('cart'), changesOf(session)]).toEqual([[1, 7], {}]);
  });

  test('makes the commit throw and name the key if it is changed afterwards', () => {
    const [session, cart] = moved();
    cart.push(2);
    expect(() => session.changes()).toThrow(MISUSE);
    expect(() => session.changes()).toThrow('Call get() again after them, or set() the value.');
  });

  test('makes the commit throw too if the key is gone by now', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    session.rebase(new Map());
    cart.push(2);
    expect(() => session.changes()).toThrow(MISUSE);
  });

  test('may be set, which says what to do with it', () => {
    const [session, cart] = moved();
    cart.push(2);
    session.set('cart', cart);
    expect(changesOf(session)).toEqual({ cart: '[1,2]' });
  });

  test('is settled by setting its key, and not by setting another one', () => {
    const [session, cart] = moved();
    cart.push(2);
    session.set('other', cart);
    expect(() => session.changes()).toThrow(MISUSE);
    session.set('cart', [5]);
    expect(session.changes().get('cart')).toBe('[5]');
  });

  test('may be changed back', () => {
    const [session, cart] = moved();
    cart.push(2);
    cart.pop();
    expect(session.changes().size).toBe(0);
  });

  test('is compared by its value where a codec never writes the same text twice', () => {
    const codec = restlessCodec();
    const session = values({ cart: codec.stringify([1]) }, codec);
    const cart = session.get('cart') as number[];
    session.rebase(new Map([['cart', codec.stringify([7])]]));
    expect(session.changes().size).toBe(0);
    cart.push(2);
    expect(() => session.changes()).toThrow(MISUSE);
  });
});

describe('a value whose text is not the one that the codec writes for it', () => {
  const written = { cart: '[ 1, {"b": 2, "a": 1.0} ]', name: '"\\u0041da"', none: ' null' };

  test('is not a change when it was only read, or set to what it was', () => {
    const session = values(written);
    expect(session.keys().map((key) => session.get(key))).toEqual([[1, { b: 2, a: 1 }], 'Ada', null]);
    session.set('name', 'Ada');
    session.set('none', null);
    session.set('cart', [1, { b: 2, a: 1 }]);
    expect(session.changes().size).toBe(0);
  });

  test('is written in our text once it is changed', () => {
    const session = values(written);
    (session.get('cart') as unknown[]).push(3);
    expect(changesOf(session)).toEqual({ cart: '[1,{"b":2,"a":1},3]' });
  });

  test('is moved as it is', () => {
    const session = values(written);
    session.get('cart');
    expect(session.snapshot(() => true).get('cart')).toBe(written.cart);
  });
});

describe('with a codec that never writes the same text twice', () => {
  test('what was only read, or set to what it was, is not written', () => {
    const codec = restlessCodec();
    const session = values({ cart: codec.stringify([1]), at: codec.stringify(new Date(5)), n: codec.stringify(1) }, codec);
    expect(session.keys().map((key) => session.get(key))).toEqual([[1], new Date(5), 1]);
    session.set('n', 1);
    session.set('at', new Date(5));
    expect(session.changes().size).toBe(0);
  });

  test('a change inside of a value is written', () => {
    const codec = restlessCodec();
    const session = values({ cart: codec.stringify([1]), at: codec.stringify(new Date(5)) }, codec);
    (session.get('cart') as number[]).push(2);
    (session.get('at') as Date).setTime(6);
    const changes = changesOf(session);
    expect(Object.keys(changes)).toEqual(['cart', 'at']);
    expect(codec.parse(changes.cart as string)).toEqual([1, 2]);
    expect(codec.parse(changes.at as string)).toEqual(new Date(6));
  });

  test('nothing is left to write after a write', () => {
    const session = values({}, restlessCodec());
    session.set('cart', [1]);
    store(session);
    expect(session.changes().size).toBe(0);
  });
});

describe('an update', () => {
  /** Writes an update of the cart that adds a number, as the table has the values now. */
  function push(session: Values, start: ReturnType<Values['beginUpdate']>, n: number): void {
    const { text, value } = session.baseOf(start);
    const after = JSON.stringify([...((value ?? []) as number[]), n]);
    session.markUpdated(start, text, after, after);
  }

  test('is computed from a copy of what is stored, and nothing of it is left to write', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart');
    const start = session.beginUpdate('cart');
    expect(session.baseOf(start)).toEqual({ text: '[1]', value: [1] });
    expect(session.baseOf(start).value).not.toBe(cart);
    push(session, start, 2);
    expect([session.get('cart'), changesOf(session)]).toEqual([[1, 2], {}]);
  });

  test.each([['set', [5]], ['changed in place', [1, 5]]])('is computed from a value that was %s here before', (how, own) => {
    const session = values({ cart: '[1]' });
    if (how === 'set') session.set('cart', [5]);
    else (session.get('cart') as number[]).push(5);
    const start = session.beginUpdate('cart');
    session.rebase(new Map([['cart', '[9]']]));
    expect(session.baseOf(start).value).toEqual(own);
    push(session, start, 6);
    expect([session.get('cart'), changesOf(session)]).toEqual([[...own, 6], {}]);
  });

  test('is computed from nothing where the key was deleted here, is not there, or is damaged', () => {
    const session = values({ cart: '[1]', broken: Uint8Array.of(1) });
    session.delete('cart');
    for (const key of ['cart', 'other', 'broken']) expect(session.baseOf(session.beginUpdate(key)).value).toBeUndefined();
    push(session, session.beginUpdate('cart'), 2);
    expect([session.get('cart'), changesOf(session)]).toEqual([[2], {}]);
  });

  test('is computed from what is stored by now where another request came between', () => {
    const session = values({ cart: '[1]' });
    const start = session.beginUpdate('cart');
    session.rebase(new Map([['cart', '[1,7]']]));
    push(session, start, 2);
    expect(session.get('cart')).toEqual([1, 7, 2]);
  });

  test.each([
    ['a set', (session: Values) => session.set('cart', [5]), { cart: '[5]' }],
    ['a set to what was stored before', (session: Values) => session.set('cart', [1]), { cart: '[1]' }],
    ['a deletion', (session: Values) => session.delete('cart'), { cart: undefined }],
  ])('leaves %s of its key that came while it was under way to be written over it', (_, change, changes) => {
    const session = values({ cart: '[1]' });
    const start = session.beginUpdate('cart');
    change(session);
    push(session, start, 2);
    expect(changesOf(session)).toEqual(changes);
    store(session);
    expect(session.changes().size).toBe(0);
  });

  test('leaves a change inside of a value from before to be refused, and not to be lost', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    const start = session.beginUpdate('cart');
    const { text } = session.baseOf(start);
    cart.push(5);
    session.markUpdated(start, text, '[1,2]', '[1,2]');
    expect(() => session.changes()).toThrow(MISUSE);
  });

  test('makes a change to an object from before it throw at the commit', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    cart.push(3);
    push(session, session.beginUpdate('cart'), 4);
    expect(session.get('cart')).toEqual([1, 3, 4]);
    expect(session.changes().size).toBe(0);
    cart.push(5);
    expect(() => session.changes()).toThrow(MISUSE);
  });

  test('that removes its key leaves none, and nothing to write', () => {
    const session = values({ cart: '[1]' });
    const start = session.beginUpdate('cart');
    session.markUpdated(start, session.baseOf(start).text, undefined, undefined);
    expect([session.keys(), changesOf(session)]).toEqual([[], {}]);
  });
});

describe('keeping what this request set alone', () => {
  test('keeps what was set or changed in place, all to be written, and drops the rest', () => {
    const session = values({ read: '1', unread: '2', set: '3', cart: '[1]', deleted: '4', same: '5' });
    session.get('read');
    session.set('set', 'x');
    session.set('new', 'y');
    session.set('same', 5);
    session.delete('deleted');
    (session.get('cart') as number[]).push(2);
    session.keepOwn();
    expect(session.keys().sort()).toEqual(['cart', 'new', 'set']);
    expect(changesOf(session)).toEqual({ set: '"x"', cart: '[1,2]', new: '"y"' });
  });

  test('makes a later change to an object of the rest throw at the commit', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    session.keepOwn();
    expect(session.get('cart')).toBeUndefined();
    cart.push(2);
    expect(() => session.changes()).toThrow(MISUSE);
  });
});

describe('a snapshot', () => {
  test('has what was not changed as it is stored, and the rest as texts', () => {
    const session = values({ kept: '1', changed: '1', gone: '1' });
    session.set('changed', 2);
    session.set('added', [3]);
    session.delete('gone');
    expect([...session.snapshot(() => true)]).toEqual([['kept', '1'], ['changed', { text: '2' }], ['added', { text: '[3]' }]]);
  });

  test('has the text of what means nothing under another id, read or not', () => {
    const session = values({ read: '[1]', unread: '[2]' });
    session.get('read');
    expect([...session.snapshot(() => false)]).toEqual([['read', { text: '[1]' }], ['unread', { text: '[2]' }]]);
  });

  test('leaves nothing to write once it was stored elsewhere', () => {
    const session = values({ a: '1', sealed: '[1]', gone: '1' });
    const sealed = session.get('sealed');
    session.set('a', 2);
    session.set('b', 3);
    session.delete('gone');
    const stored = new Map<string, Stored>([['a', '2'], ['b', '3'], ['sealed', Uint8Array.of(9)]]);
    session.move(session.snapshot((value) => value !== '[1]'), stored);
    expect(session.changes().size).toBe(0);
    expect(session.keys().sort()).toEqual(['a', 'b', 'sealed']);
    expect(session.get('sealed')).toBe(sealed);
  });

  test('leaves values that were not read readable after the move, and changes of the meantime to be written', () => {
    const session = values({ unread: '[1]', cart: '[1]' });
    const cart = session.get('cart') as number[];
    const snapshot = session.snapshot(() => true);
    cart.push(2);
    session.set('late', 1);
    session.move(snapshot, new Map([['unread', '[1]'], ['cart', '[1]']]));
    expect(session.get('unread')).toEqual([1]);
    expect(changesOf(session)).toEqual({ cart: '[1,2]', late: '1' });
    session.set('unread', [2]);
    expect(changesOf(session)).toMatchObject({ unread: '[2]' });
  });

  test('of a key that is set while the move is under way leaves it to be written', () => {
    const session = values({ gone: '1' });
    session.delete('gone');
    const snapshot = session.snapshot(() => true);
    session.set('gone', 1);
    session.move(snapshot, new Map());
    expect(changesOf(session)).toEqual({ gone: '1' });
  });
});
