import { SessionEvent, sessionFactory } from '../../src/runtime';
import { memoryTable } from '../../src/testing';
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

/** What happens to a visitor, and the events that tell of it. */
const STORIES: readonly (readonly [string, (visitor: Visitor) => Promise<unknown>, readonly SessionEvent['type'][]])[] = [
  ['a first write', (visitor) => visitor.visit((session) => session.set('name', 'Ada')), ['created']],
  ['a read', (visitor) => signedIn(visitor, () => undefined), ['created']],
  ['a change', (visitor) => signedIn(visitor, (session) => session.set('count', 1)), ['created', 'stored']],
  ['a sign-in', (visitor) => signedIn(visitor, (session) => session.regenerate()), ['created', 'regenerated']],
  ['a sign-out', (visitor) => signedIn(visitor, (session) => session.invalidate()), ['created', 'invalidated']],
  ['a large session', (visitor) => signedIn(visitor, (session) => session.set('note', noise())), ['created', 'large', 'stored']],
  ['a late read', async (visitor) => {
    await signedIn(visitor, () => undefined);
    scene.clock.advanceSeconds(200);
    await scene.seen(visitor);
  }, ['created', 'touched']],
  ['a read that is too late', async (visitor) => {
    await signedIn(visitor, () => undefined);
    scene.clock.advanceSeconds(1200);
    await scene.seen(visitor);
  }, ['created', 'expired']],
  ['a read with a replaced id', async (visitor) => {
    await signedIn(visitor, () => undefined);
    const { id } = visitor;
    await visitor.visit((session) => session.regenerate());
    await withCookie(visitor, id);
  }, ['created', 'regenerated', 'expired']],
  ['an exact update', (visitor) => signedIn(visitor, (session) => session.update('count', () => 1)), ['created', 'stored']],
  ['a write that is too late', (visitor) => signedIn(visitor, async (session) => {
    session.set('count', 1);
    await scene.remove(visitor);
  }), ['created', 'ended']],
  ['an id that is not there', (visitor) => withCookie(visitor, 'A'.repeat(43)), ['unknown-id']],
  ['a cookie that is no id', (visitor) => withCookie(visitor, 'nonsense'), ['cookie-rejected']],
];

async function signedIn(visitor: Visitor, body: (session: ShopSession) => unknown): Promise<void> {
  await visitor.visit((session) => session.set('name', 'Ada'));
  await visitor.visit(body);
}

async function withCookie(visitor: Visitor, value: string): Promise<void> {
  visitor.jar.set('session_id', value);
  await scene.seen(visitor);
}

/** A text that does not compress below 64 KiB. */
function noise(): string {
  return Array.from({ length: 40_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i * 31) % 20_011))).join('');
}

test.each(STORIES)('%s is told: %#', async (_, happen, types) => {
  const events: SessionEvent[] = [];
  await happen(scene.visitor({ compress: false, onEvent: (event) => void events.push(event) }));
  expect(events.map(({ type }) => type)).toEqual(types);
  const isAboutNone = types[0] === 'cookie-rejected';
  for (const { milliseconds, writeUnits, ...event } of events) {
    expect(event).toEqual({ type: event.type, ...(!isAboutNone && { ref: expect.stringMatching(/^[0-9a-f]{16}$/) }) });
    expect([milliseconds ?? 0, writeUnits ?? 1]).toEqual([0, expect.any(Number)]);
  }
});

test.each(STORIES)('%s goes on where the listener throws: %#', async (_, happen) => {
  const fail = (): never => {
    throw new Error('the listener is broken');
  };
  await happen(scene.visitor({ compress: false, onEvent: fail }));
});

test('events name a session as the session names itself, and a new id by another name', async () => {
  const events: SessionEvent[] = [];
  const visitor = scene.visitor({ onEvent: (event) => void events.push(event) });
  await visitor.visit((session) => session.set('name', 'Ada'));
  const before = await visitor.visit((session) => session.ref);
  await visitor.visit((session) => session.regenerate());
  const after = await visitor.visit((session) => session.ref);
  expect(events.map(({ ref }) => ref)).toEqual([before, after]);
  expect(before).not.toBe(after);
});

test('two different ids of which one is dead are read strongly, and the dead one is told', async () => {
  const events: SessionEvent[] = [];
  const visitor = await scene.signedIn({ onEvent: (event) => void events.push(event) });
  events.length = 0;
  visitor.jar.set(' session_id', 'B'.repeat(43));
  expect(await visitor.visit((session) => session.isNew)).toBe(false);
  expect(events).toEqual([{ type: 'unknown-id', ref: expect.stringMatching(/^[0-9a-f]{16}$/), milliseconds: 0 }]);
  expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'GetItem(strong)']);
});

describe('an arrival from another site', () => {
  const arrival = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };

  async function eventsOf(init: { readonly headers?: Record<string, string>; readonly cookies?: string }): Promise<string[]> {
    const events: string[] = [];
    const sessions = sessionFactory({ tableName: 'Sessions', client: memoryTable(), onEvent: ({ type }) => void events.push(type) });
    await sessions.forRequest({ cookies: undefined, https: true, ...init }).session();
    return events;
  }

  test('without a cookie is told, because a cookie that is Strict looks like that', async () => {
    expect(await eventsOf({ headers: arrival })).toEqual(['cross-site-arrival']);
  });

  test('with a session id, or by something else than a navigation, or from the own site is not', async () => {
    expect(await eventsOf({ headers: arrival, cookies: `session_id=${'a'.repeat(43)}` })).toEqual(['unknown-id']);
    expect(await eventsOf({ headers: { ...arrival, 'Sec-Fetch-Mode': 'cors' } })).toEqual([]);
    expect(await eventsOf({ headers: { ...arrival, 'Sec-Fetch-Site': 'same-origin' } })).toEqual([]);
    expect(await eventsOf({})).toEqual([]);
  });
});
