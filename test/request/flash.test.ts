/** Messages as Pyramid has them: `flash`, `pop_flash`, `peek_flash`, queues, `allow_duplicate`. */
import { Scene } from '../support/scene';
import { ShopSession, Visitor } from '../support/visitor';

const scene = Scene.on();

function pop(visitor: Visitor, queue?: string): Promise<unknown[]> {
  return visitor.visit((session) => session.popFlash(queue));
}

/** The messages as they stand in the table. */
async function stored(visitor: Visitor): Promise<string[]> {
  const item = (await scene.table.item(visitor.id)) ?? {};
  return Object.keys(item).filter((name) => name.startsWith('f:')).sort().map((name) => item[name]?.S ?? '');
}

describe('a message', () => {
  test('can be read in the request that adds it, any number of times, until it is popped', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash('hello');
      expect([session.peekFlash(), session.peekFlash(), session.popFlash(), session.popFlash(), session.peekFlash()])
        .toEqual([['hello'], ['hello'], ['hello'], [], []]);
    });
    expect(await stored(visitor)).toEqual([]);
  });

  test('waits over requests that do not ask for it', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('hello'));
    await visitor.visit((session) => session.set('count', 1));
    expect(await pop(visitor)).toEqual(['hello']);
    expect(await pop(visitor)).toEqual([]);
  });

  test('that was looked at stays, and costs no write', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('hello'));
    scene.table.takeCalls();
    expect(await visitor.visit((session) => session.peekFlash())).toEqual(['hello']);
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
  });

  test('of a visitor without a session begins one', async () => {
    const visitor = scene.visitor();
    await visitor.visit((session) => session.flash('hello'));
    expect(await pop(visitor)).toEqual(['hello']);
  });

  test('is whatever JSON keeps, and refused where it is not', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash({ text: 'saved', n: [1] });
      session.flash(null);
      expect(() => session.flash(new Date())).toThrow(TypeError);
      expect(() => session.flash(undefined)).toThrow('a message is expected');
      expect(() => session.flash('x', 7 as unknown as string)).toThrow('queue must be a text; this is a number');
    });
    expect(await pop(visitor)).toEqual([{ text: 'saved', n: [1] }, null]);
  });

  test('is one attribute of its own, which names nothing of it', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('hello', 'errors'));
    const names = Object.keys((await scene.table.item(visitor.id)) ?? {}).filter((name) => name.startsWith('f:'));
    expect(names).toEqual([expect.stringMatching(/^f:[0-9a-z]{9}[0-9a-z]{3}[\w-]{8}$/)]);
    expect(await stored(visitor)).toEqual(['["errors","hello"]']);
  });

  test('is no key of the data, and a key of the data is no message', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash('hello');
      session.set('f:data' as 'note', ['', 'no message']);
    });
    expect(await visitor.visit((session) => session.keys())).toEqual(['name', 'f:data']);
    expect(await pop(visitor)).toEqual(['hello']);
  });
});

describe('popping', () => {
  test('an empty queue changes nothing: no write, also for a visitor without a session', async () => {
    const visitor = await scene.signedIn();
    expect(await pop(visitor)).toEqual([]);
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
    expect(await pop(scene.visitor())).toEqual([]);
    expect(scene.table.takeCalls()).toEqual([]);
  });

  test('takes one queue, and leaves the others', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash('one');
      session.flash('bad', 'errors');
      session.flash('odd', '__proto__');
      session.flash('two');
    });
    expect(await pop(visitor, 'errors')).toEqual(['bad']);
    expect(await pop(visitor)).toEqual(['one', 'two']);
    expect(await pop(visitor, '__proto__')).toEqual(['odd']);
    expect(await stored(visitor)).toEqual([]);
  });

  test('gives the messages in the order in which they came, over requests and within them', async () => {
    const visitor = await scene.signedIn();
    for (const hour of [0, 1, 2]) {
      scene.clock.advanceSeconds(hour);
      await visitor.visit((session) => {
        for (let i = 0; i < 40; i++) session.flash(hour * 40 + i);
      });
    }
    expect(await pop(visitor)).toEqual(Array.from({ length: 120 }, (_, i) => i));
  });

  test('takes at most 250 messages, in one write, and leaves the rest for the next request', async () => {
    const visitor = await scene.signedIn();
    const many = Array.from({ length: 300 }, (_, i) => i);
    for (const from of [0, 100, 200]) {
      await visitor.visit((session) => {
        for (const i of many.slice(from, from + 100)) session.flash(i);
      });
      scene.clock.advance(1);
    }
    expect(await stored(visitor)).toHaveLength(300);
    await visitor.visit((session) => session.regenerate());
    scene.table.takeCalls();
    expect(await pop(visitor)).toEqual(many.slice(0, 250));
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
    expect(await pop(visitor)).toEqual(many.slice(250));
    expect(await stored(visitor)).toEqual([]);
  });

  test('twice in a request takes 250 messages altogether, and the others once they are saved', async () => {
    const visitor = await scene.signedIn();
    for (let queue = 0; queue < 3; queue++) {
      await visitor.visit((session) => {
        for (let i = 0; i < 100; i++) session.flash(i, `queue ${queue}`);
      });
    }
    await visitor.visit(async (session) => {
      expect([0, 1, 2].map((queue) => session.popFlash(`queue ${queue}`).length)).toEqual([100, 100, 50]);
      expect(session.popFlash('queue 2')).toEqual([]);
      await session.save();
      expect(session.popFlash('queue 2')).toHaveLength(50);
    });
    expect(await stored(visitor)).toEqual([]);
  });

  test('does not count where the request fails: the message is there for the next one', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('hello'));
    const { request, session } = await visitor.open();
    expect(session.popFlash()).toEqual(['hello']);
    await request.discard();
    expect(await pop(visitor)).toEqual(['hello']);
  });
});

