import { CsrfRequest, sessionFactory } from '../../src/runtime';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const scene = Scene.on();
const ORIGINS = ['https://partner.example', 'https://shop.example:8443'];

function verify(visitor: Visitor, request: CsrfRequest): Promise<boolean> {
  return visitor.visit((session) => session.verifyCsrf(request, { origins: ORIGINS }));
}

/** `token`: the session's own, `wrong`: one of another session, `-`: none. */
type Row = readonly [method: string, site: string, origin: string, host: string, token: 'own' | 'wrong' | '-', expected: boolean];

const ROWS: readonly Row[] = [
  // A safe method may always.
  ['GET', '-', '-', '-', '-', true],
  ['HEAD', 'cross-site', 'https://evil.example', 'shop.example', '-', true],
  ['OPTIONS', 'cross-site', 'https://evil.example', 'shop.example', 'wrong', true],
  ['TRACE', '-', '-', 'shop.example', '-', true],
  ['get', 'cross-site', '-', 'shop.example', '-', true],
  // Where the browser says where it comes from, its word counts, whatever token there is.
  ['POST', 'same-origin', '-', 'shop.example', '-', true],
  ['POST', 'same-origin', 'https://shop.example', 'shop.example', '-', true],
  ['POST', 'same-origin', '-', 'shop.example', 'wrong', true],
  ['POST', 'none', '-', 'shop.example', '-', true],
  ['POST', 'same-site', '-', 'shop.example', '-', false],
  ['POST', 'same-site', 'https://blog.shop.example', 'shop.example', '-', false],
  ['POST', 'same-site', 'https://shop.example', 'shop.example', 'own', false],
  ['POST', 'same-site', 'https://shop.example:8443', 'shop.example', '-', true],
  ['POST', 'cross-site', '-', 'shop.example', '-', false],
  ['POST', 'cross-site', '-', 'shop.example', 'own', false],
  ['POST', 'cross-site', 'https://shop.example', 'shop.example', 'own', false],
  ['POST', 'cross-site', 'https://partner.example', 'shop.example', '-', true],
  ['POST', 'cross-site', 'https://evil.example', 'shop.example', 'own', false],
  ['POST', 'cross-site', 'null', 'shop.example', 'own', false],
  ['POST', '', 'https://shop.example', 'shop.example', 'own', false],
  ['POST', 'SAME-ORIGIN', '-', 'shop.example', '-', false],
  ['POST', 'same-origin, cross-site', '-', 'shop.example', 'own', false],
  // Else the origin.
  ['POST', '-', 'https://shop.example', 'shop.example', '-', true],
  ['POST', '-', 'https://shop.example', 'SHOP.example', '-', true],
  ['POST', '-', 'https://shop.example', 'shop.example', 'wrong', true],
  ['POST', '-', 'https://shop.example:8443', 'shop.example', '-', true],
  ['POST', '-', 'https://partner.example', 'shop.example', '-', true],
  ['POST', '-', 'https://shop.example:444', 'shop.example', '-', false],
  ['POST', '-', 'https://shop.example.evil.example', 'shop.example', 'own', false],
  ['POST', '-', 'https://evil.example', 'shop.example', 'own', false],
  ['POST', '-', 'https://partner.example.evil.example', 'shop.example', 'own', false],
  ['POST', '-', 'null', 'shop.example', 'own', false],
  ['POST', '-', 'null', 'null', 'own', false],
  ['POST', '-', '', 'shop.example', 'own', false],
  ['POST', '-', 'nonsense', 'shop.example', 'own', false],
  ['POST', '-', 'https://shop.example', '-', 'own', false],
  // Else the token.
  ['POST', '-', '-', 'shop.example', 'own', true],
  ['PUT', '-', '-', '-', 'own', true],
  ['DELETE', '-', '-', 'shop.example', 'wrong', false],
  ['PATCH', '-', '-', 'shop.example', 'wrong', false],
  // Nothing of the three.
  ['POST', '-', '-', 'shop.example', '-', false],
  ['PATCH', '-', '-', '-', '-', false],
  ['PROPFIND', '-', '-', 'shop.example', '-', false],
  ['', '-', '-', 'shop.example', '-', false],
];

