import fc from 'fast-check';
import { runs } from './runs';
import { resolveOptions } from '../../src/runtime/options/resolve-options';
import { readCookies } from '../../src/runtime/request/cookies';
import { isSessionId } from '../../src/runtime/session/id';
import { readItem } from '../../src/runtime/table/item';

const settings = runs(3000, 1_000_000);

/** All that a hostile key could add to. */
function inherited(): readonly PropertyKey[] {
  return [Object.prototype, Array.prototype, Function.prototype].flatMap((prototype) => Reflect.ownKeys(prototype));
}

const before = inherited();
afterEach(() => {
  expect(inherited()).toEqual(before);
});

const id = fc.stringMatching(/^[A-Za-z0-9_-]{42,44}$/);
const name = fc.constantFrom('session_id', 'session_id_w', 'Session_id', ' session_id', '\u00a0session_id', '__proto__', '', 'session_id_w_w');
const value = fc.oneof(id, fc.constantFrom('', '1', '"1"', '%00', '__proto__'), fc.string({ unit: 'binary', maxLength: 50 }));
const pair = fc.tuple(name, fc.constantFrom('=', ' = ', '', '=='), value).map((parts) => parts.join(''));
const header = fc.oneof(
  fc.array(pair, { maxLength: 5 }).map((pairs) => pairs.join(';')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.anything({ maxDepth: 1, maxKeys: 2 }),
);

test('whatever cookies come, reading them gives well-formed ids, all different, and never throws', () => {
  fc.assert(fc.property(fc.array(header, { maxLength: 3 }), (headers) => {
    const { ids, recentWrite, malformed } = readCookies(headers, 'session_id');
    expect(ids.every(isSessionId)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    for (const found of ids) expect(JSON.stringify(headers)).toContain(found);
    expect([typeof recentWrite, typeof malformed]).toEqual(['boolean', 'boolean']);
  }), settings);
}, 3_600_000);

const key = new Uint8Array(32).fill(7);
const digits = fc.oneof(fc.integer({ min: -2, max: 3 }).map(String), fc.constantFrom('', '1e9', 'NaN', '01', '1.5', '9'.repeat(38), '1767225600'));
const element = fc.oneof(fc.record({ S: fc.string() }), fc.record({ B: fc.uint8Array({ maxLength: 3 }) }), fc.anything({ maxDepth: 1 }));
const attribute = fc.oneof(
  fc.record({ N: digits }),
  fc.record({ S: fc.string({ maxLength: 9 }) }),
  fc.record({ B: fc.uint8Array({ maxLength: 9 }) }),
  fc.record({ M: fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor'), element) }),
  fc.record({ L: fc.array(fc.record({ B: fc.uint8Array({ maxLength: 6 }) }), { maxLength: 3 }) }),
  fc.constantFrom({ NULL: true }, { BOOL: false }, { SS: ['a'] }, {}, { N: '1', S: '1' }, null, undefined, 7),
  fc.anything({ maxDepth: 2, maxKeys: 2 }),
);
const names = ['sid', 'exp', 'iat', 'iss', 'ver', 'abs', 'idl', 'upd', 'csr', 'frz', 'usr', 'fmt', 'dat', 'f:1', 'f:', '__proto__', 'other'];
const whole = { sid: { B: key }, exp: { N: '9' }, iat: { N: '1' }, iss: { N: '2' }, ver: { N: '1' }, dat: { M: {} } };
const item = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), attribute, { maxKeys: 3 }).map((some) => Object.assign(Object.create(null) as object, whole, some)),
  fc.anything({ maxDepth: 2 }),
);

test('whatever item comes, reading it gives a session in order or none, and never throws', () => {
  let sessions = 0;
  fc.assert(fc.property(item, (some) => {
    const record = readItem(some, key);
    if (record === undefined) return;
    sessions++;
    const { exp, iat, iss, ver, abs = exp, idl = 1 } = record;
    expect(iat <= iss && iss <= exp && exp <= abs && ver >= 1 && idl >= 1).toBe(true);
    expect([exp, iat, iss, ver, abs, idl].every(Number.isSafeInteger)).toBe(true);
    expect([...record.dat.values(), ...record.flash.values()].every((stored) => typeof stored === 'string' || stored instanceof Uint8Array)).toBe(true);
  }), settings);
  expect(sessions).toBeGreaterThan(settings.numRuns / 100);
}, 3_600_000);

const optionNames = ['tableName', 'region', 'client', 'cookie', 'timeout', 'reissueTime', 'absoluteTimeout', 'notBefore', 'consistency', 'compress', 'sealed',
  'codec', 'deadline', 'onEvent', 'clock', 'envPrefix', '__proto__', 'samesite'];
const cookieNames = ['name', 'maxAge', 'path', 'domain', 'secure', 'httpOnly', 'sameSite', 'partitioned', 'priority', '__proto__', 'maxage'];
const sane = fc.constantFrom<unknown>(undefined, true, false, 1, 60, 1200, 'Lax', 'None', 'strong', '/', 'example.com', '__Host-id', JSON, () => undefined);
const setting = fc.oneof(sane, sane, fc.anything({ maxDepth: 1, maxKeys: 2 }));
const cookie = fc.oneof(fc.dictionary(fc.constantFrom(...cookieNames), setting, { maxKeys: 3 }), setting);
const options = fc.oneof(
  fc.tuple(fc.dictionary(fc.constantFrom(...optionNames), setting, { maxKeys: 3 }), fc.option(cookie, { nil: undefined }))
    .map(([some, its]) => ({ tableName: 'Sessions', ...some, ...(its !== undefined && { cookie: its }) })),
  fc.anything({ maxDepth: 1 }),
);
const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.dictionary(fc.constantFrom(...optionNames), fc.oneof(fc.integer(), fc.boolean(), fc.string())).map((some) => JSON.stringify(some)),
  fc.string(),
);

test('whatever options come, from the code or the environment, they are taken or refused with a TypeError', () => {
  let taken = 0;
  fc.assert(fc.property(options, fc.option(json, { nil: undefined }), (some, text) => {
    try {
      resolveOptions(some as Parameters<typeof resolveOptions>[0], { SESSION_TABLE_OPTIONS: text });
      taken++;
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/^(sessionFactory|SESSION_TABLE_OPTIONS)\b/);
    }
  }), settings);
  expect(taken).toBeGreaterThan(settings.numRuns / 100);
}, 3_600_000);
