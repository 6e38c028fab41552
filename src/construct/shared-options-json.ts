import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { refuse } from './refusal';
import { SessionCookieProps } from './session-cookie-props';
import { SessionOptions } from './session-options';
import { MAX_COOKIE_AGE } from '../contract';
import { findProblem } from '../option-rule';
import { EnvironmentOptions, findConflict, SHARED_RULES, SharedCookieOptions, SharedOptions } from '../settings';

/**
 * The options as they travel, held to the rules that the runtime holds them to.
 *
 * @throws Error with the path, the prop, the value and what is allowed
 */
export function sharedOptions(scope: Construct, props: SessionOptions): SharedOptions {
  const options: SharedOptions = withoutUndefined({
    timeout: seconds(scope, 'timeout', props.timeout),
    reissueTime: seconds(scope, 'reissueTime', props.reissueTime),
    absoluteTimeout: seconds(scope, 'absoluteTimeout', props.absoluteTimeout),
    cookie: cookieOptions(scope, props.cookie ?? {}),
    consistency: props.consistency,
    compress: props.compress,
    sealed: props.sealed,
    namespace: props.namespace,
  });
  const known = checkable(options);
  const problem = findProblem(known, SHARED_RULES) ?? findConflict(known);
  if (problem) refuse(scope, { prop: problem.option, value: problem.value, allowed: problem.allowed });
  return options;
}

/** The options as the runtime reads them; nothing where there are none. */
export function sharedOptionsJson(scope: Construct, options: EnvironmentOptions): string | undefined {
  return Object.keys(options).length === 0 ? undefined : Stack.of(scope).toJsonString(options);
}

function cookieOptions(scope: Construct, props: SessionCookieProps): SharedCookieOptions | undefined {
  const cookie: SharedCookieOptions = withoutUndefined({
    name: props.name,
    maxAge: seconds(scope, 'cookie.maxAge', props.maxAge),
    path: props.path,
    domain: props.domain,
    secure: props.secure,
    httpOnly: props.httpOnly,
    sameSite: props.sameSite,
    partitioned: props.partitioned,
    priority: props.priority,
  });
  return Object.keys(cookie).length === 0 ? undefined : cookie;
}

function seconds(scope: Construct, prop: string, value: Duration | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof (value as Partial<Duration>).toSeconds !== 'function') refuse(scope, { prop, value, allowed: 'a Duration' });
  if (value.isUnresolved() && value.unitLabel() !== 'seconds') {
    refuse(scope, { prop, shown: `a token of ${value.unitLabel()}`, allowed: 'a token of seconds, since no other can be converted' });
  }
  return value.toSeconds({ integral: false });
}

/**
 * The options without tokens, whose values are known at deployment only. Where
 * the timeout is one, the longest that the other options leave stands for it: what
 * fails with that fails with every timeout.
 */
function checkable(options: SharedOptions): SharedOptions {
  const known: SharedOptions = withoutTokens(options);
  if (options.timeout === known.timeout) return { ...known, ...(known.cookie && { cookie: withoutTokens(known.cookie) }) };
  const longest = Math.min(known.absoluteTimeout ?? MAX_COOKIE_AGE, MAX_COOKIE_AGE);
  return checkable({ ...known, timeout: Math.max(1, Math.floor(longest)) });
}

function withoutTokens<T extends object>(options: T): T {
  return pick(options, (value) => !Token.isUnresolved(value));
}

function withoutUndefined<T extends object>(options: T): T {
  return pick(options, (value) => value !== undefined);
}

function pick<T extends object>(options: T, wanted: (value: unknown) => boolean): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => wanted(value))) as T;
}
