import { brotliCompressSync } from 'node:zlib';
import * as devalue from 'devalue';
import superjson from 'superjson';
import { AttributeValue, Codec, SessionTooLargeError } from '../../src/runtime';
import { keyOf } from '../../src/runtime/table/key';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

type Attributes = Record<string, AttributeValue>;

/** Puts a visitor's item anew, with other values of the data. */
async function replaceData(visitor: Visitor, change: (data: Attributes) => Attributes): Promise<void> {
  const item = (await scene.table.item(visitor.id)) as Attributes;
  await scene.table.put({ ...item, dat: { M: change((item.dat as { M: Attributes }).M) } } as Parameters<typeof scene.table.put>[0]);
}

function bytesOf(value: AttributeValue | undefined): Uint8Array {
  return value !== undefined && 'B' in value ? value.B : new Uint8Array();
}

describe('another codec', () => {
  const value = { at: new Date(5), of: new Map([['a', new Set([1])]]), big: 12n, none: undefined, nan: NaN };

  const codecs: [string, Codec][] = [['devalue', devalue], ['superjson', superjson]];
  test.each(codecs)('%s keeps what JSON does not, notices changes in place and stores nothing unchanged', async (_, codec) => {
    const visitor = await scene.signedIn({ codec });
    await visitor.visit((session) => session.set('note', value));
    expect(await visitor.visit((session) => session.get('note'))).toEqual(value);
    scene.table.takeCalls();
    await visitor.visit((session) => session.get('note'));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
    await visitor.visit((session) => (session.get('note') as typeof value).of.set('b', new Set()));
    expect(await visitor.visit((session) => (session.get('note') as typeof value).of.size)).toBe(2);
    await visitor.visit((session) => session.update('note', (old) => ({ ...(old as typeof value), big: 13n })));
    expect(await visitor.visit((session) => session.get('note'))).toMatchObject({ at: new Date(5), big: 13n });
  });

  test('that finds the text of the former one gives no value and an event, and changes nothing', async () => {
    const visitor = await scene.signedIn();
    const other = scene.visitor({ codec: devalue });
    other.jar.store(visitor.jar.cookies());
    expect(await scene.seen(other)).toEqual({});
    expect(scene.events).toEqual(['item-invalid']);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });
});

describe('a compressed value', () => {
  test('that would grow past its bound is absent, with an event, and takes no memory', async () => {
    const visitor = await scene.signedIn();
    const bomb = Buffer.concat([Uint8Array.of(1), brotliCompressSync(Buffer.alloc(256 * 1024 * 1024, '"'))]);
    await replaceData(visitor, (data) => ({ ...data, note: { B: bomb } }));
    const before = process.memoryUsage().rss;
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(scene.events).toEqual(['item-invalid']);
  });

  test.each([
    ['is no brotli', Uint8Array.of(1, 2, 3)],
    ['is cut', Buffer.concat([Uint8Array.of(1), brotliCompressSync(Buffer.from(JSON.stringify('a'.repeat(3000)))).subarray(0, 10)])],
    ['holds bytes that are no text', Buffer.concat([Uint8Array.of(1), brotliCompressSync(Uint8Array.of(0x22, 0xff, 0x22))])],
  ])('that %s is absent, with an event', async (_, bytes) => {
    const visitor = await scene.signedIn();
    await replaceData(visitor, (data) => ({ ...data, note: { B: bytes } }));
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    expect(scene.events).toEqual(['item-invalid']);
  });

  test.each([[2047, false], [2048, true]])('is one of 2 KiB and more: of %i characters, %j', async (length, isCompressed) => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.set('note', 'a'.repeat(length - 2)));
    const item = await scene.table.item(visitor.id);
    expect(item?.dat?.M?.note?.B !== undefined).toBe(isCompressed);
  });
});

test.each<[string, Codec['stringify']]>([
  ['nothing', (value) => JSON.stringify(value)],
  ['a promise', (async (value: unknown) => JSON.stringify(value)) as unknown as Codec['stringify']],
])('a codec that makes %s of a value has it refused at its line, and nothing is deleted in its place', async (_, stringify) => {
  const visitor = await scene.signedIn();
  const { request, session } = await scene.copyOf(visitor, { codec: { stringify, parse: JSON.parse } }).open();
  expect(() => session.set('name', (() => 'Bob') as unknown as string)).toThrow(TypeError);
  await request.commit();
  expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
});

