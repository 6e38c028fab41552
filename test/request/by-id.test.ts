import { SessionConflictError, SessionEndedError, SessionFactory, sessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { ScriptedClient, awsError } from '../support/scripted-client';
import { TestTable } from '../support/table';

const HOUR = 3600;
let table: TestTable;
let clock: FakeClock;
let sessions: SessionFactory;

beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(() => {
  clock = new FakeClock();
  sessions = sessionFactory({ tableName: table.name, client: table.client, clock });
  table.takeCalls();
});
afterAll(() => table.stop());

async function begun(id: string, data: Record<string, unknown>): Promise<void> {
  await sessions.byId.begin(id).write(data);
  table.takeCalls();
}

describe('a session by its id', () => {
  test('is created by its first write, and read with one strong read', async () => {
    await sessions.byId.begin('sid-1').write({ name: 'Ada', cart: [1] });
    expect(table.takeCalls()).toEqual(['PutItem']);
    expect((await sessions.byId.read('sid-1'))?.data()).toEqual({ name: 'Ada', cart: [1] });
    expect(table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('that is not there is undefined', async () => {
    expect(await sessions.byId.read('sid-2')).toBeUndefined();
  });

  test('is one with the session of a request that has the id as its cookie', async () => {
    const request = sessions.forRequest({ cookies: undefined, https: true });
    (await request.session()).set('name', 'Ada');
    const [cookie = ''] = (await request.commit()).setCookie;
    const id = cookie.slice('session_id='.length, cookie.indexOf(';'));
    expect((await sessions.byId.read(id))?.data()).toEqual({ name: 'Ada' });
  });

  test('writes the keys that differ and no others, so overlapping writes keep theirs', async () => {
    await begun('sid-3', { a: 1, b: { c: [1] }, d: 1 });
    const [one, other] = [await sessions.byId.read('sid-3'), await sessions.byId.read('sid-3')];
    await one?.write({ ...one.data(), a: 2 });
    await other?.write({ a: 1, b: { c: [1, 2] } });
    expect((await sessions.byId.read('sid-3'))?.data()).toEqual({ a: 2, b: { c: [1, 2] } });
  });

  test('that is written as it was read is not written', async () => {
    await begun('sid-4', { a: 1, b: { c: [1] } });
    const read = await sessions.byId.read('sid-4');
    table.takeCalls();
    await read?.write(read.data());
    expect(table.takeCalls()).toEqual([]);
  });

  test('gives data that may be changed without changing the session', async () => {
    await begun('sid-5', { cart: [1] });
    const read = await sessions.byId.read('sid-5');
    (read?.data().cart as number[]).push(2);
    expect(read?.data()).toEqual({ cart: [1] });
  });

  test('is refused where its id is taken', async () => {
    await begun('sid-6', { name: 'Ada' });
    await expect(sessions.byId.begin('sid-6').write({ name: 'Eve' })).rejects.toThrow(SessionConflictError);
    expect((await sessions.byId.read('sid-6'))?.data()).toEqual({ name: 'Ada' });
  });

  test('that was deleted takes no write of who read it before, and is not begun again for an hour', async () => {
    await begun('sid-7', { name: 'Ada' });
    const late = await sessions.byId.read('sid-7');
    await sessions.byId.delete('sid-7');
    expect(table.takeCalls()).toEqual(['GetItem(strong)', 'PutItem']);
    await expect(late?.write({ name: 'Eve' })).rejects.toThrow(SessionEndedError);
    await expect(sessions.byId.begin('sid-7').write({ name: 'Eve' })).rejects.toThrow(SessionConflictError);
    expect(await sessions.byId.read('sid-7')).toBeUndefined();
    const item = await table.item('sid-7');
    expect(Object.keys(item ?? {}).sort()).toEqual(['exp', 'frz', 'sid']);
    expect(item?.exp).toEqual({ N: String(clock.now() / 1000 + HOUR) });
  });

  test('that was deleted before its creation arrives is not created', async () => {
    await sessions.byId.delete('sid-8');
    await expect(sessions.byId.begin('sid-8').write({ name: 'Eve' })).rejects.toThrow(SessionConflictError);
  });

  test('can be deleted twice', async () => {
    await begun('sid-9', { name: 'Ada' });
    await sessions.byId.delete('sid-9');
    await sessions.byId.delete('sid-9');
    expect(await sessions.byId.read('sid-9')).toBeUndefined();
  });

  test('is extended by touch when that is due, and by a write with an idle timeout of its own', async () => {
    await begun('sid-10', { name: 'Ada' });
    clock.advanceSeconds(121);
    await (await sessions.byId.read('sid-10'))?.touch();
    expect(table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
    clock.advanceSeconds(60);
    await (await sessions.byId.read('sid-10'))?.touch();
    expect(table.takeCalls()).toEqual(['GetItem(strong)']);
    const read = await sessions.byId.read('sid-10');
    await read?.write(read.data(), { idle: 7 * HOUR });
    clock.advanceSeconds(6 * HOUR);
    expect((await sessions.byId.read('sid-10'))?.data()).toEqual({ name: 'Ada' });
  });

  test.each([['', 0], ['x'.repeat(1025), 1025], ['é'.repeat(513), 1026]])('needs an id of 1 to 1,024 bytes: %#', async (id) => {
    await expect(sessions.byId.read(id)).rejects.toThrow('1 to 1024 bytes');
    expect(() => sessions.byId.begin(id)).toThrow('1 to 1024 bytes');
    await expect(sessions.byId.delete(id)).rejects.toThrow('1 to 1024 bytes');
  });

  test('is sent once for its creation: an attempt that was given up could arrive after the end', async () => {
    const client = new ScriptedClient([{ error: awsError('InternalServerError') }]);
    const lost = sessionFactory({ tableName: 'Sessions', client, clock });
    await expect(lost.byId.begin('sid-11').write({ a: 1 })).rejects.toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(client.inputs.map(({ operation }) => operation)).toEqual(['PutItem']);
  });
});
