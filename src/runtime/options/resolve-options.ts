import { randomBytes } from 'node:crypto';
import { SessionFactoryOptions } from './factory-options';
import { DEFAULT_ENV_PREFIX, ENV } from '../../contract';
import {
  describeUnknown,
  findProblem,
  isRecord,
  OptionProblem,
  OptionRule,
  OptionRules,
  RulesOf,
  text,
  wholeNumber,
} from '../../option-rule';
import {
  ENV_PREFIX_RULE,
  ENVIRONMENT_RULES,
  EnvironmentOptions,
  findConflict,
  ResolvedSettings,
  SHARED_RULES,
  withDefaults,
} from '../../settings';
import { ClientOfSdk, SessionClient } from '../client/session-client';
import { Clock, RandomBytes, systemClock } from '../clock';
import type { SessionMigration } from './session-migration';
import { Codec, jsonCodec } from '../session/codec';
import { Lifetime } from '../table/lifetime';

/** Options with every default in place. */
export interface ResolvedOptions extends Omit<ResolvedSettings, 'access'> {
  readonly tableName: string;
  readonly region: string | undefined;
  readonly client: SessionClient | ClientOfSdk | undefined;
  readonly lifetime: Lifetime;
  readonly isReadOnly: boolean;
  readonly codec: Codec;
  readonly deadline: number;
  readonly migrateFrom: SessionMigration | undefined;
  readonly onEvent: SessionFactoryOptions['onEvent'] | undefined;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PORT_METHODS = ['getItem', 'putItem', 'updateItem', 'deleteItem'];

const CLIENT_RULE: OptionRule = {
  allowed: 'a DynamoDBClient, a DynamoDB, a DynamoDBDocumentClient or a SessionClient',
  test: (value) => isSdkClient(value) || hasMethods(value, PORT_METHODS),
};

const TABLE_RULE = text(
  /^(?:[\w.-]{3,255}|arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255})$/,
  'the name or the ARN of a table',
);

/** What code may set. */
const RULES: RulesOf<SessionFactoryOptions> = {
  ...SHARED_RULES,
  tableName: TABLE_RULE,
  region: text(/^[a-z0-9-]{1,64}$/, 'the name of a Region, such as "eu-west-1"'),
  client: CLIENT_RULE,
  notBefore: wholeNumber(0, 9_999_999_999, 'seconds since the epoch'),
  codec: withMethods('stringify', 'parse'),
  migrateFrom: {
    allowed: 'what connectDynamoDb() of cdk-session-table/connect-dynamodb returns',
    test: (value) => hasMethods(value, ['connect']),
  },
  deadline: wholeNumber(1, 900_000, 'milliseconds'),
  onEvent: { allowed: 'a function', test: (value) => typeof value === 'function' },
  clock: withMethods('now', 'after', 'sleep'),
  envPrefix: ENV_PREFIX_RULE,
};

/**
 * Reads the options from the code, then the environment, then the defaults, and checks them.
 *
 * @throws TypeError that names the option, what came and what is allowed
 */
export function resolveOptions(options: SessionFactoryOptions, environment: Environment): ResolvedOptions {
  check(options, RULES, 'option', 'sessionFactory');
  if (options.client !== undefined && options.region !== undefined) {
    const allowed = 'none with client, which has a Region of its own';
    refuse({ option: 'region', value: options.region, allowed }, 'sessionFactory');
  }
  const prefix = options.envPrefix ?? DEFAULT_ENV_PREFIX;
  const { access, ...settings } = withDefaults(merged(readEnvironment(environment, prefix + ENV.options), options));
  const { timeout, reissueTime, absoluteTimeout, cookie } = settings;
  // A cookie of ours that is malformed or dead would hide theirs, and theirs is always malformed to us.
  if (options.migrateFrom?.cookieName === cookie.name) {
    refuse(
      {
        option: 'cookie.name',
        value: cookie.name,
        allowed: 'another name than that of the cookie that migrateFrom reads',
      },
      'sessionFactory',
    );
  }
  const tableName = tableNameOf(options, environment, prefix + ENV.name);
  return {
    ...settings,
    tableName,
    // The fourth part of an ARN is its Region; a name has no colon.
    region: options.region ?? (environment[prefix + ENV.region] || tableName.split(':')[3]),
    client: options.client,
    lifetime: new Lifetime({ timeout, reissueTime, absoluteTimeout, notBefore: options.notBefore ?? 0 }),
    isReadOnly: access === 'read',
    codec: options.codec ?? jsonCodec,
    deadline: options.deadline ?? 3000,
    migrateFrom: options.migrateFrom,
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
    random: randomBytes,
  };
}

/**
 * Whether a client is the AWS SDK's.
 *
 * Its method `send` decides: the SDK's `DynamoDB` has `getItem` and the other methods of the port too, and they behave
 * differently.
 */
export function isSdkClient(client: unknown): client is ClientOfSdk {
  return hasMethods(client, ['send']);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  // A class counts too: superjson offers its methods as those of a class.
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}

function withMethods(...names: readonly string[]): OptionRule {
  return { allowed: `an object with the methods ${names.join(', ')}`, test: (value) => hasMethods(value, names) };
}

function readEnvironment(environment: Environment, variable: string): EnvironmentOptions {
  const json = environment[variable];
  if (json === undefined || json === '') return {};
  let options: EnvironmentOptions;
  try {
    options = JSON.parse(json) as EnvironmentOptions;
  } catch (cause) {
    throw new TypeError(`${variable} is not JSON; grantReadWrite sets it.`, { cause });
  }
  check(options, ENVIRONMENT_RULES, variable, variable);
  refuse(findConflict(options), variable);
  return options;
}

/** Code takes precedence over the environment, for each part of the cookie on its own. */
function merged(environment: EnvironmentOptions, code: SessionFactoryOptions): EnvironmentOptions {
  const cookie = { ...environment.cookie, ...defined(code.cookie ?? {}) };
  const isShared = ([name]: [string, unknown]) => Object.hasOwn(SHARED_RULES, name);
  const ofCode = Object.fromEntries(Object.entries(defined(code)).filter(isShared));
  const options: EnvironmentOptions = { ...environment, ...ofCode, cookie };
  refuse(findConflict(options), 'sessionFactory');
  return options;
}

function tableNameOf(options: SessionFactoryOptions, environment: Environment, variable: string): string {
  const value = options.tableName ?? environment[variable];
  if (value === undefined || value === '') {
    throw new TypeError(
      'sessionFactory: there is no table name. Call grantReadWrite(fn) of the SessionTable, which sets ' +
        `${variable}, or pass the option tableName.`,
    );
  }
  if (!TABLE_RULE.test(value)) refuse({ option: variable, value, allowed: TABLE_RULE.allowed }, 'sessionFactory');
  return value;
}

/** Holds options to their rules. */
function check(options: unknown, rules: OptionRules, kind: string, where: string): void {
  if (!isRecord(options)) throw new TypeError(`${where}: options are ${describe(options)}; allowed is an object.`);
  const unknown = describeUnknown(options, rules, kind);
  if (unknown !== undefined) throw new TypeError(`sessionFactory: ${unknown}`);
  refuse(findProblem(options, rules), where);
}

function refuse(problem: OptionProblem | undefined, where: string): void {
  if (problem === undefined) return;
  throw new TypeError(`${where}: ${problem.option} is ${describe(problem.value)}; allowed is ${problem.allowed}.`);
}

/** A value in a message: short, and only the kind of an object. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}

/** The options without those that are `undefined`, which would hide what lies under them. */
function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}
