import { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { SessionFactoryOptions } from '../../src/runtime/options/factory-options';
import { Environment, isSdkClient, ResolvedOptions, resolveOptions } from '../../src/runtime/options/resolve-options';
import { SessionEvent } from '../../src/runtime/options/session-event';
import { FakeClock } from '../../src/testing';

fc.configureGlobal({ seed: 12, numRuns: 1000 });

const TABLE: Environment = { SESSION_TABLE_NAME: 'sessions' };

/** Options as a JavaScript program may give them. */
function resolve(options: unknown = {}, environment: Environment = TABLE): ResolvedOptions {
  return resolveOptions(options as SessionFactoryOptions, environment);
}

/** An environment in which the construct fixed these options. */
function fixed(options: unknown): Environment {
  return { ...TABLE, SESSION_TABLE_OPTIONS: typeof options === 'string' ? options : JSON.stringify(options) };
}

function messageOf(options: unknown, environment?: Environment): string {
  try {
    resolve(options, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  throw new Error('The options were taken.');
}

test('without options everything has its default', () => {
  expect(resolve()).toMatchObject({
    tableName: 'sessions',
    region: undefined,
    client: undefined,
    cookie: { name: 'session_id', path: '/', httpOnly: true, sameSite: 'Strict' },
    reissueTime: 120,
    consistency: 'session',
    isReadOnly: false,
    compress: true,
    sealed: false,
    deadline: 3000,
    onEvent: undefined,
  });
  expect(resolve()).not.toHaveProperty('namespace');
  expect(resolve().lifetime.begin(1000, undefined)).toEqual({ iat: 1000, iss: 1000, exp: 2200, abs: undefined, idl: undefined });
  expect(resolve().random(32)).toHaveLength(32);
});

const ORDER: [string, SessionFactoryOptions, SessionFactoryOptions][] = [
  ['consistency', { consistency: 'strong' }, { consistency: 'eventual' }],
  ['compress', { compress: true }, { compress: false }],
  ['sealed', { sealed: false }, { sealed: true }],
  ['reissueTime', { reissueTime: 1 }, { reissueTime: 2 }],
  ['namespace', { namespace: 'shop' }, { namespace: 'Preview_1.2-3' }],
];

test.each(ORDER)('of %s the code counts before the environment, and that before the default', (name, code, environment) => {
  expect(resolve(code, fixed(environment))).toMatchObject(code);
  expect(resolve({}, fixed(environment))).toMatchObject(environment);
  expect(resolve({ [name]: undefined }, fixed(environment))).toMatchObject(environment);
});

test('each part of the cookie has an order of its own', () => {
  const environment = fixed({ cookie: { name: '__Host-a', sameSite: 'Lax', maxAge: 5 } });
  const { cookie } = resolve({ cookie: { sameSite: 'None', maxAge: undefined } }, environment);
  expect(cookie).toEqual({ name: '__Host-a', path: '/', httpOnly: true, sameSite: 'None', maxAge: 5 });
});

test('timeouts go to the lifetime, and a short one brings a short reissue time', () => {
  const { lifetime, reissueTime } = resolve({ timeout: 60, notBefore: 900 }, fixed({ timeout: 30, absoluteTimeout: 100 }));
  expect(lifetime.begin(1000, undefined)).toMatchObject({ exp: 1060, abs: 1100 });
  expect(lifetime.isAlive({ iat: 899, iss: 899, exp: 1060, ver: 1, dat: new Map(), flash: new Map(), otherAttributes: {} }, 990)).toBe(false);
  expect(reissueTime).toBe(6);
});

const NUMBERS = [-1, 1.5, NaN, Infinity, '20', null, 34_560_001, 1n, [], {}];

/** Each option, and what it must not be. */
const WRONG: [string, unknown[]][] = [
  ['timeout', [0, ...NUMBERS]],
  ['reissueTime', NUMBERS],
  ['absoluteTimeout', [0, ...NUMBERS]],
  ['notBefore', [-1, 1.5, NaN, '5', 1_790_000_000_000]],
  ['deadline', [0, -1, 1.5, 900_001, '5', null]],
  ['consistency', ['Strong', '', true, null, ['strong']]],
  ['compress', ['true', 1, null]],
  ['sealed', ['true', 1, null]],
  ['tableName', ['', ' ', 'ab', 'a b c', 'a'.repeat(256), 'arn:aws:s3:::bucket', 5, null, ['sessions']]],
  ['region', ['', 'EU-WEST-1', 'eu west', 'a'.repeat(65), 5, null]],
  ['client', [null, {}, 'client', () => undefined, { getItem: () => undefined }, { send: true }]],
  ['codec', [null, {}, JSON.stringify, { parse: JSON.parse }]],
  ['onEvent', [null, {}, 'log']],
  ['clock', [null, {}, Date, { now: Date.now }]],
  ['namespace', ['', ' ', 'a b', 'a/b', 'a\0', 'a\n', 'é', 'a'.repeat(65), 5, null, ['a']]],
  ['envPrefix', ['', '1A', 'A-B', 'a'.repeat(65), 5, null]],
  ['cookie', [null, 'session_id', 5, []]],
  ['cookie.name', ['', 'a=b', 'a;b', 'a,b', 'a b', 'a\tb', '"a"', 'é', 'a\r\n', 'a'.repeat(257), 5, null]],
  ['cookie.maxAge', [0, ...NUMBERS]],
  ['cookie.path', ['', 'shop', '/;Secure', '/\r\nSet-Cookie: a=b', '/é', `/${'a'.repeat(1024)}`, 5, null]],
  ['cookie.domain', ['', '.', '.example.com', 'a; Path=/', 'example.com:80', '127.0.0.1', 'localhost', 'a..b', '-a.com', 'é.com', 5, null]],
  ['cookie.secure', ['true', 1, null]],
  ['cookie.httpOnly', ['true', 0, null]],
  ['cookie.sameSite', ['strict', 'None ', 'bogus', '', true, null]],
  ['cookie.partitioned', ['true', 1, null]],
  ['cookie.priority', ['high', '', true, null]],
];

const EACH_WRONG = WRONG.flatMap(([option, values]) => values.map((value): [string, unknown] => [option, value]));

function withOption(option: string, value: unknown): Record<string, unknown> {
  const [outer = '', inner] = option.split('.');
  return { [outer]: inner === undefined ? value : { [inner]: value } };
}

test.each(EACH_WRONG)('%s that cannot be used is refused by name, with what came and what is allowed', (option, value) => {
  const message = messageOf(withOption(option, value));
  expect(message).toContain(`sessionFactory: ${option} is `);
  expect(message).toMatch(/; allowed is .+\.$/s);
  if (typeof value === 'number' || typeof value === 'bigint' || value === null) expect(message).toContain(`${option} is ${value};`);
  if (typeof value === 'string' && value.length < 50) expect(message).toContain(`${option} is ${JSON.stringify(value)};`);
  if (Array.isArray(value)) expect(message).toContain(`${option} is an array;`);
});

test('a value in a message is short, and of an object the kind alone', () => {
  expect(messageOf({ cookie: { name: ' '.repeat(5000) } }).length).toBeLessThan(250);
  expect(messageOf({ codec: { password: 'secret' } })).toContain('codec is an object;');
  expect(messageOf({ clock: () => 'secret' })).toContain('clock is a function;');
});

const COMBINATIONS: [string, unknown][] = [
  ['reissueTime', { timeout: 60, reissueTime: 60 }],
  ['reissueTime', { reissueTime: 1200 }],
  ['absoluteTimeout', { timeout: 61, absoluteTimeout: 60 }],
  ['absoluteTimeout', { absoluteTimeout: 1199 }],
  ['cookie.maxAge', { absoluteTimeout: 3600, cookie: { maxAge: 3601 } }],
  ['cookie.domain', { cookie: { name: '__Host-a', domain: 'example.com' } }],
  ['cookie.domain', { cookie: { name: '__HOST-a', domain: 'example.com' } }],
  ['cookie.path', { cookie: { name: '__Host-a', path: '/shop' } }],
  ['cookie.secure', { cookie: { name: '__Host-a', secure: false } }],
  ['cookie.secure', { cookie: { name: '__secure-a', secure: false } }],
  ['cookie.secure', { cookie: { sameSite: 'None', secure: false } }],
  ['cookie.secure', { cookie: { partitioned: true, secure: false } }],
  ['cookie.httpOnly', { cookie: { name: '__Http-a', httpOnly: false } }],
  ['cookie.httpOnly', { cookie: { name: '__Host-Http-a', httpOnly: false } }],
  ['region', { region: 'eu-west-1', client: { send: () => undefined } }],
];

test.each(COMBINATIONS)('%s is refused where it does not go with the rest: %j', (option, options) => {
  expect(messageOf(options)).toContain(`sessionFactory: ${option} is `);
});

test('a combination of the code and the environment is checked as a whole', () => {
  expect(messageOf({ cookie: { domain: 'example.com' } }, fixed({ cookie: { name: '__Host-a' } }))).toContain('cookie.domain');
  expect(messageOf({ timeout: 100 }, fixed({ absoluteTimeout: 99, timeout: 50 }))).toContain('absoluteTimeout');
});

const UNKNOWN: [unknown, string, string | undefined][] = [
  [{ samesite: 'Lax' }, 'samesite', 'cookie.sameSite'],
  [{ sameSite: 'Lax' }, 'sameSite', 'cookie.sameSite'],
  [{ tablename: 'a' }, 'tablename', 'tableName'],
  [{ TABLE_NAME: 'a' }, 'TABLE_NAME', 'tableName'],
  [{ cookie_name: 'a' }, 'cookie_name', 'cookie.name'],
  [{ timeOut: 5 }, 'timeOut', 'timeout'],
  [{ reissue_time: 5 }, 'reissue_time', 'reissueTime'],
  [{ maxAge: 5 }, 'maxAge', 'cookie.maxAge'],
  [{ httponly: true }, 'httponly', 'cookie.httpOnly'],
  [{ cookie: { samesite: 'Lax' } }, 'cookie.samesite', 'cookie.sameSite'],
  [{ cookie: { 'max-age': 5 } }, 'cookie.max-age', 'cookie.maxAge'],
  [{ colour: 'red' }, 'colour', undefined],
  [{ '': 5 }, '', undefined],
  [{ tabelName: 'a' }, 'tabelName', undefined],
  [{ constructor: 1 }, 'constructor', undefined],
  [JSON.parse('{"__proto__":{"timeout":5}}'), '__proto__', undefined],
  [JSON.parse('{"cookie":{"__proto__":5}}'), 'cookie.__proto__', undefined],
  [{ cookie: { colour: 'red' } }, 'cookie.colour', undefined],
];

test.each(UNKNOWN)('the options %j are refused for the name %s, and %s is proposed', (options, name, meant) => {
  const message = messageOf(options);
  expect(message).toContain(`there is no option ${JSON.stringify(name)}.`);
  expect(message).toContain(meant === undefined ? ' There are ' : ` Did you mean ${JSON.stringify(meant)}?`);
});

test.each(['cookie.secure', 'cookie.name', 'cookie.', '.cookie', 'cookie.cookie.name'])('%s is not an option: parts of the cookie are set in cookie', (name) => {
  expect(messageOf({ [name]: true })).toContain(`there is no option ${JSON.stringify(name)}.`);
  expect(messageOf({ cookie: { [name]: true } })).toContain(`there is no option ${JSON.stringify(`cookie.${name}`)}.`);
  expect(messageOf({}, fixed({ [name]: true }))).toContain(`there is no SESSION_TABLE_OPTIONS ${JSON.stringify(name)}.`);
});

test('access is for the environment alone', () => {
  expect(resolve({}, fixed({ access: 'read' })).isReadOnly).toBe(true);
  expect(resolve({}, fixed({ access: 'readWrite' })).isReadOnly).toBe(false);
  expect(messageOf({ access: 'read' })).toContain('there is no option "access"');
});

test.each([[undefined], ['']])('without a table name (%j) the message says who sets it', (name) => {
  const message = messageOf({}, { SESSION_TABLE_NAME: name });
  expect(message).toContain('SESSION_TABLE_NAME');
  expect(message).toContain('grantReadWrite');
});

test('a table name of the environment is checked too, and the variable is named', () => {
  expect(messageOf({}, { SESSION_TABLE_NAME: ' ' })).toContain('SESSION_TABLE_NAME is " ";');
});

test.each(['{', 'timeout=5', "{'timeout':5}", '\ufeff{}'])('SESSION_TABLE_OPTIONS that is not JSON (%j) is refused by name', (json) => {
  expect(messageOf({}, fixed(json))).toBe('SESSION_TABLE_OPTIONS is not JSON; grantReadWrite sets it.');
});

test.each(['[]', 'null', '5', '"a"'])('SESSION_TABLE_OPTIONS that is no object (%s) is refused by name', (json) => {
  expect(messageOf({}, fixed(json))).toContain('SESSION_TABLE_OPTIONS');
});

test('wrong and unknown options of the environment are refused with the name of the variable', () => {
  expect(messageOf({}, fixed({ timeout: '5' }))).toContain('SESSION_TABLE_OPTIONS: timeout is "5";');
  expect(messageOf({}, fixed({ timeOut: 5 }))).toBe('sessionFactory: there is no SESSION_TABLE_OPTIONS "timeOut". Did you mean "timeout"?');
  expect(messageOf({ timeout: 5 }, fixed({ timeout: 0 }))).toContain('SESSION_TABLE_OPTIONS: timeout is 0;');
});

test('empty SESSION_TABLE_OPTIONS are none', () => {
  expect(resolve({}, fixed('')).consistency).toBe('session');
});

test('envPrefix says which variables are read, for all three', () => {
  const environment = { ...fixed({ sealed: true }), ADMIN_NAME: 'admins', ADMIN_REGION: 'eu-west-1', ADMIN_OPTIONS: '{"compress":false}' };
  const admin = { tableName: 'admins', region: 'eu-west-1', compress: false, sealed: false };
  expect(resolve({ envPrefix: 'ADMIN_' }, environment)).toMatchObject(admin);
  expect(messageOf({ envPrefix: 'OTHER_' }, environment)).toContain('OTHER_NAME');
});

test('the Region comes from the code, the environment, or the ARN of the table', () => {
  const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/sessions';
  const environment = { SESSION_TABLE_NAME: arn, SESSION_TABLE_REGION: 'eu-west-1' };
  expect(resolve({ region: 'eu-west-2' }, environment)).toMatchObject({ tableName: arn, region: 'eu-west-2' });
  expect(resolve({}, environment).region).toBe('eu-west-1');
  expect(resolve({}, { ...environment, SESSION_TABLE_REGION: '' }).region).toBe('eu-central-1');
  expect(resolve({ tableName: arn }).region).toBe('eu-central-1');
  expect(resolve().region).toBeUndefined();
});

test('clients of the SDK and of one\'s own are taken as they are', () => {
  const none = () => Promise.resolve({});
  const port = { getItem: none, putItem: none, updateItem: none, deleteItem: none };
  for (const client of [{ send: none }, port, { ...port, transactWrite: none }, { ...port, send: none }]) {
    expect(resolve({ client }).client).toBe(client);
  }
});

test('a client is the SDK\'s if it has send, whatever other methods it has', () => {
  const config = { region: 'eu-west-1' };
  const low = new DynamoDBClient(config);
  const ofSdk = [low, new DynamoDB(config), DynamoDBDocumentClient.from(low), DynamoDBDocument.from(low)];
  expect(ofSdk.map(isSdkClient)).toEqual([true, true, true, true]);
  for (const client of ofSdk) expect(resolve({ client }).client).toBe(client);
  const none = () => Promise.resolve({});
  const port = { getItem: none, putItem: none, updateItem: none, deleteItem: none };
  expect([port, { ...port, send: true }, undefined, null, 'send'].map(isSdkClient)).toEqual([false, false, false, false, false]);
});

test('onEvent may be async, and may return anything', () => {
  const events: unknown[] = [];
  const takers = [async () => Promise.resolve(), (event: SessionEvent) => events.push(event)];
  for (const onEvent of takers) expect(resolve({ onEvent } satisfies SessionFactoryOptions).onEvent).toBe(onEvent);
});

test('what an application brings itself is used', () => {
  const mine = { codec: { stringify: String, parse: String }, clock: new FakeClock(), onEvent: () => undefined, deadline: 5 };
  expect(resolve(mine)).toMatchObject(mine);
});

test.each([[undefined], [null], ['sessions'], [[]]])('options that are %j are refused', (options) => {
  expect(() => resolveOptions(options as unknown as SessionFactoryOptions, TABLE)).toThrow(TypeError);
});

const wild = fc.oneof(fc.anything(), fc.constantFrom<unknown>(0, 1, 60, 1200, 34_560_000, 'Lax', 'None', 'strong', '/', 'sessions', '__Host-a'));
const optionNames = WRONG.map(([name]) => name);
const outer = fc.constantFrom(...optionNames.filter((name) => !name.includes('.')));
const inner = fc.constantFrom(...optionNames.filter((name) => name.startsWith('cookie.')).map((name) => name.slice('cookie.'.length)));
const given = fc
  .tuple(fc.dictionary(fc.oneof(outer, fc.string()), wild, { maxKeys: 4 }), fc.option(fc.dictionary(inner, wild, { maxKeys: 4 })))
  .map(([rest, cookie]) => ({ ...rest, ...(cookie && { cookie }) }));

test('any options are resolved, or refused with a TypeError', () => {
  fc.assert(
    fc.property(given, (options) => {
      try {
        expect(resolve(options).cookie.path[0]).toBe('/');
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        expect((error as TypeError).message).toMatch(/^sessionFactory: /);
      }
    }),
  );
});

test('any SESSION_TABLE_OPTIONS are resolved, or refused with a TypeError that names the variable', () => {
  const json = given.map((options) => JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? 1 : value)));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), json), (text) => {
      try {
        resolve({}, fixed(text));
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        expect((error as TypeError).message).toContain('SESSION_TABLE_OPTIONS');
      }
    }),
  );
});
