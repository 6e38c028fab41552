import { SessionEvent } from '../src/runtime';
import { emfEvents } from '../src/runtime/emf';

const namespace = 'Shop/Sessions';

/** The document of one event. */
function documentOf(event: SessionEvent): Record<string, unknown> {
  const lines: string[] = [];
  emfEvents({ namespace, write: (line) => lines.push(line) })(event);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('A session event', () => {
  test('is one line in which CloudWatch finds a count', () => {
    const before = Date.now();
    const { _aws, ...members } = documentOf({ type: 'created', ref: '0123456789abcdef' });
    expect(members).toEqual({ Event: 'created', Events: 1, ref: '0123456789abcdef' });
    expect(_aws).toEqual({
      Timestamp: expect.any(Number) as number,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [['Event']], Metrics: [{ Name: 'Events', Unit: 'Count' }] }],
    });
    expect((_aws as { Timestamp: number }).Timestamp).toBeGreaterThanOrEqual(before);
  });

  test('has a metric for each number that it tells, and for nothing else', () => {
    const event = { type: 'touched', ref: '0123456789abcdef', milliseconds: 7.5, writeUnits: 2, odd: NaN, note: 'text' };
    const { _aws, ...members } = documentOf(event as SessionEvent);
    expect(members).toEqual({ Event: 'touched', Events: 1, Milliseconds: 7.5, WriteUnits: 2, ref: '0123456789abcdef' });
    const [directive] = (_aws as { CloudWatchMetrics: { Metrics: unknown }[] }).CloudWatchMetrics;
    expect(directive?.Metrics).toEqual([
      { Name: 'Events', Unit: 'Count' },
      { Name: 'Milliseconds', Unit: 'Milliseconds' },
      { Name: 'WriteUnits', Unit: 'Count' },
    ]);
  });

  test('names every target of its directive in the root, and has one dimension, as the format asks for', () => {
    const document = documentOf({ type: 'ended', milliseconds: 1 } as SessionEvent);
    const { CloudWatchMetrics } = document._aws as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
    for (const { Dimensions, Metrics } of CloudWatchMetrics) {
      expect(Dimensions.flat().map((name) => typeof document[name])).toEqual(['string']);
      expect(Metrics.map(({ Name }) => typeof document[Name])).toEqual(['number', 'number']);
    }
  });

  test('goes to standard output where nothing else is said, past the console', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const log = jest.spyOn(console, 'log').mockReturnValue();
    emfEvents({ namespace })({ type: 'expired' });
    const [[line]] = write.mock.calls as [[string]];
    const logged = log.mock.calls.length;
    jest.restoreAllMocks();
    expect([line.endsWith('\n'), JSON.parse(line), logged]).toEqual([true, expect.objectContaining({ Event: 'expired' }), 0]);
  });
});

test.each(['', 'AWS/DynamoDB', ':shop', 'a'.repeat(256), 'tab\t', 7, undefined])('namespace %p is refused when the listener is made', (value) => {
  expect(() => emfEvents({ namespace: value as string })).toThrow(/^emfEvents: namespace is not usable; allowed are/);
});

test('options that are missing altogether are refused by the same words', () => {
  expect(() => (emfEvents as () => unknown)()).toThrow(TypeError);
});
