import { CLIENTS, ClientName } from './fault-clients';
import { FaultyTable } from './faulty-table';
import { LambdaHttpResponse, WithSession, lambdaHandler } from '../../src/runtime';
import { FakeClock } from '../../src/testing';
import { embeddedEngines } from '../support/engines';
import { eventOf } from '../support/events';
import { ShopData, Visitor } from '../support/visitor';

type Act = (context: WithSession<ShopData>) => Promise<unknown>;

describe.each(embeddedEngines())('a replica that lags behind, on $name', (engine) => {
  const faulty = FaultyTable.on(engine);
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });

  /** One request through the proxy, whose eventual reads may be stale. */
  async function send(visitor: Visitor, act: Act, name: ClientName = 'lean client'): Promise<LambdaHttpResponse> {
    const { sessions, destroy } = CLIENTS[name](faulty.proxy.endpoint, { tableName: faulty.table.name, clock });
    const handler = lambdaHandler(sessions, async (_, context: WithSession<ShopData>) => {
      await act(context);
      return { statusCode: 200, body: '' };
    });
    const event = eventOf('HTTP API', { cookies: visitor.jar.cookies() });
    const answer = (await handler(event, { getRemainingTimeInMillis: () => 30_000 })) as LambdaHttpResponse;
    destroy();
    visitor.jar.store(answer.cookies ?? []);
    return answer;
  }

  async function countSeen(visitor: Visitor): Promise<number | undefined> {
    let count: number | undefined;
    await send(visitor, async ({ session }) => (count = (await session()).get('count')));
    return count;
  }

  test.each(Object.keys(CLIENTS) as ClientName[])('never hides from a browser what it wrote itself, through the %s', async (client) => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    await faulty.proxy.holdReplica(faulty.table.name);
    await send(visitor, async ({ session }) => (await session()).set('count', 7), client);
    expect(await countSeen(visitor)).toBe(7);
  });

  test('shows another browser of the same session the former value for a while, and takes nothing back', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    clock.advanceSeconds(30);
    await faulty.proxy.holdReplica(faulty.table.name);
    await visitor.visit((session) => session.set('count', 7));
    const other = new Visitor(faulty.table, clock);
    other.jar.set('session_id', visitor.id);
    expect(await countSeen(other)).toBeUndefined();
    await send(other, async ({ session }) => (await session()).set('name', 'Grace'));
    expect(await visitor.visit((session) => session.entries())).toEqual(expect.arrayContaining([['name', 'Grace'], ['count', 7]]));
  });

  test('may show a session that was signed out elsewhere, but nothing is written to it and no cookie goes out', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    clock.advanceSeconds(300);
    const other = new Visitor(faulty.table, clock);
    other.jar.set('session_id', visitor.id);
    await faulty.proxy.holdReplica(faulty.table.name);
    await visitor.request().endSession();
    const before = (await faulty.table.items()).length;
    for (const act of [
      async ({ session }: WithSession<ShopData>) => (await session()).set('count', 1),
      async ({ session }: WithSession<ShopData>) => (await session()).regenerate(),
      async ({ session }: WithSession<ShopData>) => session(),
    ]) {
      expect((await send(other, act)).cookies).toBeUndefined();
      expect(await faulty.table.item(visitor.id)).toBeUndefined();
    }
    expect(await faulty.table.items()).toHaveLength(before);
  });

  test('does not decide an exact update: each counts once', async () => {
    const visitor = await Visitor.withSession(faulty.table, clock);
    clock.advanceSeconds(30);
    await faulty.proxy.holdReplica(faulty.table.name);
    for (let i = 0; i < 3; i++) {
      const other = new Visitor(faulty.table, clock);
      other.jar.set('session_id', visitor.id);
      await send(other, async ({ session }) => (await session()).update('count', (count = 0) => count + 1));
    }
    faulty.proxy.heal();
    expect(await visitor.visit((session) => session.get('count'))).toBe(3);
  });
});
