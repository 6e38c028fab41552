import { SessionFactoryOptions, SessionTooLargeError, sessionFactory } from '../../src/runtime';
import { Session } from '../../src/runtime/session/session';
import { LARGEST_SESSION_ITEM } from '../../src/runtime/table/item';
import { itemSize } from '../../src/runtime/table/item-size';
import { FakeClock, MemoryTable, memoryTable } from '../../src/testing';

type Data = { note: string; count: number };

let clock: FakeClock;
let table: MemoryTable;
let cookie: string | undefined;
/** Fills the session, with so many bytes to spare. */
let fill: (spare: number) => Promise<void>;
beforeEach(async () => {
  clock = new FakeClock();
  table = memoryTable({ clock });
  cookie = undefined;
  await visit({}, (session) => session.set('note', ''));
  const room = LARGEST_SESSION_ITEM - itemSize(table.items()[0]!);
  fill = (spare) => visit({}, (session) => session.set('note', 'n'.repeat(room - spare)));
});

async function visit(options: SessionFactoryOptions, body: (session: Session<Data>) => Promise<unknown> | unknown): Promise<void> {
  const sessions = sessionFactory<Data>({ tableName: 'Sessions', client: table, clock, compress: false, ...options });
  const request = sessions.forRequest({ cookies: cookie, https: true });
  await body(await request.session());
  const { setCookie } = await request.commit();
  for (const text of setCookie) if (text.startsWith('session_id=')) cookie = text.split(';')[0]!;
}

const GROWING: [string, SessionFactoryOptions, (session: Session<Data>) => void][] = [
  ['a deadline and an idle timeout that it had not yet', { absoluteTimeout: 86_400 }, (session) => (session.regenerate(), session.remember(3600))],
  ['the secret of its tokens', {}, (session) => (session.regenerate(), session.csrfToken())],
  ['a value', {}, (session) => (session.regenerate(), session.set('count', 123_456_789))],
];

test.each(GROWING)('a session that would not fit under its new id with %s is refused before anything is frozen', async (_, options, act) => {
  await fill(0);
  const before = table.items();
  await expect(visit(options, act)).rejects.toThrow(SessionTooLargeError);
  expect(table.items()).toEqual(before);
  await visit({}, (session) => expect(session.get('note')?.length).toBeGreaterThan(400_000));
});

test('a session that fits to the byte gets its new id', async () => {
  await fill(0);
  await visit({}, (session) => session.regenerate());
  await visit({}, (session) => expect(session.get('note')?.length).toBeGreaterThan(400_000));
  expect(table.items()).toHaveLength(2);
});

test('whoever holds the old id cannot keep a sign-in that clears the session from happening by filling it', async () => {
  for (const spare of [0, 8]) {
    await fill(spare);
    await visit({}, (session) => {
      session.clear();
      session.regenerate();
      session.set('count', 1);
    });
    await visit({}, (session) => expect(session.toObject()).toEqual({ count: 1 }));
  }
});