test.each(ROWS)('%j with Sec-Fetch-Site %j, Origin %j, Host %j, token %j: %j', async (method, site, origin, host, which, expected) => {
  const visitor = await scene.signedIn();
  const wrong = await (await scene.signedIn()).visit((session) => session.csrfToken());
  const own = await visitor.visit((session) => session.csrfToken());
  const given = Object.entries({ 'Sec-Fetch-Site': site, 'Origin': origin, 'Host': host }).filter(([, value]) => value !== '-');
  const token = { own, wrong, '-': undefined }[which];
  const lists = Object.fromEntries(given.map(([name, value]) => [name.toUpperCase(), [value]]));
  for (const headers of [Object.fromEntries(given), lists, new Headers(given as [string, string][])]) {
    expect(await verify(visitor, { method, headers, token })).toBe(expected);
  }
});

describe('a header that comes twice', () => {
  test.each(['sec-fetch-site', 'origin'])('%s is ambiguous, so the request is refused', async (name) => {
    const visitor = await scene.signedIn();
    const token = await visitor.visit((session) => session.csrfToken());
    const good = { 'sec-fetch-site': 'same-origin', 'origin': 'https://shop.example' }[name] ?? '';
    expect(await verify(visitor, { method: 'POST', headers: { [name]: [good, good], host: 'shop.example' }, token })).toBe(false);
  });
});

describe('a token', () => {
  const post = (token: unknown): CsrfRequest => ({ method: 'POST', headers: {}, token });

  test('is masked, so each is another text and verifies in every later request, and stores nothing', async () => {
    const visitor = await scene.signedIn();
    const tokens = await visitor.visit((session) => [session.csrfToken(), session.csrfToken()]);
    tokens.push(await visitor.visit((session) => session.csrfToken()));
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{43}$/);
      expect(await verify(visitor, post(token))).toBe(true);
    }
    expect(scene.table.takeCalls()).toEqual(Array(5).fill('GetItem(strong)'));
  });

  test('is another one for each session, after newCsrfToken and after a new id; the former ones verify no more', async () => {
    const visitor = await scene.signedIn();
    const tokens = [
      await (await scene.signedIn()).visit((session) => session.csrfToken()),
      await visitor.visit((session) => session.csrfToken()),
      await visitor.visit((session) => session.newCsrfToken()),
      await visitor.visit((session) => session.newCsrfToken()),
      await visitor.visit((session) => {
        session.regenerate();
        return session.csrfToken();
      }),
    ];
    expect(new Set(tokens).size).toBe(5);
    const verified = [];
    for (const token of tokens) verified.push(await verify(visitor, post(token)));
    expect(verified).toEqual([false, false, false, false, true]);
  });

  test('that is made anew together with a new id is the one that verifies, in either order', async () => {
    const visitor = await scene.signedIn();
    const after = await visitor.visit((session) => {
      session.regenerate();
      return session.newCsrfToken();
    });
    expect(await verify(visitor, post(after))).toBe(true);
    const before = await visitor.visit((session) => {
      session.newCsrfToken();
      session.regenerate();
      return session.csrfToken();
    });
    expect(await verify(visitor, post(before))).toBe(true);
  });

  test('of a first visit verifies where the session is stored in the same request', async () => {
    const visitor = scene.visitor();
    const token = await visitor.visit((session) => {
      const made = session.csrfToken();
      session.set('name', 'Ada');
      return made;
    });
    expect(await verify(visitor, post(token))).toBe(true);
  });

  test('of a visitor without a session verifies never, and makes no item: a thousand ask, and no call is made', async () => {
    const visitor = scene.visitor();
    for (let i = 0; i < 1000; i++) {
      const token = await visitor.visit((session) => session.csrfToken());
      expect(await verify(visitor, post(token))).toBe(false);
    }
    expect(await visitor.visit((session) => session.verifyCsrf(post(session.csrfToken())))).toBe(false);
    expect(scene.table.takeCalls()).toEqual([]);
  });

  test.each([
    ['cut', (own: string) => own.slice(0, 42)],
    ['longer', (own: string) => `${own}=`],
    ['with another last character', (own: string) => own.slice(0, 42) + (own.endsWith('A') ? 'E' : 'A')],
    ['empty', () => ''],
    ['a list of it', (own: string) => [own]],
    ['a number', () => 7],
    ['null', () => null],
    ['an object that reads like it', (own: string) => ({ toString: () => own, length: 43 })],
  ])('that is %s does not verify, and does not fail', async (_, change) => {
    const visitor = await scene.signedIn();
    const own = await visitor.visit((session) => session.csrfToken());
    expect(await verify(visitor, post(own))).toBe(true);
    expect(await verify(visitor, post(change(own)))).toBe(false);
  });

  test('ends with the session', async () => {
    const visitor = await scene.signedIn();
    const token = await visitor.visit((session) => session.csrfToken());
    const known = scene.copyOf(visitor);
    await scene.signOut(visitor);
    expect(await verify(known, post(token))).toBe(false);
  });
});

