import { inspect } from 'node:util';
import { sessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { countIds, findId } from '../support/canary';
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
