import { parseArgs } from 'node:util';
import { ENV, DEFAULT_ENV_PREFIX } from '../contract';
import { DEFAULTS, EnvironmentOptions, isRecord, SHARED_RULES } from '../settings';
import type { DoctorOptions } from './doctor';
import type { SessionCommandOptions } from './sessions';

/** What a command uses of its surroundings. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads standard input to its end. */
  readonly input: () => string;
  /** Writes a line to standard output. */
  readonly out: (line: string) => void;
  /** Writes a line to standard error. */
  readonly error: (line: string) => void;
}

/** 0: all is well. 1: something was found, or there is no such session. 2: the command could not do its work. */
export type ExitCode = 0 | 1 | 2;

/** A mistake at the command line. */
export class UsageError extends Error {}

const USAGE = `cdk-session-table doctor  --table NAME [--not-before SECONDS]    Is the table set up for sessions?
cdk-session-table inspect --table NAME --cookie -               What is stored of a session? Never its values.
cdk-session-table end     --table NAME --cookie -               End a session.
cdk-session-table end     --table NAME --user ID                End all sessions of a user.

  --table NAME           the table's name or ARN; SESSION_TABLE_NAME otherwise
  --region REGION        SESSION_TABLE_REGION, or the SDK's own way, otherwise
  --cookie -             read the Cookie header, or the id alone, from standard input
  --cookie-name NAME     the name of the id cookie; that of SESSION_TABLE_OPTIONS, or session_id, otherwise
  --namespace NAME       the namespace of the sessions, where they have one; that of SESSION_TABLE_OPTIONS otherwise
  --not-before SECONDS   the notBefore that your handlers use

Exit code: 0 all is well; 1 something was found, or there is no such session; 2 the command could not do its work.
It uses your own credentials, as the AWS CLI does.`;

const OPTIONS = {
  'table': { type: 'string' },
  'region': { type: 'string' },
  'cookie': { type: 'string' },
  'cookie-name': { type: 'string' },
  'user': { type: 'string' },
  'namespace': { type: 'string' },
  'not-before': { type: 'string' },
  'help': { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** Runs one command. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    const { values, positionals: [command, ...more] } = parse(args);
    if (values.help === true) {
      surroundings.out(USAGE);
      return 0;
    }
    if (more.length > 0) {
      throw new UsageError('Give one command at a time. Pass a cookie on standard input: --cookie -');
    }
    return await runCommand(command, values, surroundings);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    surroundings.error(error.message);
    if (error instanceof UsageError) surroundings.error(`\n${USAGE}`);
    return 2;
  }
}

async function runCommand(command: string | undefined, values: Values, surroundings: Surroundings): Promise<ExitCode> {
  if (command !== 'doctor' && command !== 'inspect' && command !== 'end') {
    throw new UsageError('The commands are doctor, inspect and end.');
  }
  const of = (name: keyof typeof ENV) => surroundings.environment[DEFAULT_ENV_PREFIX + ENV[name]];
  const tableName = values.table ?? of('name');
  if (tableName === undefined || tableName === '') throw new UsageError('Which table? Give --table NAME.');
  const common = { tableName, region: values.region ?? (of('region') || undefined) };
  if (command === 'doctor') {
    const { doctor } = await loaded(() => import('./doctor'));
    return doctor({ ...common, notBefore: secondsOf(values['not-before']) } satisfies DoctorOptions, surroundings);
  }
  const { inspect, end, endUser } = await loaded(() => import('./sessions'));
  const shared = optionsOf(of('options'));
  const {
    namespace = shared.namespace,
    cookie,
    user,
    'cookie-name': cookieName = shared.cookie?.name ?? DEFAULTS.cookie.name,
  } = values;
  if (namespace !== undefined && !SHARED_RULES.namespace.test(namespace)) {
    throw new UsageError(`--namespace takes ${SHARED_RULES.namespace.allowed}.`);
  }
  const options: SessionCommandOptions = { ...common, namespace, cookieName };
  if (command === 'end' && user !== undefined && cookie === undefined) return endUser(options, user, surroundings);
  if (cookie !== '-' || user !== undefined) {
    throw new UsageError(
      `${command}: give --cookie -${command === 'end' ? ' or --user ID' : ''}. A cookie comes from standard input, so that no shell remembers it.`,
    );
  }
  return command === 'inspect' ? inspect(options, surroundings) : end(options, surroundings);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's message names the option, and what came instead of it may be a cookie.
    const { code } = error as { readonly code?: string };
    throw new UsageError(
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? 'One of the options is unknown.'
        : 'An option lacks its value, or has one too many.',
    );
  }
}

/** What the handlers are told of their sessions, in an environment such as theirs. */
function optionsOf(json: string | undefined): EnvironmentOptions {
  if (json === undefined || json === '') return {};
  try {
    const options: unknown = JSON.parse(json);
    if (isRecord(options)) return options;
  } catch {
    // Said below.
  }
  throw new UsageError(`${DEFAULT_ENV_PREFIX + ENV.options} is not a JSON object.`);
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new UsageError('--not-before takes seconds since the epoch.');
  return Number(text);
}

/** Loads a command with the SDK, which may not be installed. */
async function loaded<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('This needs the AWS SDK: npm install --save-dev @aws-sdk/client-dynamodb', { cause: error });
  }
}
