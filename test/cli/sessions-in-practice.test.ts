import { program, terminal } from './terminal';
import { Scene } from '../support/scene';

const shop = Scene.on();

const on = (...args: string[]) => [...args, '--table', 'Sessions'];
const cli = (args: readonly string[], input: string, environment = {}) => terminal(args, shop.table.endpoint, input, environment);

// A person looks by the clock of the machine.
beforeEach(() => shop.clock.advance(Date.now() - shop.clock.now()));

test('a cookie that another program takes its time to write is waited for', async () => {
  const visitor = await shop.signedIn();
  const inspect = program(['inspect', '--cookie', '-'], shop.table.environment);
  await inspect.reads;
  expect(await inspect.end(`session_id=${visitor.id}\n`)).toEqual({
    code: 0, out: expect.stringMatching(/^ref {7}[0-9a-f]{16}\nstate {5}alive\n/) as string,
  });
});

describe('end', () => {
  test('says of a session that is not there that it ended nothing, and the exit code is 1', async () => {
    const { code, out } = await cli(on('end', '--cookie', '-'), 'x'.repeat(43));
    expect(out).not.toMatch(/^ended/m);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('not there') as string });
  });

  test('says of a session in another namespace than the one it looks in that it is not there', async () => {
    const visitor = await shop.signedIn({ namespace: 'preview' });
    expect((await cli(on('end', '--cookie', '-'), visitor.id)).code).toBe(1);
    expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
    expect((await cli(on('end', '--cookie', '-', '--namespace', 'preview'), visitor.id)).code).toBe(0);
    expect(await shop.seen(visitor)).toEqual({});
  });

  test('says of a session that was replaced that it lives on under another id, and the exit code is 1', async () => {
    const visitor = await shop.signedIn();
    const { id } = visitor;
    await visitor.visit((session) => session.regenerate());
    expect(await cli(on('end', '--cookie', '-'), id)).toMatchObject({ code: 1, out: expect.stringContaining('replaced by a session with a new id') as string });
    expect(await shop.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test.each(['', 'a b', 'x'.repeat(65)])('refuses the namespace %j, which no session has', async (namespace) => {
    const { code, error } = await cli(on('end', '--cookie', '-', '--namespace', namespace), 'x'.repeat(43));
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('--namespace') as string });
  });
});

describe('SESSION_TABLE_OPTIONS, as the handlers have it', () => {
  const environment = { SESSION_TABLE_OPTIONS: JSON.stringify({ namespace: 'preview', cookie: { name: '__Host-id' }, access: 'read' }) };

  async function inEnvironment(args: readonly string[], input: string) {
    const before = process.env.SESSION_TABLE_OPTIONS;
    process.env.SESSION_TABLE_OPTIONS = environment.SESSION_TABLE_OPTIONS;
    try {
      return await cli(args, input, environment);
    } finally {
      if (before === undefined) delete process.env.SESSION_TABLE_OPTIONS;
      else process.env.SESSION_TABLE_OPTIONS = before;
    }
  }

  test('tells inspect and end the namespace and the name of the cookie', async () => {
    const visitor = await shop.signedIn({ namespace: 'preview' });
    expect((await inEnvironment(on('inspect', '--cookie', '-'), `__Host-id=${visitor.id}`)).code).toBe(0);
    expect((await inEnvironment(on('end', '--cookie', '-'), `__Host-id=${visitor.id}`)).code).toBe(0);
    expect(await shop.seen(visitor)).toEqual({});
  });

  test('tells end --user the namespace, and does not keep it from writing', async () => {
    const visitor = await shop.signedIn({ absoluteTimeout: 86_400, namespace: 'preview' });
    await visitor.visit((session) => session.signIn('ada'));
    expect(await inEnvironment(on('end', '--user', 'ada'), '')).toEqual({ code: 0, out: 'ended     1 session', error: '' });
  });

  test('gives way to what the command line says', async () => {
    const visitor = await shop.signedIn({ namespace: 'shop' });
    expect((await inEnvironment(on('inspect', '--cookie', '-', '--namespace', 'shop', '--cookie-name', 'sid'), `sid=${visitor.id}`)).code).toBe(0);
  });
});

test('inspect shows a key with control characters by their numbers, so that none reaches the terminal', async () => {
  const visitor = await shop.signedIn();
  // What a terminal takes for the beginning of a command, and what turns text around.
  await visitor.visit((session) => session.set('seen \u009b2J \u202e' as 'note', 'x'));
  const { out } = await cli(on('inspect', '--cookie', '-'), visitor.id);
  expect(out).toContain('"seen \\u009b2J \\u202e"');
});
