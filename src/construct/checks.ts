import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct, IConstruct } from 'constructs';
import type { SessionTableProps } from './session-table';

/** What DynamoDB takes for a table's name. */
const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/**
 * Refuses what could not be deployed, or would not be what was asked for.
 *
 * @throws Error with the path, the prop, the value and what is allowed
 */
export function checkTableProps(scope: Construct, props: SessionTableProps): void {
  if (props.tableName !== undefined) checkTableName(scope, props.tableName);
  checkBilling(scope, props);
  const regionless = Token.isUnresolved(Stack.of(scope).region);
  const allowed = 'none in a stack without a Region; give the stack env: { region }';
  if (regionless && props.replicas?.length) {
    refuse(scope, { prop: 'replicas', value: props.replicas.map(({ region }) => region).join(', '), allowed });
  }
  if (regionless && props.encryption?.type === dynamodb.TableEncryption.CUSTOMER_MANAGED) {
    refuse(scope, { prop: 'encryption', shown: 'a customer key', allowed });
  }
}

/** @throws Error for a text that cannot be the name of a table */
export function checkTableName(scope: Construct, value: string | undefined): void {
  if (Token.isUnresolved(value) || (typeof value === 'string' && TABLE_NAME.test(value))) return;
  refuse(scope, { prop: 'tableName', value, allowed: '3 to 255 letters, digits, "_", "-" and "."' });
}

/**
 * The days of point-in-time recovery as the table takes them.
 *
 * @throws Error for other than 1 to 35 whole days
 */
export function recovery(scope: Construct, period: Duration | undefined): dynamodb.PointInTimeRecoverySpecification | undefined {
  if (period === undefined) return undefined;
  const days = period.toDays({ integral: false });
  if (!Token.isUnresolved(days) && !(Number.isInteger(days) && days >= 1 && days <= 35)) {
    refuse(scope, { prop: 'pointInTimeRecovery', shown: `${days} days`, allowed: 'whole days from 1 to 35' });
  }
  return { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: days };
}

/** Says at synth what replicas and backups mean for sessions that have ended. */
export function warnOfReturningSessions(scope: Construct, { replicas = [], pointInTimeRecovery }: SessionTableProps): void {
  const backedUp = replicas.some((replica) => replica.pointInTimeRecovery || replica.pointInTimeRecoverySpecification?.pointInTimeRecoveryEnabled);
  if (replicas.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-session-table:replicas',
      'The last writer wins across Regions, so a session that was ended in one Region can come back by a write in another. Send each visitor to one Region. See docs/global-tables-and-backups.md, and acknowledge this warning.',
    );
  }
  if (pointInTimeRecovery || backedUp) {
    Annotations.of(scope).addWarningV2(
      'cdk-session-table:pointInTimeRecovery',
      'A restored table holds sessions that have ended since, and its TTL is off. After a restore set notBefore in the runtime and TTL on the table. See docs/global-tables-and-backups.md, and acknowledge this warning.',
    );
  }
}

/**
 * Refuses throughput that CDK would drop without a word or that DynamoDB would
 * refuse at deployment only.
 *
 * @throws Error for a capacity or maximum that is no whole number of 1 and more, and for a maximum beside provisioned capacity
 */
export function checkBilling(scope: Construct, { billing, replicas = [] }: SessionTableProps): void {
  if (billing) {
    checkUnits(scope, 'billing (reads)', billing._renderReadCapacity?.());
    checkUnits(scope, 'billing (writes)', billing._renderWriteCapacity?.());
  }
  for (const { region, readCapacity, maxReadRequestUnits } of replicas) {
    checkUnits(scope, `replicas[${region}].readCapacity`, readCapacity?._renderReadCapacity?.());
    const prop = `replicas[${region}].maxReadRequestUnits`;
    checkUnits(scope, prop, maxReadRequestUnits);
    if (maxReadRequestUnits !== undefined && billing?.mode === dynamodb.BillingMode.PROVISIONED) {
      refuse(scope, { prop, value: maxReadRequestUnits, allowed: 'none with provisioned billing' });
    }
  }
}

/** Looks at every number of what a Billing or Capacity renders, since neither shows its figures otherwise. */
function checkUnits(scope: Construct, prop: string, rendered: unknown): void {
  if (Token.isUnresolved(rendered)) return;
  if (typeof rendered === 'object' && rendered !== null) {
    for (const [name, value] of Object.entries(rendered)) checkUnits(scope, `${prop}.${name}`, value);
  } else if (typeof rendered === 'number' && !(Number.isSafeInteger(rendered) && rendered >= 1)) {
    refuse(scope, { prop, value: rendered, allowed: 'a whole number, 1 or more' });
  }
}

/** A prop that cannot be used: what came, and what is allowed. */
export interface Refusal {
  readonly prop: string;
  readonly value?: unknown;
  /** The value in words, where it does not show by itself. */
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
