import { program, terminal } from './terminal';
import { Scene } from '../support/scene';

const shop = Scene.on();

const on = (...args: string[]) => [...args, '--table', 'Sessions'];
const cli = (args: readonly string[], input: string) => terminal(args, shop.table.endpoint, input);

// A person looks by the clock of the machine.
beforeEach(() => shop.clock.advance(Date.now() - shop.clock.now()));

describe('inspect', () => {
  test('says what is stored: times, keys, sizes and flags, and never a value', async () => {
    const visitor = await shop.signedIn({ absoluteTimeout: 86_400 });
    const { ref } = await visitor.visit((session) => {
      session.set('note', 'secret '.repeat(1000));
      session.remember(3600);
      session.flash('secret');
      return session;
    });
    const { code, out, error } = await cli(on('inspect', '--cookie', '-'), `session_id=${visitor.id}\n`);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/) as string;
    const lines = out.split('\n').map((line) => line.split(/ {2,}/).filter(Boolean));
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(lines).toEqual([
      ['ref', ref], ['state', 'alive'], ['created', time], ['extended', time], ['expires', time], ['at most', time], ['remember', '3600 seconds'],
      ['version', '2'], ['size', expect.stringMatching(/^\d+ bytes$/)], ['keys', '2'], ['"name"', '5 bytes'],
      ['"note"', expect.stringMatching(/^\d+ bytes, compressed$/)], ['flash', '1'],
    ]);
    expect(out).not.toMatch(/secret|Ada/);
  });

  test('says of sealed values that they are', async () => {
    const visitor = await shop.signedIn({ sealed: true });
    expect((await cli(on('inspect', '--cookie', '-'), visitor.id)).out).toMatch(/"name" {2}\d+ bytes, sealed/);
  });

  test.each<[string, (id: string) => string]>([
    ['the id alone', (id) => id],
    ['a Cookie header with its name and others', (id) => `Cookie: a=b; session_id=${id}; c=d`],
    ['a Set-Cookie header', (id) => `set-cookie: session_id=${id}; Path=/; Secure; HttpOnly`],
    ['several lines', (id) => `\r\nCookie: a=b\r\nCookie: session_id=${id}\r\n`],
  ])('takes %s', async (_, text) => {
    const visitor = await shop.signedIn();
    expect((await cli(on('inspect', '--cookie', '-'), text(visitor.id))).code).toBe(0);
  });

  test('knows another name of the cookie', async () => {
    const visitor = await shop.signedIn();
    expect((await cli(on('inspect', '--cookie', '-', '--cookie-name', '__Host-id'), `__Host-id=${visitor.id}`)).code).toBe(0);
  });

  test('tells a session that is over from one that is damaged', async () => {
    const visitor = await shop.signedIn();
    await shop.table.put({ ...(await shop.table.item(visitor.id)), exp: { N: '1000000000' }, iat: { N: '1' }, iss: { N: '1' } });
    expect(await cli(on('inspect', '--cookie', '-'), visitor.id)).toMatchObject({ code: 1, out: expect.stringContaining('state     expired') as string });
    await shop.table.put({ ...(await shop.table.item(visitor.id)), ver: { S: '1' } });
    expect(await cli(on('inspect', '--cookie', '-'), visitor.id)).toMatchObject({ code: 1, out: expect.stringContaining('not readable') as string });
    await shop.table.remove(visitor.id);
    expect(await cli(on('inspect', '--cookie', '-'), visitor.id)).toMatchObject({ code: 1, out: expect.stringContaining('not there') as string });
  });

  test('tells a session that was replaced', async () => {
    const visitor = await shop.signedIn();
    const { id } = visitor;
    await visitor.visit((session) => session.regenerate());
    expect(await cli(on('inspect', '--cookie', '-'), id)).toMatchObject({ code: 1, out: expect.stringContaining('replaced by a session with a new id') as string });
  });
});

