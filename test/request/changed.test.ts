/** What counts as a change: a value and not its text. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { Codec } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();
const KEY = Buffer.alloc(32, 5);

/** A codec that never writes the same text twice. */
const encrypting: Codec = {
  stringify: (value) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
    return Buffer.concat([nonce, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]).toString('base64');
  },
  parse: (text) => {
    const bytes = Buffer.from(text, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', KEY, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString()) as unknown;
  },
};

async function replace(visitor: Visitor, name: string, text: string): Promise<void> {
  const item = (await scene.table.item(visitor.id)) as Parameters<typeof scene.table.put>[0];
  await scene.table.put({ ...item, dat: { M: { ...item.dat?.M, [name]: { S: text } } } });
}

const readAll = (session: ShopSession) => session.toObject();

describe('a codec that never writes the same text twice', () => {
  async function shopper(): Promise<Visitor> {
    const visitor = await scene.signedIn({ codec: encrypting });
    await visitor.visit((session) => session.set('cart', ['tea']));
    scene.table.takeCalls();
    return visitor;
  }

  test('makes no read a write, also in a function that may only read', async () => {
    const visitor = await shopper();
    expect(await visitor.visit(readAll)).toEqual({ name: 'Ada', cart: ['tea'] });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('and a value that is set to what it was make no write', async () => {
    const visitor = await shopper();
    await visitor.visit((session) => session.set('cart', ['tea']));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('has its changes noticed, stored and given to update and to a new id', async () => {
    const visitor = await shopper();
    await visitor.visit((session) => session.get('cart')?.push('milk'));
    await visitor.visit((session) => session.update('cart', (cart = []) => [...cart, 'bread']));
    await visitor.visit((session) => session.regenerate());
    expect(await visitor.visit((session) => session.get('cart'))).toEqual(['tea', 'milk', 'bread']);
  });
});

describe('a value whose text another program wrote', () => {
  test.each([
    ['with blanks', '{ "a" : [ 1, 2 ] }', { a: [1, 2] }],
    ['with an exponent', '{"a":1e2}', { a: 100 }],
    ['with escapes', '{"a":"\\u0041"}', { a: 'A' }],
    ['with a key twice', '{"a":1,"a":2}', { a: 2 }],
    ['with a negative zero', '{"a":-0}', { a: -0 }],
  ])('%s is no change when it is read, and one when it is changed', async (_, text, value) => {
    const visitor = await scene.signedIn();
    await replace(visitor, 'note', text);
    expect(await visitor.visit((session) => session.get('note'))).toEqual(value);
    await visitor.visit((session) => session.set('note', value));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'GetItem(strong)']);
    await visitor.visit((session) => (session.get('note') as Record<string, unknown>).b = 1);
    expect((await scene.table.item(visitor.id))?.dat?.M?.note?.S).not.toBe(text);
  });
});

describe('what decompression yields', () => {
  const MIB = 1024 * 1024;

  /** Puts values of so many bytes each past the library. */
  async function fill(visitor: Visitor, count: number, bytes: number): Promise<void> {
    const item = (await scene.table.item(visitor.id)) as Parameters<typeof scene.table.put>[0];
    const packed = Buffer.concat([Uint8Array.of(1), brotliCompressSync(JSON.stringify('a'.repeat(bytes - 2)))]);
    const values = Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, { B: packed }]));
    await scene.table.put({ ...item, dat: { M: { ...item.dat?.M, ...values } } });
  }

  test('is bounded for the session: of 150 values of 3 MiB five are there, and the others are absent with an event each', async () => {
    const visitor = await scene.signedIn();
    await fill(visitor, 150, 3 * MIB);
    await visitor.visit((session) => {
      expect(session.size).toBe(151);
      expect(scene.events).toEqual([]);
      expect(session.entries()).toHaveLength(6);
    });
    expect(scene.events).toEqual(Array(145).fill('item-invalid'));
  });

  test('is no reason to open a value for size, keys and has', async () => {
    const visitor = await scene.signedIn();
    await fill(visitor, 150, 3 * MIB);
    const before = process.memoryUsage().arrayBuffers;
    await visitor.visit((session) => [session.size, session.keys(), session.has('key3' as 'note')]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
  });

  test('is bounded when it is written: more than 16 MiB in one request are refused, and nothing is stored', async () => {
    const visitor = await scene.signedIn();
    const refused = visitor.visit((session) => {
      for (let i = 0; i < 5; i++) session.set(`key${i}` as 'note', 'a'.repeat(3.5 * MIB));
    });
    await expect(refused).rejects.toMatchObject({ name: 'SessionTooLargeError', message: expect.stringContaining('decompressed') });
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('is bounded when it is written one by one: what would not be read again is refused', async () => {
    const visitor = await scene.signedIn();
    const write = (i: number) => visitor.visit((session) => session.set(`key${i}` as 'note', 'a'.repeat(3.5 * MIB)));
    for (let i = 0; i < 4; i++) await write(i);
    await expect(write(4)).rejects.toMatchObject({ name: 'SessionTooLargeError' });
    expect(await visitor.visit((session) => session.entries().length)).toBe(5);
  });
});

test('a first session is made into text once where it is set, and an object once more where it is stored: it may have changed', async () => {
  let texts = 0;
  const counting: Codec = { stringify: (value) => (texts++, JSON.stringify(value)), parse: JSON.parse };
  const visitor = scene.visitor({ codec: counting });
  await visitor.visit((session) => {
    session.set('name', 'Ada');
    session.set('cart', ['tea']);
    session.get('cart')?.push('milk');
  });
  expect(texts).toBe(3);
  expect(await visitor.visit(readAll)).toEqual({ name: 'Ada', cart: ['tea', 'milk'] });
});

describe('A key that is gone', () => {
  type Act = (session: ShopSession, other: Visitor) => Promise<unknown> | unknown;
  const WAYS: [string, Act][] = [
    ['deleted and saved', (session) => (session.delete('name'), session.save())],
    ['cleared and saved', (session) => (session.clear(), session.save())],
    ['taken and saved', (session) => (session.take('name'), session.save())],
    ['deleted by an exact update', (session) => session.update('name', () => undefined)],
    ['deleted, and saved under a new id', (session) => (session.regenerate(), session.delete('name'), session.save())],
    ['deleted by another request before an exact update of another key', async (session, other) => {
      await other.visit((quick) => quick.delete('name'));
      await session.update('count', () => 1);
    }],
    ['deleted by another request before a new id', async (session, other) => {
      await other.visit((quick) => quick.delete('name'));
      session.regenerate();
      await session.save();
    }],
    ['of a session that ran out before its new id', async (session) => {
      session.regenerate();
      session.set('count', 1);
      scene.clock.advanceSeconds(1300);
      await session.save();
    }],
  ];

  test.each(WAYS)('%s reads as absent in the same request, and can be set and updated again', async (_, act) => {
    for (const write of [(session: ShopSession) => session.set('name', 'Bob'), (session: ShopSession) => session.update('name', (name) => name ?? 'Bob')]) {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      expect(session.get('name')).toBe('Ada');
      await act(session, scene.copyOf(visitor));
      expect([session.get('name'), session.has('name'), session.take('name'), session.toObject().name]).toEqual([undefined, false, undefined, undefined]);
      await write(session);
      expect(session.get('name')).toBe('Bob');
      await visitor.commit(request);
      expect(await visitor.visit((later) => later.get('name'))).toBe('Bob');
    }
  });
});
