import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Scene } from '../support/scene';
import { Visitor } from '../support/visitor';

const PAGE = readFileSync(join(__dirname, '../../docs/migration.md'), 'utf8');
const CALLS = /^(?:no call|(?:\w+Item\*?(?:, )?)+)/;

const scene = Scene.on();

/** The calls that the page claims for a request of this library. */
function claimed(request: string): string {
  const [row] = PAGE.split('\n').filter((line) => line.startsWith(`| ${request} |`));
  const calls = CALLS.exec(row?.split(' | ')[2] ?? '')?.[0];
  if (calls === undefined) throw new Error(`docs/migration.md claims no calls for "${request}".`);
  return calls;
}

/** The calls since the last time, written as the page writes them. */
function seen(): string {
  return scene.table.takeCalls().map((call) => call.replace('(strong)', '*')).join(', ') || 'no call';
}

/** The browser once its recent-write cookie is gone. */
async function later(seconds = 21): Promise<Visitor> {
  const visitor = await scene.signedIn();
  scene.clock.advanceSeconds(seconds);
  return visitor;
}

/** A visitor whose cookie is this text. */
function withCookie(value: string): Visitor {
  const visitor = scene.visitor();
  visitor.jar.set('session_id', value);
  return visitor;
}

async function withFlash(): Promise<Visitor> {
  const visitor = await scene.signedIn();
  await visitor.visit((session) => session.flash('hello'));
  scene.table.takeCalls();
  return visitor;
}

const UNKNOWN = 'A'.repeat(43);

test.each<[string, () => Promise<unknown>]>([
  ['does not use the session', async () => (await scene.signedIn()).request().commit()],
  ['reads without a cookie', () => scene.visitor().visit((session) => session.get('name'))],
  ['first write', () => scene.visitor().visit((session) => session.set('name', 'Ada'))],
  ['reads just after a write', async () => (await scene.signedIn()).visit((session) => session.get('name'))],
  ['reads later', async () => (await later()).visit((session) => session.get('name'))],
  ['changes a key', async () => (await scene.signedIn()).visit((session) => session.set('name', 'Grace'))],
  ['sets the value it already has', async () => (await scene.signedIn()).visit((session) => session.set('name', 'Ada'))],
  ['mutates a value in place', async () => {
    const visitor = scene.visitor();
    await visitor.visit((session) => session.set('cart', ['one']));
    scene.table.takeCalls();
    await visitor.visit((session) => void session.get('cart')?.push('two'));
  }],
  ['reads with an id that does not exist', () => withCookie(UNKNOWN).visit((session) => session.get('name'))],
  ['stores data under an id that does not exist', () => withCookie(UNKNOWN).visit((session) => session.set('name', 'Ada'))],
  ['forged version, `id/999`', () => withCookie(`${UNKNOWN}/999`).visit((session) => session.get('name'))],
  ['cookie `abc/xyz`', () => withCookie('abc/xyz').visit((session) => session.get('name'))],
  ['deletes a key that is not there', async () => (await scene.signedIn()).visit((session) => session.delete('count'))],
  ['sign-out', async () => scene.signOut(await scene.signedIn())],
  ['sign-in', async () => (await scene.signedIn()).visit((session) => session.regenerate())],
  ['flash message added', async () => (await scene.signedIn()).visit((session) => session.flash('hello'))],
  ['flash messages peeked at', async () => (await withFlash()).visit((session) => session.peekFlash())],
  ['flash messages popped', async () => (await withFlash()).visit((session) => session.popFlash())],
  ['CSRF token of a new visitor', () => scene.visitor().visit((session) => session.csrfToken())],
  ['CSRF token of a stored session', async () => (await scene.signedIn()).visit((session) => session.csrfToken())],
  ['handler answers 500 after a change', async () => {
    const { request, session } = await (await scene.signedIn()).open();
    session.set('name', 'Grace');
    await request.discard();
  }],
  ['reads after the reissue time', async () => (await later(200)).visit((session) => session.get('name'))],
  ['reads after the timeout', async () => (await later(2000)).visit((session) => session.get('name'))],
])('what docs/migration.md claims is seen: %s', async (request, visit) => {
  await visit();
  expect(seen()).toBe(claimed(request));
});

test('a small change in a session of 100 KB does not send the rest again', async () => {
  const visitor = scene.visitor();
  await visitor.visit((session) => session.set('note', 'x'.repeat(100_000)));
  scene.table.calls.length = 0;
  await visitor.visit((session) => session.set('count', 1));
  const update = scene.table.calls.find(({ operation }) => operation === 'UpdateItem');
  expect(JSON.stringify(update?.input).length).toBeLessThan(800);
});
