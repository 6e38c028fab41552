/** How a session gets a new id: it is frozen, and then copied. Each row of the design's table, on real engines. */
import { SessionClient, SessionEndedError, SessionTooLargeError, SessionUnavailableError, sessionFactory } from '../../src/runtime';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { ShopData, ShopRequest, Visitor } from '../support/visitor';

/** A text that does not become smaller: so many characters of three bytes. */
function noise(length: number): string {
  return Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i * 31) % 20_011))).join('');
}

/** The token of a freeze, in hexadecimal digits. */
function tokenIn(input: unknown): string {
  const { ExpressionAttributeValues } = input as { readonly ExpressionAttributeValues: { readonly ':frz': { readonly B: Uint8Array } } };
  return Buffer.from(ExpressionAttributeValues[':frz'].B).toString('hex');
}

describe.each(embeddedEngines())('a new id on $name', (engine) => {
  const scene = Scene.on(engine);

  /** Another browser with the same id, whose calls nothing happens to. */
  const other = (visitor: Visitor): Visitor => scene.copyOf(visitor, { client: scene.table.client });

  /** A request that has opened the session and asked for a new id. */
  async function signingIn(visitor: Visitor): Promise<Awaited<ReturnType<Visitor['open']>>> {
    const opened = await visitor.open();
    opened.session.regenerate();
    opened.session.set('count', 1);
    scene.client.calls.length = 0;
    return opened;
  }

  async function expectNobodyIn(id: string): Promise<void> {
    const stranger = scene.visitor({ client: scene.table.client });
    stranger.jar.set('session_id', id);
    expect(await stranger.visit((session) => [session.isNew, session.size])).toEqual([true, 0]);
  }

  test('is one UpdateItem and one PutItem beside eight writers in a loop, and misses no change that was acknowledged', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    session.set('name', 'Bea');
    const acknowledged = new Map<string, number>();
    const writers = Array.from({ length: 8 }, async (_, i) => {
      const [writer, key] = [other(visitor), `key${i}` as 'note'];
      for (let n = 1; ; n++) {
        const opened = await writer.open();
        if (opened.session.isNew) return;
        opened.session.set(key, n);
        if (await opened.session.save().then(() => true, () => false)) acknowledged.set(key, n);
      }
    });
    while (acknowledged.size < 8) await other(visitor).open();
    scene.client.calls.length = 0;
    await visitor.commit(request);
    await Promise.all(writers);
    expect(scene.client.calls).toEqual(['updateItem', 'putItem']);
    expect(await scene.seen(visitor)).toEqual({ name: 'Bea', ...Object.fromEntries(acknowledged) });
  });

  describe('whose freeze', () => {
    test('was applied and its answer lost goes on with the image that refuses the repetition', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const { request } = await signingIn(visitor);
      scene.client.loseAnswer('updateItem');
      await visitor.commit(request);
      expect(scene.client.calls.filter((call) => call !== 'getItem(strong)')).toEqual(['updateItem', 'updateItem', 'putItem']);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
      await expectNobodyIn(id);
    });

    test('was applied and every answer lost is found by a strong read before anything is called dead', async () => {
      const visitor = await scene.signedIn();
      const { request } = await signingIn(visitor);
      for (let i = 0; i < 5; i++) scene.client.loseAnswer('updateItem');
      await visitor.commit(request);
      expect(scene.client.calls).toEqual([...Array<string>(5).fill('updateItem'), 'getItem(strong)', 'putItem']);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
      expect(scene.events).toEqual(['regenerated']);
    });

    test('did not arrive, so that the session still lives, is repeated with the same token; late ones change nothing', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const { request } = await signingIn(visitor);
      const late = Array.from({ length: 6 }, () => scene.client.delay('updateItem'));
      await visitor.commit(request);
      const frozen = await scene.table.item(id);
      expect(new Set(late.map(({ input }) => tokenIn(input)))).toEqual(new Set([Buffer.from(frozen?.frz?.B ?? '').toString('hex')]));
      const after = await scene.table.items();
      for (const call of late) expect(await call.deliver()).toBe(false);
      expect(await scene.table.items()).toEqual(after);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
    });

    test('arrives after it was given up signs the visitor out, and lets nobody in', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const { request } = await signingIn(visitor);
      const late = Array.from({ length: 1000 }, () => scene.client.delay('updateItem'));
      await expect(request.commit()).rejects.toThrow(SessionUnavailableError);
      expect((await request.discard()).setCookie).toEqual([]);
      expect(await scene.seen(other(visitor))).toEqual({ name: 'Ada' });
      expect(await late[0]?.deliver()).toBe(true);
      await expectNobodyIn(id);
    });

    test('met another one, whose answer was lost too, goes on with the image of the other', async () => {
      const visitor = await scene.signedIn();
      await visitor.visit((session) => session.flash('hello'));
      const { request } = await signingIn(visitor);
      const second = scene.copyOf(visitor);
      const gate = scene.client.hold('updateItem');
      scene.client.loseAnswer('updateItem');
      const committed = visitor.commit(request);
      await gate.reached;
      const quick = other(second);
      await quick.visit((session) => session.set('cart', ['tea']));
      await quick.visit((session) => session.regenerate());
      gate.open();
      await committed;
      expect(visitor.id).not.toBe(quick.id);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', cart: ['tea'], count: 1 });
      expect(await scene.seen(quick)).toEqual({ name: 'Ada', cart: ['tea'] });
      expect(await visitor.visit((session) => session.popFlash())).toEqual(['hello']);
    });

    test('is denied leaves the session as it is', async () => {
      const visitor = await scene.signedIn();
      const before = await scene.table.item(visitor.id);
      const { session } = await signingIn(visitor);
      scene.client.deny('updateItem');
      await expect(session.save()).rejects.toThrow(SessionUnavailableError);
      expect(await scene.table.item(visitor.id)).toEqual(before);
      await session.save();
      expect(session.toObject()).toEqual({ name: 'Ada', count: 1 });
    });

    test('finds no session was beaten by a sign-out: nothing is stored, and save() says so', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await signingIn(visitor);
      await scene.signOut(other(visitor));
      const before = (await scene.table.items()).length;
      await expect(session.save()).rejects.toMatchObject({ name: 'SessionEndedError', outcome: 'not-applied' });
      await expect(session.update('count', () => 2)).rejects.toThrow(SessionEndedError);
      expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.items()).toHaveLength(before);
      expect(scene.events).toEqual(['ended']);
    });

    test('finds a newer format was beaten by another version, and leaves the item as it is', async () => {
      const visitor = await scene.signedIn();
      const { request } = await signingIn(visitor);
      const item = { ...(await scene.table.item(visitor.id)), fmt: { N: '2' } } as Parameters<typeof scene.table.put>[0];
      await scene.table.put(item);
      expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.item(visitor.id)).toEqual(item);
    });
  });

  describe('the frozen session', () => {
    test('is dead for whoever holds the old id: for a read, a write, a touch, an exact update and a new id', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const stranger = other(visitor);
      const opened = await Promise.all(Array.from({ length: 4 }, () => stranger.open()));
      const [writer, updater, reader, flasher] = opened as [typeof opened[0], typeof opened[0], typeof opened[0], typeof opened[0]];
      await visitor.visit((session) => {
        session.regenerate();
        session.set('name', 'Bea');
      });
      const frozen = await scene.table.item(id);
      scene.clock.advanceSeconds(200);
      writer.session.set('name', 'Eve');
      await expect(writer.session.save()).rejects.toThrow(SessionEndedError);
      await expect(updater.session.update('count', () => 9)).rejects.toThrow(SessionEndedError);
      flasher.session.flash('hello');
      flasher.session.remember(9000);
      flasher.session.newCsrfToken();
      for (const { request } of [reader, flasher]) expect(await request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
      expect(await scene.table.item(id)).toEqual(frozen);
      await expectNobodyIn(id);
      expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
    });

    test('holds nothing that the request wrote, and stays for an hour', async () => {
      const visitor = await scene.signedIn();
      const before = await scene.table.item(visitor.id);
      await visitor.visit((session) => {
        session.regenerate();
        session.set('name', 'Bea');
        session.flash('welcome');
        session.remember(86_400);
      });
      const sid = before?.sid?.B;
      const frozen = (await scene.table.items()).find((item) => Buffer.from(item.sid?.B ?? '').equals(Buffer.from(sid ?? '')));
      const exp = { N: String(scene.clock.now() / 1000 + 3600) };
      expect(frozen).toEqual({ ...before, frz: { B: expect.any(Uint8Array) }, exp });
    });

    // Said in the README: a request cannot tell a double click on "Sign in" from a rotation whose outcome was signed out.
    test('goes on for a request that opened it before it was replaced, also once its successor was signed out', async () => {
      const visitor = await scene.signedIn();
      const slow = other(visitor);
      const { request, session } = await slow.open();
      await visitor.visit((quick) => quick.set('count', 1));
      await visitor.visit((quick) => quick.regenerate());
      await visitor.visit((quick) => quick.set('cart', ['after']));
      await scene.signOut(visitor);
      session.regenerate();
      await slow.commit(request);
      expect(await scene.seen(slow)).toEqual({ name: 'Ada', count: 1 });
    });

    test('gives a stranger who opened it before no more than it held then, under an id of the stranger’s own', async () => {
      const visitor = await scene.signedIn();
      const stranger = other(visitor);
      const { request, session } = await stranger.open();
      await visitor.visit(async (own) => {
        own.regenerate();
        await own.update('note', () => 'signed in');
      });
      session.regenerate();
      await stranger.commit(request);
      expect(stranger.id).not.toBe(visitor.id);
      expect(await scene.seen(stranger)).toEqual({ name: 'Ada' });
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', note: 'signed in' });
    });
  });

  describe('whose copy cannot be stored', () => {
    test('is stored by another save() of the same request, with what was changed since and without a second freeze', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const { request, session } = await signingIn(visitor);
      scene.client.deny('putItem');
      await expect(session.save()).rejects.toThrow(SessionUnavailableError);
      expect(request.idCookie()).toBeUndefined();
      await expectNobodyIn(id);
      session.set('cart', ['tea']);
      await session.save();
      expect(scene.client.calls).toEqual(['updateItem', 'putItem', 'putItem']);
      await visitor.commit(request);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, cart: ['tea'] });
    });

    test.each(['commit', 'update'] as const)('is stored by a later %s of the same request', async (how) => {
      const visitor = await scene.signedIn();
      const { request, session } = await signingIn(visitor);
      scene.client.deny('putItem');
      await expect(how === 'commit' ? request.commit() : session.update('note', () => 'x')).rejects.toThrow(SessionUnavailableError);
      if (how === 'update') await session.update('note', () => 'x');
      await visitor.commit(request);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1, ...(how === 'update' && { note: 'x' }) });
    });

    test('takes the cookies that were set before out of the response', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      session.remember(86_400);
      await session.save();
      session.regenerate();
      scene.client.deny('putItem');
      await expect(session.save()).rejects.toThrow(SessionUnavailableError);
      expect((await request.discard()).setCookie).toEqual([]);
    });

    test('can be ended instead, and then nothing is left', async () => {
      const visitor = await scene.signedIn();
      const before = (await scene.table.items()).length;
      const { request, session } = await signingIn(visitor);
      scene.client.deny('putItem');
      await expect(session.save()).rejects.toThrow(SessionUnavailableError);
      await session.invalidate();
      expect((await request.commit()).setCookie).toEqual([expect.stringMatching(/^session_id=; .*Max-Age=0/)]);
      expect(await scene.table.items()).toHaveLength(before - 1);
    });

    test('because the function crashed is nobody’s: the visitor is signed out', async () => {
      const visitor = await scene.signedIn();
      const { id } = visitor;
      const { request } = await signingIn(visitor);
      const gate = scene.client.hold('putItem');
      void request.commit();
      await gate.reached;
      await expectNobodyIn(id);
    });
  });

  describe('of a session that is too large', () => {
    test('because of this request is refused before anything is frozen', async () => {
      const visitor = await scene.signedIn({ compress: false });
      const before = await scene.table.item(visitor.id);
      const { request, session } = await signingIn(visitor);
      session.set('note', noise(140_000));
      await expect(request.commit()).rejects.toThrow(SessionTooLargeError);
      expect(scene.client.calls).toEqual([]);
      expect(await scene.table.item(visitor.id)).toEqual(before);
    });

    /** A sign-in beside another request that fills the session between its check and its freeze. */
    async function filledMeanwhile(keepDeadline: boolean): Promise<{ visitor: Visitor; request: ShopRequest; committed: Promise<unknown> }> {
      const visitor = await scene.signedIn({ compress: false });
      const { request, session } = await visitor.open();
      session.regenerate({ keepDeadline });
      session.set('cart', [noise(30_000)]);
      const gate = scene.client.hold('updateItem');
      const committed = visitor.commit(request);
      await gate.reached;
      await scene.copyOf(visitor, { client: scene.table.client, compress: false }).visit((another) => another.set('note', noise(120_000)));
      gate.open();
      return { visitor, request, committed };
    }

    test('because of another one becomes a new session of what this request set, and an event tells', async () => {
      const { visitor, committed } = await filledMeanwhile(false);
      const { id } = visitor;
      await committed;
      expect(visitor.id).not.toBe(id);
      expect(await visitor.visit((session) => session.keys())).toEqual(['cart']);
      expect(scene.events.filter((type) => type !== 'unknown-id')).toEqual(expect.arrayContaining(['large', 'created']));
      await expectNobodyIn(id);
    });

    test('because of another one is an error where it keeps its deadline, and the visitor is signed out', async () => {
      const { visitor, request, committed } = await filledMeanwhile(true);
      await expect(committed).rejects.toThrow(SessionTooLargeError);
      expect((await request.discard()).setCookie).toEqual([]);
      await expectNobodyIn(visitor.id);
    });
  });

  test.each([[1499, []], [1500, ['updateItem', 'putItem']]])('with %d milliseconds left makes the calls %j: a third of the deadline has to be left', async (left, calls) => {
    const visitor = await scene.signedIn();
    const { client, clock } = scene;
    const sessions = sessionFactory<ShopData>({ tableName: scene.table.name, client, clock });
    let remaining = 30_000;
    const request = sessions.forRequest({ cookies: visitor.jar.header(), https: true, remainingTime: () => remaining });
    const session = await request.session();
    session.regenerate();
    client.calls.length = 0;
    remaining = left;
    const committed = await request.commit().then(() => true, (error: unknown) => error);
    expect(client.calls).toEqual(calls);
    if (calls.length > 0) return;
    expect(committed).toMatchObject({ name: 'SessionUnavailableError', outcome: 'not-applied', message: expect.stringContaining('too little time') });
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('takes along what travels, the attributes of other programs too, and neither the freeze nor the secret', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      session.remember(9000);
      session.newCsrfToken();
      session.flash('hello');
      await session.update('count', () => 1);
    });
    const before = (await scene.table.item(visitor.id)) as Parameters<typeof scene.table.put>[0];
    await scene.table.put({ ...before, other: { SS: ['kept'] } });
    scene.clock.advanceSeconds(100);
    await visitor.visit((session) => session.regenerate());
    const { sid, csr, ...kept } = before;
    expect([sid, csr]).not.toContain(undefined);
    const now = { N: String(scene.clock.now() / 1000) };
    const exp = { N: String(scene.clock.now() / 1000 + 9000) };
    const own = { sid: { B: expect.any(Uint8Array) }, exp, iat: now, iss: now, ver: { N: '1' } };
    expect(await scene.table.item(visitor.id)).toEqual({ ...kept, ...own, other: { SS: ['kept'] } });
  });

  test.each([{ sealed: true }, { sealed: false }])('is known by its own read alone, whatever the client: %j', async (options) => {
    const singleShot: SessionClient = { ...scene.client, singleAttempt: false };
    const visitor = await scene.signedIn({ ...options, client: singleShot });
    const { request } = await signingIn(visitor);
    scene.client.loseAnswer('updateItem');
    await visitor.commit(request);
    expect(scene.client.calls).toEqual(['updateItem', 'getItem(strong)', 'putItem']);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
  });
});
