import { inspect } from 'node:util';
import { sessionFactory } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock } from '../../src/testing';
import { countIds, findId } from '../support/canary';
import { GatedClient } from '../support/gated-client';
import { TestTable } from '../support/table';
import { Visitor } from '../support/visitor';

let table: TestTable;
const clock = new FakeClock();

beforeAll(async () => {
  table = await TestTable.start();
});
afterAll(() => table.stop());

/** What a program may print of a value, by accident or not. */
function shownBy(value: unknown): string[] {
  return [inspect(value, { depth: 9, showHidden: true, getters: true }), JSON.stringify(value) ?? '', String(value), ...Object.keys(Object(value))];
}

test('the canary knows the ids that are made', async () => {
  const visitor = await Visitor.withSession(table, clock);
  expect(countIds()).toBeGreaterThan(0);
  expect(findId([`the id is ${visitor.id}`])).toBe('the id is <a session id>');
});

test('no object of the public API shows an id, a value or a key of the table', async () => {
  const visitor = await Visitor.withSession(table, clock);
  const { request, session } = await visitor.open();
  session.set('note', 'a secret value');
  const factory = sessionFactory({ tableName: table.name, client: table.client });
  const shown = [session, request, factory].flatMap(shownBy);
  expect(findId(shown)).toBeUndefined();
  expect(shown.filter((text) => /secret|Ada|session_id/.test(text))).toEqual([]);
});

test('nothing that is stored holds an id, and no token of a form either', async () => {
  const visitor = await Visitor.withSession(table, clock);
  const token = await visitor.visit((session) => {
    session.flash('hello');
    return session.newCsrfToken();
  });
  const stored = (await table.items()).flatMap((item) => [inspect(item, { depth: 9 }), ...Object.values(item).map(({ B }) => Buffer.from(B ?? '').toString())]);
  expect(findId(stored)).toBeUndefined();
  expect(stored.filter((text) => text.includes(token))).toEqual([]);
});

const FAILURES: [string, (visitor: Visitor, client: GatedClient) => Promise<unknown>][] = [
  ['a read that is denied', async (visitor, client) => {
    client.deny('getItem');
    await visitor.open();
  }],
  ['a write that is denied', async (visitor, client) => {
    const { request, session } = await visitor.open();
    session.set('note', 'a secret value');
    client.deny('updateItem');
    await request.commit();
  }],
  ['a save after the end', async (visitor) => {
    const { session } = await visitor.open();
    await visitor.request().endSession();
    session.set('note', 'a secret value');
    await session.save();
  }],
  ['a value that cannot be kept', async (visitor) => (await visitor.open()).session.set('note', { list: ['a secret value', NaN] })],
  ['a session that is too large', async (visitor) => {
    const { request, session } = await visitor.open();
    session.set('note', Array.from({ length: 30_000 }, (_, i) => `a secret value ${Math.sin(i)}`));
    await request.commit();
  }],
  ['a change after the commit', async (visitor) => {
    const { request, session } = await visitor.open();
    await request.commit();
    session.set('note', 'a secret value');
  }],
];
test.each(FAILURES)('the error of %s shows no id and no stored value', async (_, fail) => {
  const client = new GatedClient(sdkClient(table.client));
  const visitor = await Visitor.withSession(table, clock, { client, compress: false });
  const error = await fail(visitor, client).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  const shown = [...shownBy(error), String((error as Error).stack)];
  expect(findId(shown)).toBeUndefined();
  expect(shown.filter((text) => /Ada|arn:|session_id|secret value/.test(text))).toEqual([]);
});
