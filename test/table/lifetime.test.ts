import * as fc from 'fast-check';
import { SessionRecord, SessionTimes } from '../../src/runtime/table/item';
import { Lifetime, LifetimeOptions } from '../../src/runtime/table/lifetime';

fc.configureGlobal({ seed: 1200, numRuns: 500 });

const NOW = 1_790_000_000;

function lifetime(options: Partial<LifetimeOptions> = {}): Lifetime {
  return new Lifetime({ timeout: 1200, reissueTime: 120, absoluteTimeout: undefined, notBefore: 0, ...options });
}

function times(changes: Partial<SessionRecord> = {}): SessionRecord {
  return { iat: NOW, iss: NOW, exp: NOW + 1200, ver: 1, dat: new Map(), flash: new Map(), otherAttributes: {}, ...changes };
}

test('a session lives until the second of its end, and not in it', () => {
  expect(lifetime().isAlive(times(), NOW + 1199)).toBe(true);
  expect(lifetime().isAlive(times(), NOW + 1200)).toBe(false);
  expect(lifetime().isAlive(times(), NOW + 30 * 86_400)).toBe(false);
});

test('a frozen session is dead, however far its end is', () => {
  expect(lifetime().isAlive(times({ frz: new Uint8Array(6) }), NOW)).toBe(false);
});

test('a session ends at its absolute deadline, whatever its end says', () => {
  expect(lifetime().isAlive(times({ abs: NOW + 100 }), NOW + 99)).toBe(true);
  expect(lifetime().isAlive(times({ abs: NOW + 100 }), NOW + 100)).toBe(false);
});

test('a session from before the option absoluteTimeout ends as if it had always been set', () => {
  const limited = lifetime({ absoluteTimeout: 3600 });
  const old = times({ iss: NOW + 3000, exp: NOW + 4200 });
  expect(limited.isAlive(old, NOW + 3599)).toBe(true);
  expect(limited.isAlive(old, NOW + 3600)).toBe(false);
  expect(limited.dueExtension(times({ iss: NOW + 2000, exp: NOW + 3200 }), NOW + 3000)).toBe(NOW + 3600);
});

test('the deadline that a session has counts before the option', () => {
  const limited = lifetime({ absoluteTimeout: 3600 });
  expect(limited.isAlive(times({ abs: NOW + 100_000, exp: NOW + 90_000 }), NOW + 80_000)).toBe(true);
});

test('a session that was created more than five minutes ahead of our clock is dead', () => {
  expect(lifetime().isAlive(times(), NOW - 300)).toBe(true);
  expect(lifetime().isAlive(times(), NOW - 301)).toBe(false);
});

test('sessions from before notBefore are dead, and those of its second are not', () => {
  expect(lifetime({ notBefore: NOW }).isAlive(times(), NOW + 1)).toBe(true);
  expect(lifetime({ notBefore: NOW + 1 }).isAlive(times(), NOW + 1)).toBe(false);
});

test('a session begins with the timeout, or with one of its own', () => {
  expect(lifetime().begin(NOW, undefined)).toEqual({ iat: NOW, iss: NOW, exp: NOW + 1200, abs: undefined, idl: undefined });
  expect(lifetime().begin(NOW, 5)).toEqual({ iat: NOW, iss: NOW, exp: NOW + 5, abs: undefined, idl: 5 });
});

test('a session begins with its absolute deadline, which its idle timeout does not pass', () => {
  const limited = lifetime({ absoluteTimeout: 3600 });
  expect(limited.begin(NOW, undefined)).toMatchObject({ exp: NOW + 1200, abs: NOW + 3600 });
  expect(limited.begin(NOW, 86_400)).toMatchObject({ exp: NOW + 3600, abs: NOW + 3600, idl: 86_400 });
});

test('an extension is due when more than the reissue time has passed', () => {
  expect(lifetime().dueExtension(times(), NOW)).toBeUndefined();
  expect(lifetime().dueExtension(times(), NOW + 120)).toBeUndefined();
  expect(lifetime().dueExtension(times(), NOW + 121)).toBe(NOW + 1321);
  expect(lifetime({ reissueTime: 0 }).dueExtension(times(), NOW + 1)).toBe(NOW + 1201);
});

test('an extension is by the idle timeout of the session where it has one', () => {
  expect(lifetime().dueExtension(times({ idl: 5000, exp: NOW + 5000 }), NOW + 500)).toBe(NOW + 5500);
});

test('an extension never shortens a session', () => {
  expect(lifetime({ timeout: 60 }).dueExtension(times(), NOW + 500)).toBeUndefined();
  expect(lifetime({ timeout: 700 }).dueExtension(times(), NOW + 500)).toBeUndefined();
  expect(lifetime({ timeout: 701 }).dueExtension(times(), NOW + 500)).toBe(NOW + 1201);
});