describe('a sealed value', () => {
  async function sealed(): Promise<Visitor> {
    const visitor = await scene.signedIn({ sealed: true });
    await visitor.visit((session) => session.set('note', 'secret'));
    return visitor;
  }

  async function expectAbsent(visitor: Visitor): Promise<void> {
    scene.events.length = 0;
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    expect(scene.events).toEqual(['item-invalid']);
  }

  test('shows nothing of itself in the table', async () => {
    const visitor = await sealed();
    expect(JSON.stringify(await scene.table.item(visitor.id))).not.toContain('secret');
    expect(Buffer.from(bytesOf((await scene.table.item(visitor.id))?.dat?.M?.note as AttributeValue)).includes('secret')).toBe(false);
  });

  test('from before sealed was turned on is sealed with the next new id, and so are messages', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('Hello, Ada'));
    const later = scene.copyOf(visitor, { sealed: true });
    await later.visit((session) => session.regenerate());
    expect(JSON.stringify(await scene.table.item(later.id))).not.toContain('Ada');
    expect(await later.visit((session) => [session.toObject(), session.popFlash()])).toEqual([{ name: 'Ada' }, ['Hello, Ada']]);
  });

  test('of which any one byte was altered is absent, with an event', async () => {
    const visitor = await sealed();
    const original = Uint8Array.from(bytesOf((await scene.table.item(visitor.id))?.dat?.M?.note as AttributeValue));
    for (let at = 1; at < original.length; at++) {
      const altered = Uint8Array.from(original);
      altered[at] = 255 - (altered[at] ?? 0);
      await replaceData(visitor, (data) => ({ ...data, note: { B: altered } }));
      await expectAbsent(visitor);
    }
  });

  test('that was cut is absent, with an event', async () => {
    const visitor = await sealed();
    const original = bytesOf((await scene.table.item(visitor.id))?.dat?.M?.note as AttributeValue);
    for (const length of [2, 13, 17, 29, original.length - 1]) {
      await replaceData(visitor, (data) => ({ ...data, note: { B: original.subarray(0, length) } }));
      await expectAbsent(visitor);
    }
  });

  test('that was said to be compressed too is absent, with an event', async () => {
    const visitor = await sealed();
    const original = bytesOf((await scene.table.item(visitor.id))?.dat?.M?.note as AttributeValue);
    await replaceData(visitor, (data) => ({ ...data, note: { B: Uint8Array.from([3, ...original.subarray(1)]) } }));
    await expectAbsent(visitor);
  });

  test('that was moved to another key is absent, with an event', async () => {
    const visitor = await sealed();
    await replaceData(visitor, ({ note, ...data }) => ({ ...data, count: note as AttributeValue }));
    await expectAbsent(visitor);
  });

  test('that was moved to another session is absent, with an event', async () => {
    const [visitor, other] = [await sealed(), await sealed()];
    const moved = (await scene.table.item(other.id))?.dat?.M?.note as AttributeValue;
    await replaceData(visitor, (data) => ({ ...data, note: moved }));
    await expectAbsent(visitor);
  });

  test('can be set over, when it does not open', async () => {
    const visitor = await sealed();
    await replaceData(visitor, (data) => ({ ...data, note: { B: Uint8Array.of(2, 1, 1) } }));
    await visitor.visit((session) => session.set('note', 'again'));
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', note: 'again' });
  });
});

const CHANGES: [string, (session: ShopSession) => unknown][] = [
  ['a change', (session) => session.set('count', 1)],
  ['a deletion', (session) => session.delete('name')],
  ['a message', (session) => session.flash('hello')],
  ['a new token', (session) => session.newCsrfToken()],
  ['a longer time', (session) => session.remember(5000)],
  ['a new id', (session) => session.regenerate()],
  ['an exact update', (session) => session.update('count', () => 1).catch(() => undefined)],
  ['no change but a touch', () => undefined],
];