describe('end', () => {
  test('ends the session of a cookie', async () => {
    const visitor = await shop.signedIn();
    expect(await cli(on('end', '--cookie', '-'), `session_id=${visitor.id}`)).toMatchObject({ code: 0, out: expect.stringMatching(/^ended {5}[0-9a-f]{16}$/) as string });
    expect(await shop.table.item(visitor.id)).toBeUndefined();
  });
});

describe('The command line', () => {
  const id = 'x'.repeat(43);

  test.each<[string, string[], string, RegExp]>([
    ['no command', [], '', /^The commands are doctor, inspect and end/],
    ['an unknown command', ['list'], '', /^The commands are doctor, inspect and end/],
    ['no table', ['inspect', '--cookie', '-'], id, /^Which table\? Give --table NAME/],
    ['no cookie', on('inspect'), '', /^inspect: give --cookie -\./],
    ['a cookie among the arguments', on('end', '--cookie', id), '', /^end: give --cookie - or --user ID\. A cookie comes from standard input/],
    ['a cookie as a word', on('end', '--cookie', '-', id), '', /^Give one command at a time/],
    ['an unknown option', on('inspect', `--id=${id}`), '', /^One of the options is unknown/],
    ['an option without its value', ['inspect', '--table'], '', /^An option lacks its value/],
    ['a user to inspect', on('inspect', '--user', 'ada'), '', /^inspect: give --cookie -\./],
    ['both a cookie and a user', on('end', '--cookie', '-', '--user', 'ada'), id, /^end: give --cookie - or --user ID/],
    ['notBefore that is no time', on('doctor', '--not-before', 'now'), '', /^--not-before takes seconds/],
    ['an input without an id', on('inspect', '--cookie', '-'), 'session_id=short', /^Standard input holds no session id/],
    ['an input with two ids', on('inspect', '--cookie', '-'), `${id}\n${'y'.repeat(43)}`, /^Standard input holds several session ids/],
  ])('with %s says how it is used, and shows no cookie', async (_, args, input, message) => {
    const { code, out, error } = await cli(args, input);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(message);
    expect(error).toContain('cdk-session-table doctor');
    expect(error).not.toContain(id);
  });

  test('helps', async () => {
    expect(await cli(['--help'], '')).toMatchObject({ code: 0, out: expect.stringContaining('cdk-session-table inspect') as string });
  });

  test('says which table or right is missing', async () => {
    const { code, error } = await cli(['inspect', '--table', 'Nowhere', '--cookie', '-'], id);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('GetItem failed with ResourceNotFoundException') as string });
  });
});

test('As a process it reads the cookie from standard input, and ends with its exit code', async () => {
  const visitor = await shop.signedIn();
  const inspect = program(['inspect', '--cookie', '-'], shop.table.environment);
  expect(await inspect.end(`session_id=${visitor.id}\n`)).toEqual({
    code: 0, out: expect.stringMatching(/^ref {7}[0-9a-f]{16}\nstate {5}alive\n/) as string,
  });
});

describe('end --user', () => {
  test('ends all sessions of a user, and says how many the list held', async () => {
    const visitor = await shop.signedIn({ absoluteTimeout: 86_400 });
    await visitor.visit((session) => session.signIn('ada'));
    expect(await cli(on('end', '--user', 'ada'), '')).toEqual({ code: 0, out: 'ended     1 session', error: '' });
    expect(await shop.table.item(visitor.id)).toBeUndefined();
    expect(await cli(on('end', '--user', 'ada'), '')).toMatchObject({ code: 0, out: 'ended     0 sessions' });
  });

  test('knows a namespace', async () => {
    const visitor = await shop.signedIn({ absoluteTimeout: 86_400, namespace: 'preview' });
    await visitor.visit((session) => session.signIn('ada'));
    expect((await cli(on('end', '--user', 'ada'), '')).out).toBe('ended     0 sessions');
    expect((await cli(on('end', '--user', 'ada', '--namespace', 'preview'), '')).out).toBe('ended     1 session');
  });

  test('refuses a user id that cannot be one', async () => {
    expect(await cli(on('end', '--user', ''), '')).toMatchObject({ code: 2, error: expect.stringContaining('user id is not usable') as string });
  });
});
