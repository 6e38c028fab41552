import { SessionConflictError, SessionEndedError } from '../../src/runtime';
import { embeddedEngines } from '../support/engines';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

describe.each(embeddedEngines())('lost answers on $name', (engine) => {
  const scene = Scene.on(engine);

  describe('an exact update', () => {
    test('whose answer was lost is applied once', async () => {
      const visitor = await scene.signedIn();
      scene.client.loseAnswer('updateItem');
      await visitor.visit((session) => session.update('count', (count = 0) => count + 1));
      expect(await scene.seen(visitor)).toMatchObject({ count: 1 });
    });

    /** Loses the answer of an update, and lets others come between it and its repetition. */
    async function lostAmong(visitor: Visitor, others: number): Promise<void> {
      const { session } = await visitor.open();
      scene.client.hold('updateItem').open();
      const repetition = scene.client.hold('updateItem');
      scene.client.loseAnswer('updateItem');
      const lost = session.update('count', (count = 0) => count + 1);
      await repetition.reached;
      const ungated = scene.copyOf(visitor, { client: scene.table.client });
      for (let i = 0; i < others; i++) await ungated.visit((other) => other.update('count', (count = 0) => count + 1));
      repetition.open();
      return lost;
    }

    test('whose answer was lost is applied once, also when seven others come between', async () => {
      const visitor = await scene.signedIn();
      await lostAmong(visitor, 7);
      expect(await scene.seen(visitor)).toMatchObject({ count: 8 });
    });

    test('says that nobody can tell, when its answer was lost and eight others came between', async () => {
      const visitor = await scene.signedIn();
      await expect(lostAmong(visitor, 8)).rejects.toThrow(SessionConflictError);
      expect(await scene.seen(visitor)).toMatchObject({ count: 9 });
    });

    test('beside plain sets and touches of other requests keeps all of them', async () => {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(200);
      const requests = await Promise.all(Array.from({ length: 9 }, () => visitor.open()));
      await Promise.all(requests.map(async ({ request, session }, i) => {
        if (i % 3 === 0) await session.update('count', (count = 0) => count + 1);
        if (i % 3 === 1) session.set(`key${i}` as 'note', i);
        await visitor.commit(request);
      }));
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 3, key1: 1, key4: 4, key7: 7 });
    });

    test('by twenty requests at once is applied once for each, beside plain sets', async () => {
      const visitor = await scene.signedIn({ deadline: 900_000 });
      const requests = await Promise.all(Array.from({ length: 25 }, () => visitor.open()));
      await Promise.all(requests.map(async ({ request, session }, i) => {
        if (i < 20) await session.update('count', (count = 0) => count + 1);
        else session.set(`key${i}` as 'note', i);
        await visitor.commit(request);
      }));
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 20, key20: 20, key21: 21, key22: 22, key23: 23, key24: 24 });
    });

    test('that is refused because the session was ended is never applied', async () => {
      const visitor = await scene.signedIn();
      const { session } = await visitor.open();
      await scene.signOut(visitor);
      await expect(session.update('count', () => 1)).rejects.toMatchObject({ name: 'SessionEndedError', outcome: 'not-applied' });
      expect(await scene.table.item(visitor.id)).toBeUndefined();
    });

    test('says that nobody can tell, when the answer of its refusal is lost; it is never applied', async () => {
      const visitor = await scene.signedIn();
      const { session } = await visitor.open();
      await scene.signOut(visitor);
      scene.client.loseAnswer('updateItem');
      await expect(session.update('count', () => 1)).rejects.toThrow(SessionConflictError);
      await expect(session.update('count', () => 1)).rejects.toThrow(SessionEndedError);
      expect(await scene.table.item(visitor.id)).toBeUndefined();
    });

    test('whose function throws changes nothing, and leaves the session usable', async () => {
      const visitor = await scene.signedIn();
      const { request, session } = await visitor.open();
      const fail = () => {
        throw new RangeError('no');
      };
      await expect(session.update('count', fail)).rejects.toThrow(RangeError);
      await session.update('count', () => 1);
      await visitor.commit(request);
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada', count: 1 });
    });
  });

  describe('a plain write', () => {
    test('whose answer was lost is repeated, and harmless', async () => {
      const visitor = await scene.signedIn();
      scene.client.loseAnswer('updateItem');
      await visitor.visit((session) => {
        session.set('count', 1);
        session.flash('hello');
      });
      expect(await visitor.visit((session) => [session.get('count'), session.popFlash()])).toEqual([1, ['hello']]);
    });

    test('of more than a hundred keys whose answer was lost is repeated, and harmless', async () => {
      const visitor = await scene.signedIn();
      scene.client.loseAnswer('updateItem');
      await visitor.visit((session) => {
        for (let i = 0; i < 101; i++) session.set(`key${i}` as 'note', i);
      });
      expect(await visitor.visit((session) => session.size)).toBe(102);
    });
  });

  describe('a sign-in', () => {
    test('whose new item was stored and its answer lost takes another id; nobody gets the first', async () => {
      const visitor = await scene.signedIn();
      scene.client.loseAnswer('putItem');
      await visitor.visit((session) => session.regenerate());
      expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
    });
  });

  describe('a first write', () => {
    test('whose answer was lost takes another id, and the item that nobody knows is left to TTL', async () => {
      const before = (await scene.table.items()).length;
      const visitor = scene.visitor();
      scene.client.loseAnswer('putItem');
      await visitor.visit((session) => session.set('name', 'Bea'));
      expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
      expect(await scene.table.items()).toHaveLength(before + 2);
    });
  });

  describe('a sign-out', () => {
    test('whose answer was lost is done', async () => {
      const visitor = await scene.signedIn();
      scene.client.loseAnswer('deleteItem');
      await scene.signOut(visitor);
      expect(await scene.table.item(visitor.id)).toBeUndefined();
      expect(scene.events).toEqual(['invalidated']);
    });
  });

  describe('a touch', () => {
    test('whose answer was lost is done', async () => {
      const visitor = await scene.signedIn();
      scene.clock.advanceSeconds(200);
      scene.client.loseAnswer('updateItem');
      await scene.seen(visitor);
      expect(scene.events).toEqual(['touched']);
      expect(await visitor.visit((session) => session.expiresAt)).toEqual(new Date(Math.floor(scene.clock.now() / 1000) * 1000 + 1_200_000));
    });
  });
});
