import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';
import { refuse } from './checks';
import { refuseOtherAccount, regionToTell, SessionAccess, SessionTarget } from './grants';
import { sharedOptionsJson } from './options';
import { DEFAULT_ENV_PREFIX, ENV } from '../contract';
import { ENV_PREFIX_RULE, EnvironmentOptions, SharedOptions } from '../settings';

/** What takes environment variables: a Lambda function, or a container of an ECS task. */
export interface IEnvironmentReceiver {
  /**
   * Sets one environment variable, replacing any earlier value.
   *
   * @param name the variable's name
   * @param value the variable's value
   */
  addEnvironment(name: string, value: string): void;
}

/** Which table wrote the variables of a prefix into a receiver, for all tables of the app. */
const tables = new WeakMap<object, Map<string, Construct>>();

/** What one table writes: its identity and its options. */
export interface EnvironmentSource {
  readonly scope: Construct;
  readonly prefix: string | undefined;
  readonly options: SharedOptions;
  readonly tableName: () => string;
  readonly target: () => SessionTarget;
}

interface Receipt {
  readonly receiver: IEnvironmentReceiver;
  readonly access: SessionAccess;
}

/**
 * The environment of one table, and which receivers have it with which access.
 *
 * A receiver may write if any grant says so: to itself, to its role, or to its aliases and versions, which share its
 * role. The order of the grants does not matter.
 */
export class SessionEnvironment {
  private readonly prefix: string;
  private readonly receipts = new Map<object, Receipt>();
  private readonly writingRoles: iam.IPrincipal[] = [];

  public constructor(private readonly source: EnvironmentSource) {
    this.prefix = source.prefix ?? DEFAULT_ENV_PREFIX;
    if (!ENV_PREFIX_RULE.test(this.prefix)) {
      refuse(source.scope, { prop: 'envPrefix', value: this.prefix, allowed: ENV_PREFIX_RULE.allowed });
    }
  }

  /** The variables of a reader in `place`. */
  public variables(place: IConstruct, options: EnvironmentOptions = this.source.options): { [name: string]: string } {
    const region = regionToTell(this.source.target(), place);
    const json = sharedOptionsJson(this.source.scope, options);
    return {
      [this.prefix + ENV.name]: this.source.tableName(),
      ...(region === undefined ? {} : { [this.prefix + ENV.region]: region }),
      ...(json === undefined ? {} : { [this.prefix + ENV.options]: json }),
    };
  }

  /** Writes the variables. A receiver that may write keeps that right, whatever grants follow. */
  public write(receiver: IEnvironmentReceiver, access: SessionAccess): void {
    const { scope, options } = this.source;
    const place = Construct.isConstruct(receiver) ? receiver : scope;
    refuseOtherAccount(scope, this.source.target(), Stack.of(place).account);
    this.refuseSecondTable(receiver);
    warnOfRuntime(receiver);
    const before = this.receipts.get(identity(receiver))?.access;
    const mayWrite = before === SessionAccess.READ_WRITE || this.hasWritingRole(receiver);
    const now = mayWrite ? SessionAccess.READ_WRITE : access;
    this.receipts.set(identity(receiver), { receiver, access: now });
    const variables = this.variables(place, withAccess(options, now, before));
    for (const [name, value] of Object.entries(variables)) receiver.addEnvironment(name, value);
  }

  /** Follows a grant: writes the variables into a function, or tells the receivers of a role that they may write. */
  public follow(grantee: iam.IGrantable, access: SessionAccess): void {
    const receiver = grantee instanceof lambda.QualifiedFunctionBase ? grantee.lambda : grantee;
    if (isReceiver(receiver)) return this.write(receiver, access);
    if (isFunction(receiver)) return this.warnOfFunction(receiver);
    if (access === SessionAccess.READ) return;
    this.writingRoles.push(grantee.grantPrincipal);
    for (const { receiver: told, access: before } of this.receipts.values()) {
      if (before === SessionAccess.READ && this.hasWritingRole(told)) this.write(told, access);
    }
  }