test('at the absolute deadline there is nothing more to extend', () => {
  expect(lifetime().dueExtension(times({ abs: NOW + 1200 }), NOW + 500)).toBeUndefined();
  expect(lifetime().dueExtension(times({ abs: NOW + 1201 }), NOW + 500)).toBe(NOW + 1201);
});

test('a clock that went back extends nothing', () => {
  expect(lifetime().dueExtension(times(), NOW - 250)).toBeUndefined();
});

test('a session that keeps its deadline under a new id keeps its creation time too, and is extended', () => {
  const old = times({ iat: NOW - 500, abs: NOW + 1000 });
  expect(lifetime().continue(old, NOW, undefined)).toEqual({ iat: NOW - 500, abs: NOW + 1000, iss: NOW, exp: NOW + 1000, idl: undefined });
  expect(lifetime().continue(old, NOW, 60)).toMatchObject({ exp: NOW + 60, idl: 60 });
  expect(lifetime({ absoluteTimeout: 600 }).continue(times({ iat: NOW - 500 }), NOW, undefined)).toMatchObject({ abs: undefined, exp: NOW + 100 });
});

test('a session that was created ahead of our clock is not extended before its creation', () => {
  expect(lifetime().continue(times({ iat: NOW + 200 }), NOW, undefined)).toMatchObject({ iat: NOW + 200, iss: NOW + 200, exp: NOW + 1400 });
});

describe('a session with an idle timeout of its own', () => {
  test.each([[3600, 120], [1200, 120], [1199, 119], [60, 6], [10, 1], [9, 0], [1, 0]])('of %d seconds is extended after %d', (idl, reissueTime) => {
    const session = times({ idl, exp: NOW + idl });
    expect(lifetime().reissueTime(idl)).toBe(reissueTime);
    expect(lifetime().dueExtension(session, NOW + reissueTime)).toBeUndefined();
    expect(lifetime().dueExtension(session, NOW + reissueTime + 1)).toBe(NOW + reissueTime + 1 + idl);
  });

  test('lives on while it is used, also where that is shorter than the reissue time', () => {
    let session = times({ idl: 60, exp: NOW + 60 });
    for (let now = NOW; now < NOW + 600; now += 20) {
      expect(lifetime().isAlive(session, now)).toBe(true);
      const exp = lifetime().dueExtension(session, now);
      if (exp !== undefined) session = { ...session, exp, iss: now };
    }
  });
});

describe('the browser keeps the id cookie', () => {
  test('until it is closed, or for maxAge, or for the idle timeout of the session, which takes precedence', () => {
    expect(lifetime().cookieAge(times(), NOW, undefined)).toBeUndefined();
    expect(lifetime().cookieAge(times(), NOW, 500)).toBe(500);
    expect(lifetime().cookieAge(times({ idl: 60 }), NOW, undefined)).toBe(60);
    expect(lifetime().cookieAge(times({ idl: 60 }), NOW, 500)).toBe(60);
  });

  test('never past the absolute deadline, its own or that of the option', () => {
    expect(lifetime().cookieAge(times({ abs: NOW + 300 }), NOW + 100, 500)).toBe(200);
    expect(lifetime().cookieAge(times({ abs: NOW + 300, idl: 900 }), NOW, undefined)).toBe(300);
    expect(lifetime({ absoluteTimeout: 300 }).cookieAge(times(), NOW + 100, 500)).toBe(200);
  });

  test('for a second at least, because 0 would remove it', () => {
    expect(lifetime().cookieAge(times({ abs: NOW }), NOW, 500)).toBe(1);
    expect(lifetime().cookieAge(times({ abs: NOW }), NOW + 5, 500)).toBe(1);
  });
});

const seconds = (least: number) => fc.integer({ min: least, max: 100_000 });
const options = fc.record({
  timeout: seconds(1),
  reissueTime: seconds(0),
  absoluteTimeout: fc.option(seconds(1), { nil: undefined }),
  notBefore: fc.constant(0),
});

test('however a session is used, its end only moves on, and never past its absolute deadline', () => {
  const idle = fc.option(seconds(1), { nil: undefined });
  fc.assert(
    fc.property(options, idle, fc.array(fc.integer({ min: -400, max: 5000 }), { maxLength: 30 }), (given, own, steps) => {
      const made = lifetime(given);
      let now = NOW;
      let session: SessionTimes = made.begin(now, own);
      for (const step of steps) {
        now += step;
        if (!made.isAlive(times(session), now)) continue;
        expect(now - NOW).toBeLessThan(given.absoluteTimeout ?? Infinity);
        const exp = made.dueExtension(session, now);
        if (exp === undefined) continue;
        expect(exp).toBeGreaterThan(session.exp);
        expect(exp).toBeLessThanOrEqual(session.abs ?? Infinity);
        session = { ...session, exp, iss: now };
      }
    }),
  );
});
