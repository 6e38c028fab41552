import { changesOf, damaged, store, values } from './some-values';
import { jsonCodec } from '../../src/runtime/session/codec';

beforeEach(() => damaged.mockClear());

test('a value is read as it was stored, and another is undefined', () => {
  const session = values({ name: '"Ann"', cart: '[1,2]' });
  expect([session.get('name'), session.get('cart'), session.get('other')]).toEqual(['Ann', [1, 2], undefined]);
  expect(session.get('toString')).toBeUndefined();
});

test('a value is parsed once, and the same object is handed out again', () => {
  const parse = jest.fn(jsonCodec.parse);
  const session = values({ cart: '[1]', other: '1' }, { ...jsonCodec, parse });
  expect(parse).not.toHaveBeenCalled();
  expect(session.get('cart')).toBe(session.get('cart'));
  expect(parse).toHaveBeenCalledTimes(1);
});

test('what was only read is not written', () => {
  const session = values({ cart: '[{"id":1}]', name: '"Ann"', none: 'null' });
  for (const key of session.keys()) session.get(key);
  expect(session.changes().size).toBe(0);
});

test('a change inside of a value is noticed, and its undoing too', () => {
  const session = values({ cart: '[{"id":1}]', name: '"Ann"' });
  const cart = session.get('cart') as { id: number }[];
  (cart[0] as { id: number }).id = 2;
  expect(changesOf(session)).toEqual({ cart: '[{"id":2}]' });
  (cart[0] as { id: number }).id = 1;
  expect(session.changes().size).toBe(0);
});

test('a value that was set is still one with its object', () => {
  const session = values();
  const cart = [1];
  session.set('cart', cart);
  cart.push(2);
  expect(changesOf(session)).toEqual({ cart: '[1,2]' });
});

test('a value that is set to what it was is not written', () => {
  const session = values({ name: '"Ann"', cart: '[1]' });
  session.set('name', 'Ann');
  session.set('cart', [1]);
  expect(session.changes().size).toBe(0);
});

test('undefined and delete take a key away, and a key that the table has not is not removed there', () => {
  const session = values({ a: '1', b: '2' });
  session.set('a', undefined);
  session.delete('b');
  session.delete('c');
  session.set('d', 1);
  session.delete('d');
  expect(changesOf(session)).toEqual({ a: undefined, b: undefined });
  expect(session.keys()).toEqual([]);
});

test('a key that was deleted can be set again', () => {
  const session = values({ a: '1', b: '2' });
  session.clear();
  session.set('a', 1);
  session.set('b', 3);
  expect(changesOf(session)).toEqual({ b: '3' });
});

test('null is a value', () => {
  const session = values();
  session.set('a', null);
  expect(session.keys()).toEqual(['a']);
  expect(changesOf(session)).toEqual({ a: 'null' });
});

test('clear deletes what is known here, damaged values too, and none that another request adds meanwhile', () => {
  const session = values({ a: '1', broken: Uint8Array.of(1) });
  session.get('broken');
  session.set('b', 2);
  session.clear();
  session.rebase(new Map<string, string | Uint8Array>([['a', '1'], ['broken', Uint8Array.of(1)], ['c', '3']]));
  expect(changesOf(session)).toEqual({ a: undefined, broken: undefined });
  expect(session.keys()).toEqual(['c']);
});

test('keys and has open no value', () => {
  const parse = jest.fn(jsonCodec.parse);
  const session = values({ cart: '[1]', broken: Uint8Array.of(1) }, { ...jsonCodec, parse });
  session.delete('cart');
  expect([session.keys(), session.has('cart'), session.has('broken'), session.has('other')]).toEqual([['broken'], false, true, false]);
  expect(parse).not.toHaveBeenCalled();
  expect(damaged).not.toHaveBeenCalled();
});

describe('a damaged value', () => {
  const broken = { bytes: Uint8Array.of(1, 2), text: '{"a":', good: '1' };

  test('is absent once it was asked for, is reported once, and stays as it is', () => {
    const session = values(broken);
    expect([session.get('bytes'), session.get('text'), session.get('bytes')]).toEqual([undefined, undefined, undefined]);
    expect([session.keys(), session.has('bytes')]).toEqual([['good'], false]);
    expect(damaged).toHaveBeenCalledTimes(2);
    expect(session.changes().size).toBe(0);
  });

  test.each([[true], [false]])('is kept in a snapshot, whether it may move as it is (%p) or not', (isPortable) => {
    const session = values(broken);
    const snapshot = session.snapshot(() => isPortable);
    expect([...snapshot.keys()]).toEqual(['bytes', 'text', 'good']);
    expect(snapshot.get('bytes')).toBe(broken.bytes);
    expect(snapshot.get('text')).toBe(broken.text);
  });

  test.each([[true], [false]])('goes when it is set or deleted, whether it was read (%p) or not', (isRead) => {
    const session = values(broken);
    if (isRead) for (const key of session.keys()) session.get(key);
    session.set('bytes', 'new');
    session.delete('text');
    expect(changesOf(session)).toEqual({ bytes: '"new"', text: undefined });
  });
});

test('an error of ours while a value is decoded is thrown, and not taken for damage', () => {
  const session = values({ cart: 'missing module' });
  expect(() => session.get('cart')).toThrow('missing module');
  expect(damaged).not.toHaveBeenCalled();
  expect(() => session.snapshot(() => false)).toThrow('missing module');
  expect(session.keys()).toEqual(['cart']);
});

describe('after a write', () => {
  test('nothing is left to write', () => {
    const session = values({ a: '1', gone: '1' });
    session.set('a', { n: 1 });
    session.set('b', 2);
    session.delete('gone');
    store(session);
    expect(session.changes().size).toBe(0);
    expect(session.keys()).toEqual(['a', 'b']);
  });

  test('what changed while it ran is still to be written', () => {
    const session = values({ deleted: '1' });
    const cart = [1];
    session.set('cart', cart);
    session.set('deleted', 2);
    const changes = session.changes();
    cart.push(2);
    session.delete('deleted');
    session.markStored(changes, changes);
    expect(changesOf(session)).toEqual({ cart: '[1,2]', deleted: undefined });
  });

  test('a key that was removed and is set again meanwhile is new', () => {
    const session = values({ a: '1' });
    session.delete('a');
    const changes = session.changes();
    session.set('a', 1);
    session.markStored(changes, changes);
    expect(changesOf(session)).toEqual({ a: '1' });
  });

  test('an object that was stored may be changed further, and is written again', () => {
    const session = values({ cart: '[1]' });
    const cart = session.get('cart') as number[];
    cart.push(2);
    store(session);
    expect(session.changes().size).toBe(0);
    cart.push(3);
    expect(changesOf(session)).toEqual({ cart: '[1,2,3]' });
  });
});
