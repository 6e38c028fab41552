/**
 * The options that travel from the construct to the runtime, as JSON in the environment: type, documentation, rule and
 * default of each. jsii needs each written out again as a prop, in `construct/options`.
 *
 * @internal
 */
import { MAX_COOKIE_AGE } from './contract';
import { group, oneOf, OptionProblem, RulesOf, text, wholeNumber } from './option-rule';

export { isRecord } from './option-rule';

/** How soon a read sees earlier writes. */
export type Consistency = 'session' | 'strong' | 'eventual';

/** The cookie that carries the session id. */
export interface SharedCookieOptions {
  /**
   * The cookie's name.
   *
   * 1 to 256 letters, digits and the signs of RFC 6265. Browsers apply stricter rules to a name that starts with
   * `__Host-` or `__Secure-`; use one if your site is served only over HTTPS.
   *
   * @default 'session_id'
   */
  readonly name?: string;
  /**
   * How long the browser keeps the cookie.
   *
   * In seconds, from 1 to 34560000 (400 days) and at most `absoluteTimeout`. Each extension of the session then sends
   * the cookie again.
   *
   * @default - until the browser is closed
   */
  readonly maxAge?: number;
  /**
   * The path below which the browser sends the cookie.
   *
   * @default '/'
   */
  readonly path?: string;
  /**
   * The domain whose subdomains get the cookie too.
   *
   * @default - only the host that set it
   */
  readonly domain?: string;
  /**
   * Whether the browser sends the cookie over HTTPS only.
   *
   * Always true with a `__Host-` or `__Secure-` name, with `sameSite` None and with `partitioned`.
   *
   * @default - true if the request came over HTTPS, as it always does behind API Gateway and function URLs
   */
  readonly secure?: boolean;
  /**
   * Whether the cookie is hidden from the page's scripts.
   *
   * @default true
   */
  readonly httpOnly?: boolean;
  /**
   * Which requests from other sites carry the cookie.
   *
   * `Strict`: none. `Lax`: links that lead to your site; needed for sign-in with another site. `None`: all; the cookie
   * is then `secure`. `false`, in code only, sends no attribute, and the browser decides.
   *
   * @default 'Strict'
   */
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | false;
  /**
   * Whether each site that embeds yours gets a cookie of its own (CHIPS).
   *
   * The cookie is then `secure`.
   *
   * @default false
   */
  readonly partitioned?: boolean;
  /**
   * Which cookies Chromium drops first if a site has too many.
   *
   * Other browsers ignore it.
   *
   * @default - not sent, which Chromium reads as Medium
   */
  readonly priority?: 'Low' | 'Medium' | 'High';
}

/** The options that the construct's props set, and that code may set too. */
export interface SharedOptions {
  /**
   * When a session expires if it isn't used again.
   *
   * In seconds, from 1 to 34560000 (400 days); 1200 is 20 minutes.
   *
   * @default 1200
   */
  readonly timeout?: number;
  /**
   * How long after one extension a request that only reads extends the session again.
   *
   * In seconds, from 0 to less than `timeout`. An extension costs one write; 0 extends on every request. A session with
   * its own idle timeout (`remember`) is extended after a tenth of that, if that is less.
   *
   * @default - 120 seconds, or a tenth of `timeout` if that is less
   */
  readonly reissueTime?: number;
  /**
   * When a session ends no matter how much it is used.
   *
   * In seconds since it was created, from `timeout` to 34560000 (400 days).
   *
   * @default - never: a session lives as long as it is used
   */
  readonly absoluteTimeout?: number;
  /**
   * The cookie that carries the session id.
   *
   * @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age
   */
  readonly cookie?: SharedCookieOptions;
  /**
   * How soon a read sees earlier writes.
   *
   * `session`: a browser reads what it wrote; reads are strong for 20 seconds after a write and eventual otherwise, at
   * the price of a short-lived second cookie. `strong`: every read is strong, and costs twice as much. `eventual`: none
   * is, and a request may miss what the one before it wrote.
   *
   * @default 'session'
   */
  readonly consistency?: Consistency;
  /**
   * Whether values of 2 KiB and more are stored compressed.
   *
   * Only if that makes them at least a fifth smaller.
   *
   * @default true
   */
  readonly compress?: boolean;
  /**
   * Whether values are encrypted under a key that only the session id yields.
   *
   * The table and its backups then don't show them; names of keys and queues stay readable. Costs some CPU on each read
   * and write, and about 30 bytes a value.
   *
   * @default false
   */
  readonly sealed?: boolean;
  /**
   * Keeps the sessions of several apps or preview environments in one table apart.
   *
   * 1 to 64 letters, digits, `.`, `_` and `-`. A cookie from one namespace is unknown in the others, and changing the
   * namespace ends every session. It is not a security boundary: a role that may use the table may read all of it.
   *
   * @default - none
   */
  readonly namespace?: string;
}