describe('an item of a newer version', () => {
  const newer: Attributes = { fmt: { N: '2' } };
  const flagged: Attributes = { dat: { M: { name: { B: Uint8Array.of(4, 1, 2) } } } };

  test.each(CHANGES)('that came while the request ran is left as it is by %s', async (_, change) => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(200);
    const { request, session } = await visitor.open();
    const item = { ...(await scene.table.item(visitor.id)), ...newer } as Parameters<typeof scene.table.put>[0];
    await scene.table.put(item);
    await change(session);
    expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await scene.table.item(visitor.id)).toEqual(item);
  });

  test.each([['a newer format', newer], ['a value with unknown flags', flagged], ['a message with unknown flags', { 'f:1': { B: Uint8Array.of(8, 1) } }]])(
    'with %s is no session, raises an event, and is left as it is by every change', async (_, more) => {
      const visitor = await scene.signedIn();
      const item = { ...(await scene.table.item(visitor.id)), ...more } as Parameters<typeof scene.table.put>[0];
      await scene.table.put(item);
      for (const [, change] of CHANGES) {
        scene.events.length = 0;
        const old = scene.copyOf(visitor, { onEvent: ({ type }) => scene.events.push(type) });
        expect(await old.visit(async (session) => {
          await change(session);
          return session.isNew;
        })).toBe(true);
        expect(scene.events[0]).toBe('item-invalid');
        expect(await scene.table.item(visitor.id)).toEqual(item);
      }
    });
});

describe.each(embeddedEngines())('the limit of size on $name', (engine) => {
  const there = Scene.on(engine);

  /** The length of the value that makes an item of just 409,591 bytes of what the visitor has. */
  async function room(visitor: Visitor): Promise<number> {
    const { session } = await visitor.open();
    session.set('note', 'a'.repeat(409_600));
    const error = await session.save().catch((refused: unknown) => refused);
    return 819_191 - ((error as SessionTooLargeError).bytes ?? 0);
  }

  test('is 409,591 bytes for a new session, so that 9 are left to freeze it, and nothing is sent for one more', async () => {
    const visitor = there.visitor({ compress: false });
    const full = await room(visitor);
    expect(there.table.takeCalls()).toEqual([]);
    const refused = visitor.visit((session) => session.set('note', 'a'.repeat(full + 1)));
    await expect(refused).rejects.toMatchObject({ name: 'SessionTooLargeError', code: 'too-large', bytes: 409_592, retryable: false });
    expect(there.table.takeCalls()).toEqual([]);
    await visitor.visit((session) => session.set('note', 'a'.repeat(full)));
    expect(there.table.takeCalls()).toEqual(['PutItem']);
    const item = (await there.table.item(visitor.id)) as Attributes;
    const tooLarge = { ...item, dat: { M: { note: { S: `"${'a'.repeat(full + 10)}"` } } } } as Parameters<typeof there.table.put>[0];
    await expect(there.table.put(tooLarge)).rejects.toThrow(/size/i);
  });

  test('is 409,591 bytes for a change, and nothing is sent for one more', async () => {
    const visitor = await there.signedIn({ compress: false });
    const full = await room(visitor);
    there.table.takeCalls();
    await expect(visitor.visit((session) => session.set('note', 'a'.repeat(full + 1)))).rejects.toMatchObject({ bytes: 409_592 });
    expect(there.table.takeCalls()).toEqual(['GetItem(strong)']);
    // dynoxide refuses an update of several attributes a few bytes before what it would store is too large.
    const fitting = engine.name === 'dynalite' ? full : full - 16;
    await visitor.visit((session) => session.set('note', 'a'.repeat(fitting)));
    expect(await visitor.visit((session) => session.get('note'))).toHaveLength(fitting);
  });

  test('names the largest keys with their sizes, and what is made smaller is stored', async () => {
    const visitor = await there.signedIn({ compress: false });
    await visitor.visit(async (session) => {
      session.set('note', 'é'.repeat(150_000));
      session.set('cart', ['a'.repeat(200_000)]);
      const error = (await session.save().catch((refused: unknown) => refused)) as SessionTooLargeError;
      expect(error.largest).toEqual([{ key: 'note', bytes: 300_002 }, { key: 'cart', bytes: 200_004 }, { key: 'name', bytes: 5 }]);
      expect(error.message).toContain('"note" (300002), "cart" (200004)');
      expect(error.message).not.toContain('éé');
      session.delete('note');
    });
    expect(await visitor.visit((session) => session.keys().sort())).toEqual(['cart', 'name']);
  });
});

test('the id that is stored is the hash of its 43 characters', async () => {
  const visitor = await scene.signedIn();
  expect(Buffer.from((await scene.table.item(visitor.id))?.sid?.B ?? '')).toEqual(Buffer.from(keyOf(visitor.id)));
});
