import { jsonCodec } from '../../src/runtime/session/codec';
import { FlashMessages } from '../../src/runtime/session/flash';
import { Values } from '../../src/runtime/session/values';

const NOW = 1_790_000_000_000;

function values(stored: Readonly<Record<string, string>> = {}): Values {
  return new Values(jsonCodec, { open: (_, text) => String(text) }, new Map(Object.entries(stored)), () => undefined);
}

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

test('each message is an attribute of its own, whose name sorts by time', () => {
  const of = values();
  messages(of).add('a', 'q', {}, NOW);
  messages(of).add('b', 'q', {}, NOW + 1);
  const names = of.keys();
  expect(names).toEqual([...names].sort());
  for (const name of names) expect(name).toMatch(/^f:[0-9a-z]{12}[A-Za-z0-9_-]{8}$/);
  expect([...of.changes().values()]).toEqual(['["q","a"]', '["q","b"]']);
});

test('stored values that are no messages belong to no queue', () => {
  const of = values({ 'f:1': '"q"', 'f:2': '["q"]', 'f:3': '["q",1,2]', 'f:4': '{"0":"q"}', 'f:5': '["q",5]', 'f:6': 'broken' });
  expect(messages(of).pop('q')).toEqual([5]);
  expect(Object.fromEntries(of.changes())).toEqual({ 'f:5': undefined });
});

test('a queue that is no text and a message that cannot be kept are refused', () => {
  const flash = messages(values());
  expect(() => flash.add('a', 5 as unknown as string, {}, NOW)).toThrow('flash: a queue is a text; this is a number.');
  expect(() => flash.add(undefined, 'q', {}, NOW)).toThrow('flash: a message is expected');
  expect(() => flash.add(new Date(NOW), 'q', {}, NOW)).toThrow('[1] is an instance of Date');
  expect(flash.peek('q')).toEqual([]);
});
