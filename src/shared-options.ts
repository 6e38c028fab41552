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

const RULES: Readonly<Record<Exclude<keyof SharedOptions, 'cookie'>, OptionRule>> = {
  timeout: seconds(1),
  reissueTime: seconds(0),
  absoluteTimeout: seconds(1),
  consistency: oneOf('session', 'strong', 'eventual'),
  compress: flag,
  sealed: flag,
  access: oneOf('read', 'readWrite'),
};

/** The grammar is that of RFC 6265, section 4.1.1; the lengths keep a cookie within the 4096 octets of RFC 6265bis, section 5.6. */
const COOKIE_RULES: Readonly<Record<keyof SharedCookieOptions, OptionRule>> = {
  name: text(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/, "a cookie name: 1 to 256 of the letters, digits and !#$%&'*+-.^_`|~"),
  maxAge: seconds(1),
  path: text(/^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/, 'a path: "/" and then at most 1023 printable ASCII characters without ";"'),
  domain: text(
    /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
    'a domain name of two labels or more, without a leading dot or a port',
  ),
  secure: flag,
  httpOnly: flag,
  sameSite: oneOf('Strict', 'Lax', 'None', false),
  partitioned: flag,
  priority: oneOf('Low', 'Medium', 'High'),
};

/** The names of all shared options, and of the cookie's. */
export const SHARED_OPTION_NAMES: readonly string[] = [...Object.keys(RULES), 'cookie'];
export const COOKIE_OPTION_NAMES: readonly string[] = Object.keys(COOKIE_RULES);

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
  const { cookie = {} } = options;
  return (
    broken(RULES, options, '') ??
    (isRecord(cookie) ? broken(COOKIE_RULES, cookie, 'cookie.') : { option: 'cookie', value: cookie, allowed: 'an object' }) ??
    brokenCombination(options, cookie)
  );
}

function broken<Name extends string>(
  rules: Readonly<Record<Name, OptionRule>>,
  options: { readonly [name in Name]?: unknown },
  prefix: string,
): OptionProblem | undefined {
  for (const name of Object.keys(rules) as Name[]) {
    const value = options[name];
    if (value !== undefined && !rules[name].test(value)) return { option: prefix + name, value, allowed: rules[name].allowed };
  }
  return undefined;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1.3 for the prefixes */
function brokenCombination(options: SharedOptions, cookie: SharedCookieOptions): OptionProblem | undefined {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const { reissueTime = defaultReissueTime(timeout), absoluteTimeout } = options;
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
