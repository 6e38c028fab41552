/**
 * The options that the construct's props fix and the runtime reads, with the
 * rules that both hold them to. They travel as JSON in the environment.
 *
 * Not part of the public API of either half.
 *
 * @internal
 */
import { DEFAULT_COOKIE_NAME, DEFAULT_REISSUE_TIME, DEFAULT_TIMEOUT, MAX_COOKIE_AGE } from './contract';

/** How a read relates to the writes before it. */
export type Consistency = 'session' | 'strong' | 'eventual';

/** The id cookie, as it travels. Durations are seconds. */
export interface SharedCookieOptions {
  readonly name?: string;
  readonly maxAge?: number;
  readonly path?: string;
  readonly domain?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | false;
  readonly partitioned?: boolean;
  readonly priority?: 'Low' | 'Medium' | 'High';
}

/** What travels from the construct to the runtime. Durations are seconds. */
export interface SharedOptions {
  readonly timeout?: number;
  readonly reissueTime?: number;
  readonly absoluteTimeout?: number;
  readonly cookie?: SharedCookieOptions;
  readonly consistency?: Consistency;
  readonly compress?: boolean;
  readonly sealed?: boolean;
  readonly access?: 'read' | 'readWrite';
}

/** An option that cannot be used: its name, what came, and what is allowed. */
export interface OptionProblem {
  readonly option: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** What one value may be: a test, and the same in words. */
export interface OptionRule {
  readonly allowed: string;
  test(value: unknown): boolean;
}

/** A whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number, unit: string): OptionRule {
  return {
    allowed: `a whole number of ${unit} from ${least} to ${most}`,
    test: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** One of a few values. */
export function oneOf(...values: readonly (string | boolean)[]): OptionRule {
  return {
    allowed: values.map((value) => JSON.stringify(value)).join(', '),
    test: (value) => values.includes(value as string | boolean),
  };
}

/** A text of a form. */
export function text(form: RegExp, allowed: string): OptionRule {
  return { allowed, test: (value) => typeof value === 'string' && form.test(value) };
}

const flag = oneOf(true, false);
const seconds = (least: number) => wholeNumber(least, MAX_COOKIE_AGE, 'seconds');

/** Rules by the names of options. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/**
 * The rule of every shared option. The grammar of the cookie's is that of RFC 6265, section 4.1.1; the lengths keep a
 * cookie within the 4096 octets of RFC 6265bis, section 5.6.
 */
export const SHARED_RULES: OptionRules = {
  'timeout': seconds(1),
  'reissueTime': seconds(0),
  'absoluteTimeout': seconds(1),
  'consistency': oneOf('session', 'strong', 'eventual'),
  'compress': flag,
  'sealed': flag,
  'access': oneOf('read', 'readWrite'),
  // One that is an object has been taken apart.
  'cookie': { allowed: 'an object', test: () => false },
  'cookie.name': text(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/, "a cookie name: 1 to 256 of the letters, digits and !#$%&'*+-.^_`|~"),
  'cookie.maxAge': seconds(1),
  'cookie.path': text(/^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/, 'a path: "/" and then at most 1023 printable ASCII characters without ";"'),
  'cookie.domain': text(
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
    'a domain name of two labels or more, without a leading dot or a port',
  ),
  'cookie.secure': flag,
  'cookie.httpOnly': flag,
  'cookie.sameSite': oneOf('Strict', 'Lax', 'None', false),
  'cookie.partitioned': flag,
  'cookie.priority': oneOf('Low', 'Medium', 'High'),
};

/** The options by their names, those of the cookie beside the others; what is `undefined` is left out. */
export function flattened(options: object, prefix = ''): [string, unknown][] {
  return Object.entries(options).flatMap(([name, value]): [string, unknown][] => {
    if (prefix + name === 'cookie' && isRecord(value)) return flattened(value, 'cookie.');
    return value === undefined ? [] : [[prefix + name, value]];
  });
}

/** Whether a value is an object and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The reissue time where none is set: 2 minutes, or a tenth of a timeout that is shorter than 20. */
export function defaultReissueTime(timeout: number): number {
  return Math.min(DEFAULT_REISSUE_TIME, Math.floor(timeout / 10));
}

/** Whether the cookie must be Secure whatever the request: its name's prefix, `SameSite=None` and `Partitioned` ask for it. */
export function mustBeSecure(cookie: SharedCookieOptions): boolean {
  return /^__(?:host|secure|http)-/i.test(cookie.name ?? '') || cookie.sameSite === 'None' || cookie.partitioned === true;
}

/** The first thing wrong with the options, or nothing. Unknown names are left to the caller. */
export function findProblem(options: SharedOptions): OptionProblem | undefined {
  for (const [option, value] of flattened(options)) {
    const rule = SHARED_RULES[option];
    if (rule?.test(value) === false) return { option, value, allowed: rule.allowed };
  }
  return findConflict(options);
}

/**
 * The first option that does not go with the others, each of which may be used.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1.3 for the prefixes
 */
export function findConflict(options: SharedOptions): OptionProblem | undefined {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const { reissueTime = defaultReissueTime(timeout), absoluteTimeout, cookie = {} } = options;
  const name = cookie.name ?? DEFAULT_COOKIE_NAME;
  const hostOnly = /^__host-/i.test(name);
  const checks: readonly [boolean, string, unknown, string][] = [
    [reissueTime >= timeout, 'reissueTime', reissueTime, `less than the timeout of ${timeout} seconds`],
    [absoluteTimeout !== undefined && absoluteTimeout < timeout, 'absoluteTimeout', absoluteTimeout, `at least the timeout of ${timeout} seconds`],
    [(cookie.maxAge ?? 0) > (absoluteTimeout ?? Infinity), 'cookie.maxAge', cookie.maxAge, `at most the absoluteTimeout of ${absoluteTimeout} seconds`],
    [hostOnly && cookie.domain !== undefined, 'cookie.domain', cookie.domain, `none with the name ${name}`],
    [hostOnly && (cookie.path ?? '/') !== '/', 'cookie.path', cookie.path, `"/" with the name ${name}`],
    [mustBeSecure(cookie) && cookie.secure === false, 'cookie.secure', false, 'true with a __Host- or __Secure- name, sameSite "None" or partitioned'],
    [/^__(?:host-)?http-/i.test(name) && cookie.httpOnly === false, 'cookie.httpOnly', false, `true with the name ${name}`],
  ];
  const found = checks.find(([wrong]) => wrong);
  return found && { option: found[1], value: found[2], allowed: found[3] };
}
