import { randomBytes } from 'node:crypto';
import { SessionFactoryOptions } from './factory-options';
import { SessionEvent } from './session-event';
import { suggestName } from './suggestion';
import { DEFAULT_COOKIE_NAME, DEFAULT_ENV_PREFIX, DEFAULT_TIMEOUT, ENV } from '../../contract';
import {
  Consistency,
  OptionProblem,
  OptionRule,
  OptionRules,
  SHARED_RULES,
  SharedCookieOptions,
  SharedOptions,
  defaultReissueTime,
  findConflict,
  flattened,
  isRecord,
  text,
  wholeNumber,
} from '../../settings';
import { ClientOfSdk, SessionClient } from '../client/session-client';
import { Clock, RandomBytes, systemClock } from '../clock';
import { CookieOptions } from '../request/cookies';
import type { SessionMigration } from '../request/migration';
import { Codec, jsonCodec } from '../session/codec';
import { Lifetime } from '../table/lifetime';

/** Options with every default in place. */
export interface ResolvedOptions {
  readonly tableName: string;
  readonly region: string | undefined;
  readonly client: SessionClient | ClientOfSdk | undefined;
  readonly cookie: CookieOptions;
  readonly lifetime: Lifetime;
  readonly reissueTime: number;
  readonly consistency: Consistency;
  readonly isReadOnly: boolean;
  readonly codec: Codec;
  readonly compress: boolean;
  readonly sealed: boolean;
  readonly deadline: number;
  readonly migrateFrom: SessionMigration | undefined;
  readonly namespace: string | undefined;
  readonly onEvent: ((event: SessionEvent) => void) | undefined;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

const { access, ...OF_CODE_TOO } = SHARED_RULES as { access: OptionRule } & OptionRules;

/** What code may set; `access` is for the construct alone. */
const RULES: OptionRules & { readonly tableName: OptionRule } = {
  ...OF_CODE_TOO,
  tableName: text(/^(?:[\w.-]{3,255}|arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255})$/, 'the name or the ARN of a table'),
  region: text(/^[a-z0-9-]{1,64}$/, 'the name of a Region, such as "eu-west-1"'),
  client: methods('a DynamoDBClient, a DynamoDBDocumentClient or a SessionClient', ['send'], ['getItem', 'putItem', 'updateItem', 'deleteItem']),
  notBefore: wholeNumber(0, 9_999_999_999, 'seconds since the epoch'),
  migrateFrom: methods('what connectDynamoDb() of cdk-session-table/connect-dynamodb returns', ['find']),
  codec: methods('an object with the methods stringify and parse', ['stringify', 'parse']),
  deadline: wholeNumber(1, 900_000, 'milliseconds'),
  onEvent: { allowed: 'a function', test: (value) => typeof value === 'function' },
  clock: methods('an object with the methods now, after and sleep', ['now', 'after', 'sleep']),
  envPrefix: text(/^[A-Za-z]\w{0,63}$/, 'letters, digits and "_", beginning with a letter'),
};

/**
 * Reads the options from the code, then the environment, then the defaults, and checks them.
 *
 * @throws TypeError that names the option, what came and what is allowed
 */
export function resolveOptions(options: SessionFactoryOptions, environment: Environment): ResolvedOptions {
  check(options, RULES, 'option', 'sessionFactory');
  if (options.client !== undefined && options.region !== undefined) {
    refuse({ option: 'region', value: options.region, allowed: 'none with client, which has a Region of its own' }, 'sessionFactory');
  }
  const prefix = options.envPrefix ?? DEFAULT_ENV_PREFIX;
  const fromEnvironment = readEnvironment(environment, prefix + ENV.options);
  const shared: SharedOptions = { ...fromEnvironment, ...defined(options), cookie: { ...fromEnvironment.cookie, ...defined(options.cookie ?? {}) } };
  refuse(findConflict(shared), 'sessionFactory');
  const { timeout = DEFAULT_TIMEOUT, reissueTime = defaultReissueTime(timeout), absoluteTimeout } = shared;
  const table = tableName(options, environment, prefix + ENV.name);
  return {
    tableName: table,
    // The fourth part of an ARN is its Region; a name has no colon.
    region: options.region ?? (environment[prefix + ENV.region] || table.split(':')[3]),
    client: options.client,
    cookie: { name: DEFAULT_COOKIE_NAME, path: '/', httpOnly: true, sameSite: 'Strict', ...(shared.cookie as SharedCookieOptions) },
    lifetime: new Lifetime({ timeout, reissueTime, absoluteTimeout, notBefore: options.notBefore ?? 0 }),
    reissueTime,
    consistency: shared.consistency ?? 'session',
    isReadOnly: shared.access === 'read',
    codec: options.codec ?? jsonCodec,
    compress: shared.compress ?? true,
    sealed: shared.sealed ?? false,
    deadline: options.deadline ?? 3000,
    migrateFrom: options.migrateFrom,
    namespace: undefined,
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
    random: randomBytes,
  };
}

/** A class is one too: superjson gives its methods as those of a class. */
function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The rule of an object with methods: all of one of the lists. */
function methods(allowed: string, ...lists: readonly (readonly string[])[]): OptionRule {
  const has = (value: object, name: string) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function';
  return {
    allowed,
    test: (value) => isObject(value) && lists.some((names) => names.every((name) => has(value, name))),
  };
}

function readEnvironment(environment: Environment, variable: string): SharedOptions {
  const json = environment[variable];
  if (json === undefined || json === '') return {};
  let options: SharedOptions;
  try {
    options = JSON.parse(json) as SharedOptions;
  } catch (cause) {
    throw new TypeError(`${variable} is not JSON; grantReadWrite sets it.`, { cause });
  }
  check(options, SHARED_RULES, variable, variable);
  refuse(findConflict(options), variable);
  return options;
}

function tableName(options: SessionFactoryOptions, environment: Environment, variable: string): string {
  const value = options.tableName ?? environment[variable];
  if (value === undefined || value === '') {
    throw new TypeError(`sessionFactory: there is no table name. Call grantReadWrite(fn) of the SessionTable, which sets ${variable}, or give the option tableName.`);
  }
  if (!RULES.tableName.test(value)) refuse({ option: variable, value, allowed: RULES.tableName.allowed }, 'sessionFactory');
  return value;
}

/** Holds options to their rules; one without a rule is none. */
function check(options: unknown, rules: OptionRules, what: string, where: string): void {
  if (!isRecord(options)) throw new TypeError(`sessionFactory: ${what}: an object of options is expected.`);
  for (const [option, value] of flattened(options)) {
    if (!Object.hasOwn(rules, option)) throw new TypeError(`sessionFactory: there is no ${what} ${JSON.stringify(option)}. ${adviceOn(option, Object.keys(rules))}`);
    const { allowed, test } = rules[option] as OptionRule;
    if (!test(value)) refuse({ option, value, allowed }, where);
  }
}

function adviceOn(option: string, known: readonly string[]): string {
  const meant = suggestName(option, known);
  return meant === undefined ? `There are ${known.join(', ')}.` : `Do you mean ${JSON.stringify(meant)}?`;
}

function refuse(problem: OptionProblem | undefined, where: string): void {
  if (problem === undefined) return;
  throw new TypeError(`${where}: ${problem.option} is ${describe(problem.value)}; allowed is ${problem.allowed}.`);
}

/** A value in a message: short, and of objects the kind alone. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'an array' : 'an object') : typeof value === 'function' ? 'a function' : String(value);
}

/** The options without those that are `undefined`, so that they do not hide what lies under them. */
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}
