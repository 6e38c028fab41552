import { Codec, jsonCodec } from '../../src/runtime/session/codec';
import { ValueOpener, Values } from '../../src/runtime/session/values';
import { StoredValue } from '../../src/runtime/table/stored-values';

/** Texts are stored as they are; bytes do not open. */
const opener: ValueOpener = {
  open: (_, stored) => {
    if (typeof stored !== 'string') throw new Error('damaged');
    return stored;
  },
};

const damaged = jest.fn();
beforeEach(() => damaged.mockClear());

function values(stored: Readonly<Record<string, StoredValue>> = {}, codec: Codec = jsonCodec): Values {
  return new Values(codec, opener, new Map(Object.entries(stored)), damaged);
}

function changesOf(of: Values): Record<string, string | undefined> {
  return Object.fromEntries(of.changes());
}

/** Stores the changes of these values, and tells them so. */
function store(of: Values): void {
  const changes = of.changes();
  of.settle(changes, changes);
}

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

test('clear removes the keys that are known, and none that another request adds meanwhile', () => {
  const session = values({ a: '1' });
  session.set('b', 2);
  session.clear();
  session.rebase(new Map([['a', '1'], ['c', '3']]));
  expect(changesOf(session)).toEqual({ a: undefined });
  expect(session.keys()).toEqual(['c']);
});

describe('a damaged value', () => {
  const broken = { bytes: Uint8Array.of(1, 2), text: '{"a":', good: '1' };

  test('is absent, is told of once, and stays as it is', () => {
    const session = values(broken);
    expect(session.keys()).toEqual(['good']);
    expect([session.get('bytes'), session.get('text')]).toEqual([undefined, undefined]);
    expect(damaged).toHaveBeenCalledTimes(2);
    expect(session.changes().size).toBe(0);
  });

  test('is kept in the whole', () => {
    const session = values(broken);
    session.keys();
    const whole = session.whole((_, text) => text, () => true);
    expect([...whole.keys()]).toEqual(['bytes', 'text', 'good']);
    expect(whole.get('bytes')?.stored).toBe(broken.bytes);
  });

  test('goes when it is set or deleted', () => {
    const session = values(broken);
    session.keys();
    session.set('bytes', 'new');
    session.delete('text');
    expect(changesOf(session)).toEqual({ bytes: '"new"', text: undefined });
    session.clear();
    expect(changesOf(session)).toEqual({ bytes: undefined, text: undefined, good: undefined });
  });

  test('goes when it is set without having been read', () => {
    const session = values(broken);
    session.set('bytes', 'new');
    expect(changesOf(session)).toEqual({ bytes: '"new"' });
  });
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
    session.settle(changes, changes);
    expect(changesOf(session)).toEqual({ cart: '[1,2]', deleted: undefined });
  });

  test('a key that was removed and is set again is new', () => {
    const session = values({ a: '1' });
    session.delete('a');
    const changes = session.changes();
    session.set('a', 1);
    session.settle(changes, new Map([['a', undefined]]));
    expect(changesOf(session)).toEqual({ a: '1' });
  });
});

describe('when another request has written', () => {
  test('its values are taken, and our changes stay', () => {
    const session = values({ mine: '1', theirs: '1', both: '1', removed: '1', same: '[1]' });
    const same = session.get('same');
    session.get('removed');
    session.set('mine', 2);
    session.set('both', 2);
    session.rebase(new Map([['mine', '1'], ['theirs', '3'], ['both', '3'], ['added', '4'], ['same', '[1]']]));
    expect(session.keys().map((key) => [key, session.get(key)])).toEqual([['mine', 2], ['theirs', 3], ['both', 2], ['same', [1]], ['added', 4]]);
    expect(session.get('same')).toBe(same);
    expect(changesOf(session)).toEqual({ mine: '2', both: '2' });
  });

  test('a change inside of a value stays too', () => {
    const session = values({ cart: '[1]' });
    (session.get('cart') as number[]).push(2);
    session.rebase(new Map([['cart', '[7]']]));
    expect(changesOf(session)).toEqual({ cart: '[1,2]' });
  });

  test('what we deleted stays deleted, and is not removed twice', () => {
    const session = values({ a: '1', b: '1' });
    session.clear();
    session.rebase(new Map([['a', '2']]));
    expect(changesOf(session)).toEqual({ a: undefined });
    expect(session.get('a')).toBeUndefined();
  });

  test('what both set to the same is written no more', () => {
    const session = values({ a: '1' });
    session.set('a', 2);
    session.rebase(new Map([['a', '2']]));
    expect(session.changes().size).toBe(0);
  });

  test('what we set and they removed is written', () => {
    const session = values({ a: '1' });
    session.set('a', 2);
    session.rebase(new Map());
    expect(changesOf(session)).toEqual({ a: '2' });
  });

  test('bytes that are the same are no change', () => {
    const session = values({ a: Uint8Array.of(1, 2) });
    session.get('a');
    session.rebase(new Map([['a', Uint8Array.of(1, 2)]]));
    session.get('a');
    expect(damaged).toHaveBeenCalledTimes(1);
    session.rebase(new Map<string, StoredValue>([['a', '5']]));
    expect(session.get('a')).toBe(5);
  });
});

test('a copy is one that its user may change, and has the changes made here', () => {
  const session = values({ cart: '[1]' });
  (session.get('cart') as number[]).push(2);
  const copy = session.copy('cart') as number[];
  copy.push(3);
  expect(copy).toEqual([1, 2, 3]);
  expect(session.get('cart')).toEqual([1, 2]);
  session.delete('cart');
  expect([session.copy('cart'), session.copy('other')]).toEqual([undefined, undefined]);
});

test('a value that was taken from the table is there, and not to be written', () => {
  const session = values({ a: '1', b: '1' });
  session.set('a', 5);
  session.take('a', { n: 2 }, '{"n":2}', '{"n":2}');
  session.take('b', undefined, undefined, undefined);
  expect([session.get('a'), session.get('b')]).toEqual([{ n: 2 }, undefined]);
  expect(session.changes().size).toBe(0);
});

describe('the whole of the data', () => {
  const close = (key: string, text: string) => Buffer.from(`${key}:${text}`);

  test('has what was not changed as it is, and closes the rest', () => {
    const session = values({ kept: '1', changed: '1', gone: '1' });
    session.set('changed', 2);
    session.set('added', 3);
    session.delete('gone');
    const whole = session.whole(close, () => true);
    expect([...whole].map(([key, { stored }]) => [key, String(stored)])).toEqual([
      ['kept', '1'],
      ['changed', 'changed:2'],
      ['added', 'added:3'],
    ]);
  });

  test('closes again what does not stay as it is', () => {
    const session = values({ a: '[1]' });
    expect(session.openTexts(() => true)).toEqual([]);
    expect(session.openTexts(() => false)).toEqual(['[1]']);
    const whole = session.whole(close, () => false);
    expect(whole.get('a')).toEqual({ stored: Buffer.from('a:[1]'), text: '[1]' });
  });

  test('leaves nothing to write once it was stored elsewhere', () => {
    const session = values({ a: '1', gone: '1' });
    session.set('a', 2);
    session.set('b', 3);
    session.delete('gone');
    session.move(session.whole(close, () => true));
    expect(session.changes().size).toBe(0);
    expect(session.keys()).toEqual(['a', 'b']);
  });
});