describe('a hundred messages', () => {
  function fill(session: ShopSession): void {
    for (let i = 0; i < 100; i++) session.flash(i);
  }

  test('beside a hundred changed keys and 250 popped messages are one write', async () => {
    const visitor = await scene.signedIn();
    for (const queue of ['a', 'b', 'c']) {
      await visitor.visit((session) => {
        for (let i = 0; i < (queue === 'c' ? 50 : 100); i++) session.flash(i, 'old');
      });
      scene.clock.advance(1);
    }
    scene.table.takeCalls();
    await visitor.visit((session) => {
      expect(session.popFlash('old')).toHaveLength(250);
      fill(session);
      for (let i = 0; i < 99; i++) session.set(`key${i}` as 'note', i);
      session.delete('name');
      session.newCsrfToken();
      session.remember(5000);
    });
    expect(scene.table.takeCalls()).toEqual(['GetItem(strong)', 'UpdateItem']);
    expect(await stored(visitor)).toHaveLength(100);
    expect(await visitor.visit((session) => session.size)).toBe(99);
  });

  test('can be added before they are stored, and the next one is refused where it is added', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit(async (session) => {
      fill(session);
      expect(() => session.flash('one more')).toThrow(expect.objectContaining({ code: 'misuse', message: expect.stringContaining('at most 100') }));
      await session.save();
      fill(session);
    });
    expect(await stored(visitor)).toHaveLength(200);
  });

  test('make room again when they are popped, and a duplicate that is left out needs none', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      fill(session);
      session.flash(99, '', { allowDuplicate: false });
      expect(session.popFlash()).toHaveLength(100);
      fill(session);
    });
    expect(await stored(visitor)).toHaveLength(100);
  });

  test('of a new visitor are refused in the same place', async () => {
    const { session } = await scene.visitor().open();
    fill(session);
    expect(() => session.flash('one more')).toThrow('at most 100');
  });

  test('meet a session that was ended, and none of them is written', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    fill(session);
    await scene.signOut(visitor);
    scene.table.takeCalls();
    await visitor.commit(request);
    expect(scene.table.takeCalls()).toEqual(['UpdateItem']);
    expect(await scene.table.item(visitor.id)).toBeUndefined();
  });
});

describe('without duplicates', () => {
  test.each([
    ['the same text', 'hello', 'hello', 1],
    ['an equal object', { a: 1 }, { a: 1 }, 1],
    ['another text', 'hello', 'bye', 2],
    ['a number for its text', '1', 1, 2],
  ])('%s is added as often as it should', async (_, first, second, count) => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash(first));
    await visitor.visit((session) => session.flash(second, '', { allowDuplicate: false }));
    expect(await pop(visitor)).toHaveLength(count);
  });

  test('a message of another queue is another message, and one that was popped is none', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => {
      session.flash('hello', 'errors');
      session.flash('hello', '', { allowDuplicate: false });
      session.popFlash();
      session.flash('hello', '', { allowDuplicate: false });
    });
    expect(await pop(visitor)).toEqual(['hello']);
  });
});

describe('requests that overlap', () => {
  test('lose no message that any of them adds', async () => {
    const visitor = await scene.signedIn();
    const requests = await Promise.all(Array.from({ length: 20 }, () => visitor.open()));
    for (const [i, { session }] of requests.entries()) session.flash(i);
    await Promise.all(requests.map(({ request }) => visitor.commit(request)));
    expect((await pop(visitor)).sort((one, other) => Number(one) - Number(other))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('and pop take what they saw, and leave what came since', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('one'));
    const { request, session } = await visitor.open();
    session.popFlash();
    await visitor.visit((other) => other.flash('two'));
    await visitor.commit(request);
    expect(await pop(visitor)).toEqual(['two']);
  });

  test('and clear the data leave the messages', async () => {
    const visitor = await scene.signedIn();
    await visitor.visit((session) => session.flash('one'));
    await visitor.visit((session) => session.clear());
    expect(await pop(visitor)).toEqual(['one']);
  });
});

describe('with the session', () => {
  const changes: [string, (session: ShopSession) => unknown, unknown[]][] = [
    ['go on under a new id', (session) => session.regenerate(), ['hello']],
    ['end with it', (session) => session.invalidate(), []],
  ];
  test.each(changes)('messages %s', async (_, change, left) => {
    const visitor = await scene.signedIn({ sealed: true });
    await visitor.visit((session) => session.flash('hello'));
    await visitor.visit(change);
    expect(await pop(visitor)).toEqual(left);
  });
});