  private hasWritingRole(receiver: IEnvironmentReceiver): boolean {
    const own = roleOf(receiver);
    return own !== undefined && this.writingRoles.some((role) => isSameRole(own, role));
  }

  private refuseSecondTable(receiver: IEnvironmentReceiver): void {
    const { scope } = this.source;
    const known = tables.get(identity(receiver)) ?? new Map<string, Construct>();
    const other = known.get(this.prefix);
    if (other !== undefined && other !== scope) {
      const allowed = `a prefix of its own, since ${other.node.path} wrote its variables into the same function`;
      refuse(scope, { prop: 'envPrefix', value: this.prefix, allowed });
    }
    tables.set(identity(receiver), known.set(this.prefix, scope));
  }

  private warnOfFunction(fn: lambda.IFunction): void {
    Annotations.of(this.source.scope).addWarningV2(
      'cdk-session-table:environmentNotSet',
      `${fn.node.path} is a function whose environment cannot be written here: it is imported, or runs at the edge. ` +
        'Set the variables of the property "environment" where it is defined, and acknowledge this warning.',
    );
  }
}

/**
 * Read and write is the runtime's default. It is written only to replace a read-only option, since no receiver can
 * remove a variable.
 */
function withAccess(options: SharedOptions, now: SessionAccess, before: SessionAccess | undefined): EnvironmentOptions {
  if (now === SessionAccess.READ) return { ...options, access: 'read' };
  return before === SessionAccess.READ ? { ...options, access: 'readWrite' } : options;
}

/** Several objects can be one function: each SingletonFunction of a uuid is the same one. */
function identity(receiver: IEnvironmentReceiver): object {
  return (receiver as Partial<lambda.IFunction>).permissionsNode ?? receiver;
}

/** A Lambda function has the first, a container of an ECS task the second. */
interface WithRole {
  readonly grantPrincipal?: iam.IPrincipal;
  readonly taskDefinition?: { readonly taskRole?: iam.IPrincipal };
}

function roleOf(receiver: IEnvironmentReceiver): iam.IPrincipal | undefined {
  const { grantPrincipal, taskDefinition } = receiver as WithRole;
  return grantPrincipal ?? taskDefinition?.taskRole;
}

/** By ARN, since a role may be imported twice. */
function isSameRole(one: iam.IPrincipal, other: iam.IPrincipal): boolean {
  const [arn, otherArn] = [one, other].map((role) => (role as Partial<iam.IRole>).roleArn);
  return arn !== undefined && arn === otherArn;
}

/** Only the families that certainly have no Node.js: a container image or a custom runtime may have one. */
const OTHER_LANGUAGES = [
  lambda.RuntimeFamily.JAVA,
  lambda.RuntimeFamily.PYTHON,
  lambda.RuntimeFamily.DOTNET_CORE,
  lambda.RuntimeFamily.GO,
  lambda.RuntimeFamily.RUBY,
];

const OLDEST_NODE = 20;

function warnOfRuntime(receiver: IEnvironmentReceiver): void {
  const { runtime } = receiver as Partial<lambda.Function>;
  if (runtime === undefined || !Construct.isConstruct(receiver)) return;
  const version = Number(/^nodejs(\d+)/.exec(runtime.name)?.[1] ?? OLDEST_NODE);
  if (version >= OLDEST_NODE && (runtime.family === undefined || !OTHER_LANGUAGES.includes(runtime.family))) return;
  Annotations.of(receiver).addWarningV2(
    'cdk-session-table:runtime',
    `This function runs ${runtime.name}, and cdk-session-table/runtime needs Node.js ${OLDEST_NODE} or later. ` +
      'Change its runtime, or acknowledge this warning if its code opens no session.',
  );
}

function isReceiver(value: object): value is IEnvironmentReceiver {
  return typeof (value as Partial<IEnvironmentReceiver>).addEnvironment === 'function';
}

function isFunction(value: object): value is lambda.IFunction {
  return 'functionArn' in value && 'node' in value;
}
