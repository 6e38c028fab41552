import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SessionCookieProps } from './session-cookie-props';
import { DEFAULT_ENV_PREFIX, ENV, KEY_ATTRIBUTE, OPERATIONS, TTL_ATTRIBUTE } from '../contract';

/** What takes environment variables: a Lambda function, or a container of an ECS task. */
export interface IEnvironmentReceiver {
  /** Sets one environment variable. */
  addEnvironment(name: string, value: string): void;
}

/** Properties of a SessionTable. */
export interface SessionTableProps {
  /**
   * The time without a request after which a session is dead, in whole seconds
   * from 1 second to 400 days.
   *
   * @default Duration.minutes(20)
   */
  readonly timeout?: Duration;

  /**
   * The time after which a request that only reads extends the session, which
   * costs one write. Shorter than `timeout`; zero extends it with each request.
   *
   * @default - 2 minutes, or a tenth of `timeout` where that is less
   */
  readonly reissueTime?: Duration;

  /**
   * The cookie that carries the session id.
   *
   * @default - `session_id`, path `/`, HttpOnly, `SameSite=Strict`, no Max-Age
   */
  readonly cookie?: SessionCookieProps;

  /**
   * The table's physical name.
   *
   * @default - made by CloudFormation
   */
  readonly tableName?: string;

  /**
   * What becomes of the table when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A DynamoDB table of web sessions, billed on demand.
 *
 * The partition key `sid` (binary) and the TTL attribute `exp` are what the
 * runtime of this package expects, and are fixed.
 */
export class SessionTable extends Construct {
  /** The table itself, for what this construct does not cover. */
  public readonly table: dynamodb.TableV2;

  private readonly options: string | undefined;

  public constructor(scope: Construct, id: string, props: SessionTableProps = {}) {
    super(scope, id);
    this.options = optionsJson(this, props);
    this.table = new dynamodb.TableV2(this, 'Resource', {
      partitionKey: { name: KEY_ATTRIBUTE, type: dynamodb.AttributeType.BINARY },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      billing: dynamodb.Billing.onDemand(),
      tableName: props.tableName,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  /** The ARN of the table. */
  public get tableArn(): string {
    return this.table.tableArn;
  }

  /** The name of the table. */
  public get tableName(): string {
    return this.table.tableName;
  }

  /** The environment variables that the runtime reads. */
  public get environment(): { [name: string]: string } {
    return {
      [DEFAULT_ENV_PREFIX + ENV.name]: this.tableName,
      ...(this.options === undefined ? {} : { [DEFAULT_ENV_PREFIX + ENV.options]: this.options }),
    };
  }

  /** Writes the environment that the runtime reads into what runs it. */
  public addEnvironment(receiver: IEnvironmentReceiver): void {
    for (const [name, value] of Object.entries(this.environment)) {
      receiver.addEnvironment(name, value);
    }
  }

  /**
   * Lets the grantee use sessions: GetItem, PutItem, UpdateItem and DeleteItem
   * on this table and nothing else. A Lambda function gets the environment too.
   */
  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    if (isEnvironmentReceiver(grantee)) this.addEnvironment(grantee);
    return iam.Grant.addToPrincipal({
      grantee,
      actions: OPERATIONS.map((operation) => `dynamodb:${operation}`),
      resourceArns: [this.tableArn],
    });
  }
}

function isEnvironmentReceiver(grantee: unknown): grantee is IEnvironmentReceiver {
  return typeof (grantee as Partial<IEnvironmentReceiver>).addEnvironment === 'function';
}

/** The options that the props fix, as the runtime reads them; none where no prop is set. */
function optionsJson(scope: Construct, props: SessionTableProps): string | undefined {
  const timeout = seconds(scope, 'timeout', props.timeout, 1);
  const reissueTime = seconds(scope, 'reissueTime', props.reissueTime, 0);
  const { maxAge, ...cookie } = props.cookie ?? {};
  const options = {
    timeout,
    reissueTime,
    cookie: props.cookie && { ...cookie, maxAge: seconds(scope, 'cookie.maxAge', maxAge, 1) },
  };
  const set = Object.values(options).some((value) => value !== undefined);
  return set ? Stack.of(scope).toJsonString(options) : undefined;
}

function seconds(scope: Construct, prop: string, value: Duration | undefined, least: number): number | undefined {
  if (value === undefined || value.isUnresolved()) return value?.toSeconds();
  const count = value.toSeconds({ integral: false });
  if (!Number.isInteger(count) || count < least || count > 34_560_000) {
    throw new Error(`${scope.node.path}: ${prop} is ${count} seconds; whole seconds from ${least} to 34560000 (400 days) are allowed`);
  }
  return Token.asNumber(count);
}