describe('a token that was handed out before the session was stored', () => {
  const isOwn = (visitor: Visitor, token: string) => verify(visitor, { method: 'POST', headers: {}, token });

  test('verifies after a creation that was repeated, under whatever id', async () => {
    const visitor = scene.visitor();
    scene.client.loseAnswer('putItem');
    scene.client.delay('putItem');
    const tokens = await visitor.visit((session) => {
      session.set('name', 'Ada');
      return [session.csrfToken(), session.csrfToken()];
    });
    for (const token of tokens) expect(await isOwn(visitor, token)).toBe(true);
  });

  test.each([false, true])('verifies after a new id whose copy was repeated, and the one from before it does not (with update: %j)', async (updates) => {
    const visitor = await scene.signedIn();
    const old = await visitor.visit((session) => session.csrfToken());
    scene.client.loseAnswer('putItem');
    const { request, session } = await visitor.open();
    session.regenerate();
    const token = session.csrfToken();
    if (updates) await session.update('count', () => 1);
    const after = session.csrfToken();
    await visitor.commit(request);
    expect([await isOwn(visitor, token), await isOwn(visitor, after), await isOwn(visitor, old)]).toEqual([true, true, false]);
  });

  test('verifies after a copy that failed and was stored by another save', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    const token = session.csrfToken();
    scene.client.deny('putItem');
    await expect(session.save()).rejects.toThrow();
    await visitor.commit(request);
    expect(await isOwn(visitor, token)).toBe(true);
  });

  test('verifies after two new ids in one request only if it is of the last one', async () => {
    const visitor = await scene.signedIn();
    const tokens: string[] = [];
    await visitor.visit(async (session) => {
      session.regenerate();
      tokens.push(session.csrfToken());
      await session.save();
      tokens.push(session.csrfToken());
      session.regenerate();
      tokens.push(session.csrfToken());
    });
    const verified = [];
    for (const token of tokens) verified.push(await isOwn(visitor, token));
    expect(verified).toEqual([false, false, true]);
  });

  test('of a page that is still open verifies the request that signs in, whenever the new id is asked for', async () => {
    const visitor = await scene.signedIn();
    const token = await visitor.visit((session) => session.csrfToken());
    const request: CsrfRequest = { method: 'POST', headers: {}, token };
    expect(await visitor.visit((session) => {
      const before = session.verifyCsrf(request);
      session.regenerate();
      return [before, session.verifyCsrf(request)];
    })).toEqual([true, true]);
  });

  test('is kept neither by a session that is then ended, nor by the one that follows', async () => {
    const visitor = await scene.signedIn();
    const token = await visitor.visit(async (session) => {
      const made = session.newCsrfToken();
      await session.invalidate();
      session.set('name', 'Bea');
      return made;
    });
    expect(await isOwn(visitor, token)).toBe(false);
  });
});

describe('an origin', () => {
  function begin(https: boolean) {
    const sessions = sessionFactory({ tableName: scene.table.name, client: scene.client, clock: scene.clock });
    return sessions.forRequest({ cookies: undefined, https });
  }

  test.each([
    [true, 'https://shop.example', 'shop.example', true],
    [true, 'http://shop.example', 'shop.example', false],
    [false, 'http://shop.example', 'shop.example', true],
    [false, 'https://shop.example', 'shop.example', false],
    [true, 'https://shop.example', 'shop.example:443', true],
    [false, 'http://shop.example', 'shop.example:80', true],
    [true, 'http://shop.example:443', 'shop.example:443', false],
    [true, 'https://shop.example:8443', 'shop.example:8443', true],
    [false, 'http://localhost:3000', 'localhost:3000', true],
  ])('is held against the scheme too: HTTPS %j, Origin %j, Host %j: %j', async (https, origin, host, expected) => {
    const session = await begin(https).session();
    expect(session.verifyCsrf({ method: 'POST', headers: { origin, host } })).toBe(expected);
  });
});
