import { SessionClient, SessionEvent, SessionFactoryOptions, sessionFactory } from '../../src/runtime';
import { LeanClient } from '../../src/runtime/client/lean/client';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { FakeClock, memoryTable } from '../../src/testing';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const scene = Scene.on();
const ALONE = { absoluteTimeout: 86_400, compress: false } as const;
let events: SessionEvent[];
let inputs: (readonly [string, unknown])[];
beforeEach(() => {
  events = [];
  inputs = [];
});

const listening = (): SessionFactoryOptions => ({ ...ALONE, onEvent: (event) => void events.push(event) });

/** A client whose every call takes its time by the clock, and whose inputs are written down. */
function slow(inner: SessionClient, clock: FakeClock, milliseconds: Readonly<Record<string, number>>): SessionClient {
  const through = (name: 'getItem' | 'putItem' | 'updateItem' | 'deleteItem' | 'transactWrite') => async (input: never, options: never) => {
    inputs.push([name, input]);
    clock.advance(milliseconds[name] ?? 0);
    return inner[name]?.(input, options) as Promise<object>;
  };
  return {
    getItem: through('getItem'),
    putItem: through('putItem'),
    updateItem: through('updateItem'),
    deleteItem: through('deleteItem'),
    transactWrite: through('transactWrite'),
  };
}

const costs = () => events.map(({ type, milliseconds, writeUnits }) => ({ type, milliseconds, writeUnits }));
const asking = () => inputs.filter(([, input]) => 'ReturnConsumedCapacity' in (input as object)).map(([name]) => name);

