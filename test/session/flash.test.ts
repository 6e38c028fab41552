import { changesOf, restlessCodec, store, values } from './some-values';
import { FlashMessages } from '../../src/runtime/session/flash';
import { Values } from '../../src/runtime/session/values';

const NOW = 1_790_000_000_000;

function messages(of: Values): FlashMessages {
  return new FlashMessages(of, (size) => new Uint8Array(size));
}

test('messages come in the order in which they were added, by their queue', () => {
  const flash = messages(values());
  for (let i = 0; i < 50; i++) flash.add(i, 'a', {}, NOW);
  flash.add({ text: 'b' }, '', {}, NOW);
  flash.add('late', 'a', {}, NOW + 1);
  expect(flash.peek('a')).toEqual([...Array.from({ length: 50 }, (_, i) => i), 'late']);
  expect(flash.peek('')).toEqual([{ text: 'b' }]);
  expect(flash.peek('c')).toEqual([]);
});

test('pop takes the messages of one queue away, and peek none', () => {
  const flash = messages(values());
  flash.add(1, 'a', {}, NOW);
  flash.add(2, 'b', {}, NOW);
  expect([flash.peek('a'), flash.pop('a'), flash.pop('a'), flash.peek('b')]).toEqual([[1], [1], [], [2]]);
});

test('a message that the queue has is added again only if duplicates are allowed', () => {
  const flash = messages(values());
  flash.add({ n: 1 }, 'a', {}, NOW);
  flash.add({ n: 1 }, 'a', { allowDuplicate: false }, NOW);
  flash.add({ n: 1 }, 'b', { allowDuplicate: false }, NOW);
  expect([flash.peek('a'), flash.peek('b')]).toEqual([[{ n: 1 }], [{ n: 1 }]]);
  flash.add({ n: 1 }, 'a', {}, NOW);
  expect(flash.peek('a')).toHaveLength(2);
});

test('a message that the queue has is known as such where a codec never writes the same text twice', () => {
  const flash = messages(values({}, restlessCodec()));
  flash.add({ n: 1 }, 'a', {}, NOW);
  flash.add({ n: 1 }, 'a', { allowDuplicate: false }, NOW);
  flash.add({ n: 2 }, 'a', { allowDuplicate: false }, NOW);
  expect(flash.peek('a')).toEqual([{ n: 1 }, { n: 2 }]);
});

test('each message has a name of its own, which sorts by time', () => {
  const of = values();
  messages(of).add('a', 'q', {}, NOW);
  messages(of).add('b', 'q', {}, NOW + 1);
  const names = of.keys();
  expect(names).toEqual([...names].sort());
  for (const name of names) expect(name).toMatch(/^[0-9a-z]{12}[A-Za-z0-9_-]{8}$/);
  expect([...of.changes().values()]).toEqual(['["q","a"]', '["q","b"]']);
});

test('stored values that are no messages belong to no queue', () => {
  const of = values({ 1: '"q"', 2: '["q"]', 3: '["q",1,2]', 4: '{"0":"q","length":2}', 5: '["q",5]', 6: 'broken' });
  expect(messages(of).pop('q')).toEqual([5]);
  expect(changesOf(of)).toEqual({ 5: undefined });
});

test('a queue that is no text and a message that cannot be kept are refused', () => {
  const flash = messages(values());
  expect(() => flash.add('a', 5 as unknown as string, {}, NOW)).toThrow('flash: queue must be a text; this is a number.');
  expect(() => flash.add(undefined, 'q', {}, NOW)).toThrow('flash: a message is expected');
  expect(() => flash.add(new Date(NOW), 'q', {}, NOW)).toThrow('[1] is an instance of Date');
  expect(flash.peek('q')).toEqual([]);
});

describe('the limits of one update', () => {
  const FULL = expect.objectContaining({ name: 'SessionError', code: 'misuse', message: expect.stringContaining('at most 100 messages') as string }) as Error;

  test('the 101st message is refused where it is added, and there is room again once they are stored', () => {
    const of = values();
    const flash = messages(of);
    for (let i = 0; i < 100; i++) flash.add(i, i % 2 ? 'odd' : 'even', {}, NOW);
    expect(() => flash.add('one more', 'odd', {}, NOW)).toThrow(FULL);
    expect(of.changes().size).toBe(100);
    flash.add(1, 'odd', { allowDuplicate: false }, NOW);
    store(of);
    flash.add('one more', 'odd', {}, NOW);
    expect(flash.peek('odd')).toHaveLength(51);
  });

  test('a message that was added and popped again takes no room', () => {
    const flash = messages(values());
    for (let i = 0; i < 250; i++) {
      flash.add(i, 'q', {}, NOW);
      flash.pop('q');
    }
    expect(flash.peek('q')).toEqual([]);
  });

  test('messages past the 250th stay for the next request, the oldest go first', () => {
    const of = values(Object.fromEntries(Array.from({ length: 260 }, (_, i) => [`m${i + 1000}`, `["${i < 200 ? 'a' : 'b'}",${i}]`])));
    const flash = messages(of);
    expect(flash.pop('a')).toHaveLength(200);
    expect(flash.pop('b')).toEqual(Array.from({ length: 50 }, (_, i) => 200 + i));
    expect(flash.pop('b')).toEqual([]);
    expect(of.changes().size).toBe(250);
    store(of);
    expect(flash.pop('b')).toEqual(Array.from({ length: 10 }, (_, i) => 250 + i));
  });
});
