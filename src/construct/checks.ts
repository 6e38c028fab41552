import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct, IConstruct } from 'constructs';
import type { SessionTableProps } from './session-table';
import { describeUnknown, isRecord, OptionNames } from '../option-rule';

/** An invalid prop: its value, and what is allowed. */
export interface Refusal {
  readonly prop: string;
  readonly value?: unknown;
  /** The value in words, if it does not show by itself. */
  readonly shown?: string;
  readonly allowed: string;
}

/**
 * Ends the synthesis with a message that names the construct, the prop, its value and what is allowed.
 *
 * @throws Error always
 */
export function refuse(scope: IConstruct, { prop, value, shown, allowed }: Refusal): never {
  const came = shown ?? (typeof value === 'string' ? JSON.stringify(value) : String(value));
  throw new Error(`${scope.node.path}: ${prop} is ${came}; allowed: ${allowed}`);
}

/**
 * Refuses props that do not exist, which only a caller without types can pass.
 *
 * @throws Error that names the first of them, and the one that was probably meant
 */
export function refuseUnknownProps(scope: IConstruct, props: object, names: OptionNames): void {
  checkObject(scope, props);
  const unknown = describeUnknown(props, names, 'prop');
  if (unknown !== undefined) throw new Error(`${scope.node.path}: ${unknown}`);
}

/** @throws Error for props that are no object, which only a caller without types can pass */
export function checkObject(scope: IConstruct, props: object): void {
  if (!isRecord(props)) refuse(scope, { prop: 'props', value: props, allowed: 'an object' });
}

/** What DynamoDB takes for a table's name. */
const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/**
 * Refuses props that could not be deployed, or would not do what was asked.
 *
 * @throws Error with the path, the prop, the value and what is allowed
 */
export function checkTableProps(scope: Construct, props: SessionTableProps): void {
  if (props.tableName !== undefined) checkTableName(scope, props.tableName);
  if (!Token.isUnresolved(Stack.of(scope).region)) return;
  const allowed = 'none in a stack without a Region; give the stack env: { region }';
  if (props.replicas?.length) {
    refuse(scope, { prop: 'replicas', value: props.replicas.map(({ region }) => region).join(', '), allowed });
  }
  if (props.encryption?.type === dynamodb.TableEncryption.CUSTOMER_MANAGED) {
    refuse(scope, { prop: 'encryption', shown: 'a customer key', allowed });
  }
}

/** @throws Error for a text that cannot be the name of a table */
export function checkTableName(scope: Construct, value: string | undefined): void {
  if (Token.isUnresolved(value) || (typeof value === 'string' && TABLE_NAME.test(value))) return;
  refuse(scope, { prop: 'tableName', value, allowed: '3 to 255 letters, digits, "_", "-" and "."' });
}

/** @throws Error for what is not a Duration, which only a caller without types can pass */
export function checkDuration(scope: IConstruct, prop: string, value: Duration): void {
  const isDuration = typeof (value as Partial<Duration> | null)?.toSeconds === 'function';
  if (!isDuration) refuse(scope, { prop, value, allowed: 'a Duration' });
}

/**
 * Converts the days of point-in-time recovery to the table's setting.
 *
 * @throws Error for anything but 1 to 35 whole days
 */
export function recovery(
  scope: Construct,
  period: Duration | undefined,
): dynamodb.PointInTimeRecoverySpecification | undefined {
  if (period === undefined) return undefined;
  checkDuration(scope, 'pointInTimeRecovery', period);
  const days = period.toDays({ integral: false });
  if (!Token.isUnresolved(days) && !(Number.isInteger(days) && days >= 1 && days <= 35)) {
    refuse(scope, { prop: 'pointInTimeRecovery', shown: `${days} days`, allowed: 'whole days from 1 to 35' });
  }
  return { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: days };
}

/** Warns at synth that replicas and backups can bring back ended sessions. */
export function warnOfReturningSessions(scope: Construct, props: SessionTableProps): void {
  const { replicas = [], pointInTimeRecovery } = props;
  const isBackedUp = replicas.some(
    (replica) => replica.pointInTimeRecovery || replica.pointInTimeRecoverySpecification?.pointInTimeRecoveryEnabled,
  );
  if (replicas.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-session-table:replicas',
      'Across Regions the last writer wins: conditions and transactions hold in one Region only, and a session that ' +
        'was ended in one Region can come back by a write in another. Send each visitor to one Region. ' +
        'See docs/global-tables-and-backups.md, and acknowledge this warning.',
    );
  }
  if (pointInTimeRecovery || isBackedUp) {
    Annotations.of(scope).addWarningV2(
      'cdk-session-table:pointInTimeRecovery',
      'A restored table holds sessions that have ended since the backup, and its TTL is off. After a restore set ' +
        'notBefore in the runtime and TTL on the table. See docs/global-tables-and-backups.md, and acknowledge this ' +
        'warning.',
    );
  }
}
