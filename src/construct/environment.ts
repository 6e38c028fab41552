import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';
import { refuse } from './checks';
import { refuseOtherAccount, regionToTell, SessionAccess, SessionTarget } from './grants';
import { sharedOptionsJson } from './options';
import { DEFAULT_ENV_PREFIX, ENV } from '../contract';
import { ENV_PREFIX_RULE, EnvironmentOptions, SharedOptions } from '../settings';

/** Who wrote the variables of a prefix into a receiver, of all tables of the app. */
const writers = new WeakMap<object, Map<string, Construct>>();

/** What one table writes: its own identity, and the options that travel. */
export interface EnvironmentSource {
  readonly scope: Construct;
  readonly prefix: string | undefined;
  readonly options: SharedOptions;
}

/** The environment of one table, and who has it with which access. */
export class SessionEnvironment {
  private readonly prefix: string;
  private readonly granted = new WeakMap<object, SessionAccess>();

  public constructor(private readonly source: EnvironmentSource) {
    this.prefix = source.prefix ?? DEFAULT_ENV_PREFIX;
    if (!ENV_PREFIX_RULE.test(this.prefix)) {
      refuse(source.scope, { prop: 'envPrefix', value: this.prefix, allowed: ENV_PREFIX_RULE.allowed });
    }
  }

  /** The variables of a reader in `place`. */
  public variables(place: IConstruct, tableName: string, target: SessionTarget): { [name: string]: string } {
    return this.named(tableName, regionToTell(target, place), this.source.options);
  }

  /** Whether the receiver has this table's variables. */
  public isIn(receiver: object): boolean {
    return this.granted.has(receiver);
  }

  /** Writes the variables. A receiver that may once write keeps that right, whatever comes after. */
  public write(receiver: IEnvironmentReceiver, access: SessionAccess, tableName: string, target: SessionTarget): void {
    const { scope } = this.source;
    const place = Construct.isConstruct(receiver) ? receiver : scope;
    refuseOtherAccount(scope, target, Stack.of(place).account);
    this.refuseSecondTable(receiver);
    const before = this.granted.get(receiver);
    const now = before === SessionAccess.READ_WRITE ? before : access;
    this.granted.set(receiver, now);
    const variables = this.named(tableName, regionToTell(target, place), withAccess(this.source.options, now, before));
    for (const [name, value] of Object.entries(variables)) receiver.addEnvironment(name, value);
  }

  private named(tableName: string, region: string | undefined, options: EnvironmentOptions): { [name: string]: string } {
    const json = sharedOptionsJson(this.source.scope, options);
    return {
      [this.prefix + ENV.name]: tableName,
      ...(region === undefined ? {} : { [this.prefix + ENV.region]: region }),
      ...(json === undefined ? {} : { [this.prefix + ENV.options]: json }),
    };
  }

  private refuseSecondTable(receiver: IEnvironmentReceiver): void {
    const { scope } = this.source;
    const known = writers.get(receiver) ?? new Map<string, Construct>();
    const other = known.get(this.prefix);
    if (other !== undefined && other !== scope) {
      const allowed = `a prefix of its own, since ${other.node.path} has written this one's variables into the same function`;
      refuse(scope, { prop: 'envPrefix', value: this.prefix, allowed });
    }
    writers.set(receiver, known.set(this.prefix, scope));
  }
}

/**
 * Read and write is the runtime's default and is not written, except to take the
 * place of a read-only option that is there: no receiver can remove a variable.
 */
function withAccess(options: SharedOptions, now: SessionAccess, before: SessionAccess | undefined): EnvironmentOptions {
  if (now === SessionAccess.READ) return { ...options, access: 'read' };
  return before === SessionAccess.READ ? { ...options, access: 'readWrite' } : options;
}

/** What takes environment variables: a Lambda function, or a container of an ECS task. */
export interface IEnvironmentReceiver {
  /**
   * Sets one environment variable, in place of an earlier one of that name.
   *
   * @param name the variable's name
   * @param value the variable's value
   */
  addEnvironment(name: string, value: string): void;
}

/**
 * What to tell of a grantee that is a Lambda function whose environment cannot be
 * written through it: an alias or a version (the environment belongs to the
 * function) or an imported function. Nothing for every other grantee.
 */
export function unreachedFunction(grantee: object, hasEnvironment: (fn: object) => boolean): string | undefined {
  if (!isFunction(grantee)) return undefined;
  const underlying = 'lambda' in grantee ? grantee.lambda : undefined;
  if (isFunction(underlying)) {
    if (hasEnvironment(underlying)) return undefined;
    return `${grantee.node.path} is an alias or a version and takes no environment. Call addEnvironment with the function ${underlying.node.path} before this grant.`;
  }
  return `${grantee.node.path} is an imported function, whose environment cannot be written here. Set the variables of the property "environment" where it is defined, and acknowledge this warning.`;
}

function isFunction(value: unknown): value is lambda.IFunction {
  return typeof value === 'object' && value !== null && 'functionArn' in value && 'node' in value;
}