/** What `SESSION_TABLE_OPTIONS` holds. */
export interface EnvironmentOptions extends SharedOptions {
  /**
   * Whether the function may change sessions; a grant sets it.
   *
   * @default 'readWrite'
   */
  readonly access?: 'read' | 'readWrite';
}

/** The defaults. That of `reissueTime` depends on `timeout`. */
export const DEFAULTS = {
  timeout: 1200,
  cookie: { name: 'session_id', path: '/', httpOnly: true, sameSite: 'Strict' },
  consistency: 'session',
  compress: true,
  sealed: false,
  access: 'readWrite',
} as const satisfies EnvironmentOptions;

const DEFAULT_REISSUE_TIME = 120;

type WithDefaults<Options, Default extends keyof Options> = Options & Required<Pick<Options, Default>>;

/** The options with every default in place. */
export interface ResolvedSettings extends WithDefaults<EnvironmentOptions, keyof typeof DEFAULTS | 'reissueTime'> {
  readonly cookie: WithDefaults<SharedCookieOptions, keyof typeof DEFAULTS.cookie>;
}

/** Fills in the defaults. */
export function withDefaults(options: EnvironmentOptions): ResolvedSettings {
  const { timeout = DEFAULTS.timeout } = options;
  const reissueTime = Math.min(DEFAULT_REISSUE_TIME, Math.floor(timeout / 10));
  return { ...DEFAULTS, reissueTime, ...options, cookie: { ...DEFAULTS.cookie, ...options.cookie } };
}

const flag = oneOf(true, false);
const seconds = (least: number) => wholeNumber(least, MAX_COOKIE_AGE, 'seconds');

/**
 * The grammar is that of RFC 6265; the lengths keep a cookie within the 4096 octets that every browser takes.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6265#section-4.1.1
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 5.6
 */
const COOKIE_RULES: RulesOf<SharedCookieOptions> = {
  name: text(
    /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/,
    "a cookie name: 1 to 256 of the letters, digits and !#$%&'*+-.^_`|~",
  ),
  maxAge: seconds(1),
  path: text(
    /^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/,
    'a path: "/" and then at most 1023 printable ASCII characters without ";"',
  ),
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

/** The rule of every option that code and props may set. */
export const SHARED_RULES: RulesOf<SharedOptions> = {
  timeout: seconds(1),
  reissueTime: seconds(0),
  absoluteTimeout: seconds(1),
  cookie: group(COOKIE_RULES),
  consistency: oneOf('session', 'strong', 'eventual'),
  compress: flag,
  sealed: flag,
  namespace: text(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, ".", "_" and "-"'),
};

/** The rule of every option that the environment may hold. */
export const ENVIRONMENT_RULES: RulesOf<EnvironmentOptions> = { ...SHARED_RULES, access: oneOf('read', 'readWrite') };

/** The rule of the prefix of environment variables, which you pass to construct and runtime. */
export const ENV_PREFIX_RULE = text(/^[A-Za-z]\w{0,63}$/, 'a letter, then at most 63 letters, digits and "_"');

/** Whether browsers take the cookie only if it is Secure: for its name, `SameSite=None` or `Partitioned`. */
export function mustBeSecure(cookie: SharedCookieOptions): boolean {
  const isPrefixed = /^__(?:host|secure|http)-/i.test(cookie.name ?? '');
  return isPrefixed || cookie.sameSite === 'None' || cookie.partitioned === true;
}

/**
 * The first option that contradicts the others, though each alone may be used.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1.3 for the prefixes
 */
export function findConflict(options: SharedOptions): OptionProblem | undefined {
  const { timeout, reissueTime, absoluteTimeout = Infinity, cookie } = withDefaults(options);
  const { name, maxAge, domain, path, secure, httpOnly } = cookie;
  const atMost = `at most the absoluteTimeout of ${absoluteTimeout} seconds`;
  const hostOnly = /^__host-/i.test(name);
  const checks: readonly [wrong: boolean, option: string, value: unknown, allowed: string][] = [
    [reissueTime >= timeout, 'reissueTime', reissueTime, `less than the timeout of ${timeout} seconds`],
    [absoluteTimeout < timeout, 'absoluteTimeout', absoluteTimeout, `at least the timeout of ${timeout} seconds`],
    [(maxAge ?? 0) > absoluteTimeout, 'cookie.maxAge', maxAge, atMost],
    [hostOnly && domain !== undefined, 'cookie.domain', domain, `none with the name ${name}`],
    [hostOnly && path !== '/', 'cookie.path', path, `"/" with the name ${name}`],
    [mustBeSecure(cookie) && secure === false, 'cookie.secure', false, SECURE_COOKIES],
    [/^__(?:host-)?http-/i.test(name) && !httpOnly, 'cookie.httpOnly', httpOnly, `true with the name ${name}`],
  ];
  const found = checks.find(([wrong]) => wrong);
  return found && { option: found[1], value: found[2], allowed: found[3] };
}

const SECURE_COOKIES = 'true with a __Host- or __Secure- name, sameSite "None" or partitioned';