describe('An event', () => {
  test('tells the milliseconds of all calls since the one before it, each once', async () => {
    const client = slow(sdkClient(scene.table.client), scene.clock, { getItem: 7, putItem: 20, updateItem: 30, deleteItem: 5 });
    const visitor = scene.visitor({ ...listening(), client });
    await visitor.visit((session) => session.set('name', 'Ada'));
    await visitor.visit(async (session) => {
      session.set('count', 1);
      await session.save();
      await session.invalidate();
    });
    expect(costs()).toEqual([
      { type: 'created', milliseconds: 20, writeUnits: 1 },
      { type: 'stored', milliseconds: 37, writeUnits: 1 },
      { type: 'invalidated', milliseconds: 5, writeUnits: 1 },
    ]);
  });

  test('tells nothing where no call was made since the one before it', async () => {
    const visitor = scene.visitor(listening());
    visitor.jar.set('session_id', 'nonsense');
    await visitor.visit((session) => session.set('name', 'Ada'));
    expect(events).toEqual([{ type: 'cookie-rejected' }, { type: 'created', ref: expect.any(String), milliseconds: 0, writeUnits: 1 }]);
  });

  test('of a new id tells the units of the freeze and of the copy', async () => {
    const visitor = scene.visitor(listening());
    await visitor.visit((session) => session.set('note', 'x'.repeat(3000)));
    await visitor.visit((session) => session.regenerate());
    expect(costs().map(({ type, writeUnits }) => [type, writeUnits])).toEqual([['created', 4], ['regenerated', 8]]);
  });

  test('of a write that other requests made repeat has the time of all its attempts', async () => {
    const visitor = await scene.signedIn(listening());
    events.length = 0;
    const client = slow(sdkClient(scene.table.client), scene.clock, { getItem: 10, updateItem: 10 });
    const copy = new Visitor(scene.table, scene.clock, { ...listening(), client });
    copy.jar.set('session_id', visitor.id);
    await copy.visit(async (session) => {
      await visitor.visit((other) => other.update('count', (count = 0) => count + 1));
      await session.update('count', (count = 0) => count + 1);
    });
    expect(costs()).toEqual([
      { type: 'stored', milliseconds: 0, writeUnits: 1 },
      { type: 'stored', milliseconds: 40, writeUnits: 1 }, // a read, two writes, and the read that the refused one asks for
    ]);
  });

  test('of a touch that failed tells how long it was tried', async () => {
    const visitor = await scene.signedIn(listening());
    scene.clock.advanceSeconds(200);
    events.length = 0;
    const client: SessionClient = {
      ...slow(sdkClient(scene.table.client), scene.clock, { getItem: 3 }),
      singleAttempt: false,
      updateItem: async () => {
        scene.clock.advance(400);
        throw Object.assign(new Error(), { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
      },
    };
    const copy = new Visitor(scene.table, scene.clock, { ...listening(), client });
    copy.jar.set('session_id', visitor.id);
    await scene.seen(copy);
    expect(costs()).toEqual([{ type: 'touch-failed', milliseconds: 403, writeUnits: undefined }]);
  });

  test('of two requests at once tells each request its own', async () => {
    const visitors = [await scene.signedIn(), await scene.signedIn()];
    const client = slow(sdkClient(scene.table.client), scene.clock, {});
    const copies = visitors.map(({ id }) => {
      const copy = new Visitor(scene.table, scene.clock, { ...listening(), client });
      copy.jar.set('session_id', id);
      return copy;
    });
    await Promise.all(copies.map((copy, i) => copy.visit((session) => session.set('note', 'x'.repeat(i * 3000)))));
    expect(events.map(({ writeUnits }) => writeUnits).sort()).toEqual([1, 4]);
  });

  test('of a sign-in tells what its transaction consumed, and of endAll too, and never the user', async () => {
    const client = slow(sdkClient(scene.table.client), scene.clock, { getItem: 1, transactWrite: 50 });
    const visitor = scene.visitor({ ...listening(), client });
    await visitor.visit((session) => session.signIn('ada@example.org', { device: 'Phone' }));
    const sessions = sessionFactory({ tableName: scene.table.name, clock: scene.clock, ...listening(), client });
    await sessions.user('ada@example.org').endAll();
    expect(costs()).toEqual([
      { type: 'created', milliseconds: 51, writeUnits: 4 },
      { type: 'invalidated', milliseconds: 51, writeUnits: 4 },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/ada|Phone/);
  });
});

describe('The units', () => {
  test('are asked for by no call without a listener', async () => {
    const visitor = scene.visitor({ ...ALONE, client: slow(sdkClient(scene.table.client), scene.clock, {}), onEvent: undefined as never });
    await visitLife(visitor);
    expect(inputs.map(([name]) => name)).toEqual(expect.arrayContaining(['getItem', 'putItem', 'updateItem', 'transactWrite', 'deleteItem']));
    expect(asking()).toEqual([]);
  });

  test('are asked for by each write and by no read where somebody listens', async () => {
    const visitor = scene.visitor({ ...listening(), client: slow(sdkClient(scene.table.client), scene.clock, {}) });
    await visitLife(visitor);
    expect(asking()).toEqual(inputs.map(([name]) => name).filter((name) => name !== 'getItem'));
  });

  test('come through the lean client', async () => {
    const secrets = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const client = new LeanClient({ region: 'us-east-1', endpoint: scene.table.endpoint }, secrets);
    await visitLife(scene.visitor({ ...listening(), client }));
    expect(costs().map(({ type, writeUnits }) => [type, writeUnits])).toEqual([
      ['created', 1], ['stored', 1], ['regenerated', 2], ['regenerated', 5], ['regenerated', 7], ['invalidated', 1],
    ]);
  });

  test.each([[undefined], [null], [{}], [{ ConsumedCapacity: 'much' }], [{ ConsumedCapacity: { CapacityUnits: 'NaN' } }], [{ ConsumedCapacity: [null] }]])(
    'are absent where the client answers %j', async (answer) => {
      const inner = memoryTable();
      const client: SessionClient = { ...bound(inner), putItem: (input) => inner.putItem(input).then(() => answer) };
      const sessions = sessionFactory({ tableName: 'Sessions', client, ...listening() });
      const request = sessions.forRequest({ cookies: undefined, https: true });
      (await request.session()).set('name', 'Ada');
      await request.commit();
      expect(events).toEqual([{ type: 'created', ref: expect.any(String), milliseconds: expect.any(Number) }]);
    });
});

/** Every kind of write that a request makes. */
async function visitLife(visitor: Visitor): Promise<void> {
  await visitor.visit((session) => session.set('name', 'Ada'));
  await visitor.visit((session) => session.set('count', 1));
  await visitor.visit((session) => session.regenerate());
  await visitor.visit((session) => session.signIn('ada'));
  await visitor.visit((session) => session.regenerate());
  const request = visitor.request();
  await request.endSession();
  await request.commit();
}

function bound(client: SessionClient): SessionClient {
  return {
    getItem: (input, options) => client.getItem(input, options),
    putItem: (input, options) => client.putItem(input, options),
    updateItem: (input, options) => client.updateItem(input, options),
    deleteItem: (input, options) => client.deleteItem(input, options),
  };
}
