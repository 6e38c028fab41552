import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDuration, refuse } from './checks';
import { MAX_COOKIE_AGE } from '../contract';
import { findProblem, isRecord, RulesOf } from '../option-rule';
import {
  ENV_PREFIX_RULE,
  EnvironmentOptions,
  findConflict,
  SHARED_RULES,
  SharedCookieOptions,
  SharedOptions,
} from '../settings';

/**
 * The options that the runtime reads from the environment.
 *
 * What code passes to `sessionFactory` takes precedence over them.
 */
export interface SessionOptions {
  /**
   * When a session expires if it isn't used again.
   *
   * In whole seconds, from 1 second to 400 days.
   *
   * @default Duration.minutes(20)
   */
  readonly timeout?: Duration;

  /**
   * How long after one extension a request that only reads extends the session again.
   *
   * In whole seconds, from zero to less than `timeout`. An extension costs one write; zero extends on every request. A
   * session with its own idle timeout (`remember`) is extended after a tenth of that, if that is less.
   *
   * @default - 120 seconds, or a tenth of `timeout` if that is less
   */
  readonly reissueTime?: Duration;

  /**
   * When a session ends no matter how much it is used.
   *
   * In whole seconds since it was created, from `timeout` to 400 days.
   *
   * @default - never: a session lives as long as it is used
   */
  readonly absoluteTimeout?: Duration;

  /**
   * The cookie that carries the session id.
   *
   * @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age
   */
  readonly cookie?: SessionCookieProps;

  /**
   * How soon a read sees earlier writes.
   *
   * A strong read costs twice as much as an eventual one.
   *
   * @default SessionConsistency.SESSION
   */
  readonly consistency?: SessionConsistency;

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

  /**
   * The start of the names of the environment variables.
   *
   * A letter, then at most 63 letters, digits and `_`. A function that uses two tables needs two prefixes; pass the
   * same one to `sessionFactory`.
   *
   * @default 'SESSION_TABLE_'
   */
  readonly envPrefix?: string;
}

/** The cookie that carries the session id. */
export interface SessionCookieProps {
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
   * In whole seconds, from 1 second to 400 days and at most `absoluteTimeout`. Each extension of the session then sends
   * the cookie again.
   *
   * @default - until the browser is closed
   */
  readonly maxAge?: Duration;

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
   * Always true with a `__Host-` or `__Secure-` name, with `SameSite.NONE` and with `partitioned`.
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
   * @default SameSite.STRICT
   */
  readonly sameSite?: SameSite;

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
  readonly priority?: CookiePriority;
}

/**
 * Which requests from other sites carry the cookie.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 5.7
 */
export enum SameSite {
  /** None: a visitor who follows a link from another site arrives without a session. */
  STRICT = 'Strict',
  /** Links that lead to your site; needed for sign-in with another site. */
  LAX = 'Lax',
  /** All; the cookie is then `secure`. */
  NONE = 'None',
}

/** Which cookies Chromium drops first if a site has too many. Other browsers ignore it. */
export enum CookiePriority {
  /** Dropped first. */
  LOW = 'Low',
  /** The priority of a cookie without one. */
  MEDIUM = 'Medium',
  /** Dropped last. */
  HIGH = 'High',
}

/** How soon a read of a session sees earlier writes. */
export enum SessionConsistency {
  /**
   * A browser always reads what it wrote.
   *
   * Reads are strong for 20 seconds after a write and eventual otherwise, at the price of a short-lived second cookie.
   */
  SESSION = 'session',
  /** Every read is strong, and costs twice as much as an eventual one. No second cookie. */
  STRONG = 'strong',
  /** Every read is eventual. A request may miss what the one before it wrote. */
  EVENTUAL = 'eventual',
}

/** The names of the options; others are refused. */
export const SESSION_OPTIONS: RulesOf<SessionOptions> = { ...SHARED_RULES, envPrefix: ENV_PREFIX_RULE };

/** Every option that may travel, set or not, so that the compiler reports a forgotten one. */
type Travelling<Options> = { readonly [Name in keyof Required<Options>]: Options[Name] | undefined };

/**
 * Converts the props to the environment's options, and checks them by the
 * runtime's rules.
 *
 * @throws Error with the path, the prop, the value and what is allowed
 */
export function sharedOptions(scope: Construct, props: SessionOptions): SharedOptions {
  const travelling: Travelling<SharedOptions> = {
    timeout: seconds(scope, 'timeout', props.timeout),
    reissueTime: seconds(scope, 'reissueTime', props.reissueTime),
    absoluteTimeout: seconds(scope, 'absoluteTimeout', props.absoluteTimeout),
    cookie: props.cookie && cookieOptions(scope, props.cookie),
    consistency: props.consistency,
    compress: props.compress,
    sealed: props.sealed,
    namespace: props.namespace,
  };
  const options = withoutUndefined(travelling);
  const known = checkable(options);
  const problem = findProblem(known, SHARED_RULES) ?? findConflict(known);
  if (problem) refuse(scope, { prop: problem.option, value: problem.value, allowed: problem.allowed });
  return options;
}

/** The options in the form that the runtime reads; nothing if there are none. */
export function sharedOptionsJson(scope: Construct, options: EnvironmentOptions): string | undefined {
  return Object.keys(options).length === 0 ? undefined : Stack.of(scope).toJsonString(options);
}

function cookieOptions(scope: Construct, props: SessionCookieProps): SharedCookieOptions | undefined {
  if (!isRecord(props as unknown)) refuse(scope, { prop: 'cookie', value: props, allowed: 'an object' });
  const travelling: Travelling<SharedCookieOptions> = {
    name: props.name,
    maxAge: seconds(scope, 'cookie.maxAge', props.maxAge),
    path: props.path,
    domain: props.domain,
    secure: props.secure,
    httpOnly: props.httpOnly,
    sameSite: props.sameSite,
    partitioned: props.partitioned,
    priority: props.priority,
  };
  const cookie = withoutUndefined(travelling);
  return Object.keys(cookie).length === 0 ? undefined : cookie;
}

function seconds(scope: Construct, prop: string, value: Duration | undefined): number | undefined {
  if (value === undefined) return undefined;
  checkDuration(scope, prop, value);
  if (value.isUnresolved() && value.unitLabel() !== 'seconds') {
    const allowed = 'a token of seconds, since no other can be converted';
    refuse(scope, { prop, shown: `a token of ${value.unitLabel()}`, allowed });
  }
  return value.toSeconds({ integral: false });
}

/**
 * The options without tokens, whose values are known only at deployment.
 *
 * A timeout that is a token is replaced by the longest that the other options allow: if that fails, every timeout
 * fails.
 */
function checkable(options: SharedOptions): SharedOptions {
  const known: SharedOptions = withoutTokens(options);
  if (!Token.isUnresolved(options.timeout)) {
    return { ...known, ...(known.cookie && { cookie: withoutTokens(known.cookie) }) };
  }
  const longest = Math.min(known.absoluteTimeout ?? MAX_COOKIE_AGE, MAX_COOKIE_AGE);
  return checkable({ ...known, timeout: Math.max(1, Math.floor(longest)) });
}

function withoutTokens<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !Token.isUnresolved(value))) as T;
}

function withoutUndefined<T extends object>(options: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
