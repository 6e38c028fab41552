import { Annotations, Arn, ArnFormat, Aws, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct, IConstruct } from 'constructs';
import { refuse } from './checks';
import { OPERATIONS } from '../contract';

/** What a function may do with sessions. */
export enum SessionAccess {
  /** Open sessions; neither extend nor change them. */
  READ = 'read',
  /** Open, create, change, extend and end sessions. */
  READ_WRITE = 'readWrite',
}

const ACTIONS: Readonly<Record<SessionAccess, readonly string[]>> = {
  [SessionAccess.READ]: ['GetItem'],
  [SessionAccess.READ_WRITE]: OPERATIONS,
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

const MIGRATION_ACTIONS = ['GetItem', 'DeleteItem'];

/**
 * What DynamoDB asks of KMS on the caller's behalf, each by its name: a wildcard would allow more.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const KEY_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_ACTIONS: Readonly<Record<SessionAccess, readonly string[]>> = {
  [SessionAccess.READ]: KEY_READ,
  [SessionAccess.READ_WRITE]: [
    ...KEY_READ,
    'kms:Encrypt',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
};

/** What a grant is about: the table, and the customer managed key if there is one. */
export interface GrantSubject {
  readonly scope: Construct;
  readonly target: SessionTarget;
  readonly encryptionKey: kms.IKey | undefined;
}

/** Lets the grantee do exactly what the runtime does, on the table, its replicas and their keys. */
export function grantSessions(subject: GrantSubject, grantee: iam.IGrantable, access: SessionAccess): iam.Grant {
  const { target } = subject;
  refuseOtherAccount(subject.scope, target, grantee.grantPrincipal.principalAccount);
  const keyActions = [...KEY_ACTIONS[access]];
  const grant = allow(subject, grantee, { actions: ACTIONS[access], arns: target.tableArns, keyActions });
  if (target.replicaKeyArns.length === 0) return grant;
  return grant.combine(
    iam.Grant.addToPrincipal({ grantee, actions: keyActions, resourceArns: [...target.replicaKeyArns] }),
  );
}

/** Lets the grantee read the table's stream, and decrypt it with the table's key. */
export function grantStream(subject: GrantSubject, grantee: iam.IGrantable, streamArn: string): iam.Grant {
  return allow(subject, grantee, { actions: STREAM_ACTIONS, arns: [streamArn], keyActions: KEY_READ });
}

/** Lets the grantee move in the sessions of another table: read a row, and delete it. */
export function grantMigration(subject: GrantSubject, grantee: iam.IGrantable, oldTable: dynamodb.ITable): iam.Grant {
  const { scope, target } = subject;
  const allowed = `a DynamoDB table in the session table's own Region ${target.region}, where the runtime's client looks for it`;
  if (typeof (oldTable as Partial<dynamodb.ITable> | undefined)?.tableArn !== 'string') {
    refuse(scope, { prop: 'oldTable', shown: 'not a table', allowed });
  }
  // The `env` of a table imported by its ARN is its stack's.
  const { tableArn, env } = oldTable;
  const place = Token.isUnresolved(tableArn) ? env : Arn.split(tableArn, ArnFormat.SLASH_RESOURCE_NAME);
  const { account = env.account, region = env.region } = place;
  if (differ(region, target.region) && !target.replicaRegions.includes(region)) {
    refuse(scope, { prop: 'oldTable', shown: `in ${region}`, allowed });
  }
  // The runtime gets only the table's name, which means a table in the function's own account.
  refuseOtherAccount(scope, { ...target, account }, grantee.grantPrincipal.principalAccount);
  const from = { scope, target, encryptionKey: oldTable.encryptionKey };
  return allow(from, grantee, { actions: MIGRATION_ACTIONS, arns: [tableArn], keyActions: KEY_READ });
}

interface Allowed {
  readonly actions: readonly string[];
  readonly arns: readonly string[];
  readonly keyActions: readonly string[];
}

function allow(subject: GrantSubject, grantee: iam.IGrantable, { actions, arns, keyActions }: Allowed): iam.Grant {
  const grant = iam.Grant.addToPrincipal({
    grantee,
    actions: actions.map((action) => `dynamodb:${action}`),
    resourceArns: [...arns],
  });
  if (!grant.success || isImmutable(grantee)) warnOfNoEffect(subject.scope, actions);
  // Of who takes no policy a key would note in its own policy that it is open to them.
  if (subject.encryptionKey === undefined || !grant.success) return grant;
  const keyGrant = subject.encryptionKey.grant(grantee, ...keyActions);
  if (!keyGrant.success) warnOfKey(subject.scope, keyActions);
  return grant.combine(keyGrant);
}

/** An immutable imported role accepts every statement and drops it; only its class shows that. */
function isImmutable(grantee: iam.IGrantable): boolean {
  const { PROPERTY_INJECTION_ID } = grantee.grantPrincipal.constructor as { PROPERTY_INJECTION_ID?: string };
  return PROPERTY_INJECTION_ID === 'aws-cdk-lib.aws-iam.ImmutableRole';
}

function warnOfNoEffect(scope: Construct, actions: readonly string[]): void {
  Annotations.of(scope).addWarningV2(
    'cdk-session-table:grantWithoutEffect',
    'A grant on this table had no effect: the grantee takes no policy, like an imported role that is immutable or in ' +
      `another account. Allow it ${actions.join(', ')} where it is defined, and acknowledge this warning.`,
  );
}

/** A key that was imported by its alias drops every grant, unless a feature flag of CDK says otherwise. */
function warnOfKey(scope: Construct, actions: readonly string[]): void {
  Annotations.of(scope).addWarningV2(
    'cdk-session-table:keyGrantWithoutEffect',
    "A grant on the customer's key had no effect, so the table cannot be read: a key that is imported by its alias takes "
      + `none. Import it by its ARN, or allow ${actions.join(', ')} where it is defined, and acknowledge this warning.`,
  );
}

/** Where a table is, and what a grant on it has to cover. */
export interface SessionTarget {
  /** The account of the table. May be a token. */
  readonly account: string;
  /** The Region of the table. May be a token. */
  readonly region: string;
  /** The Regions of its replicas. */
  readonly replicaRegions: readonly string[];
  /** The ARNs of the table and of its replicas. */
  readonly tableArns: readonly string[];
  /** The ARNs of the replicas' keys. */
  readonly replicaKeyArns: readonly string[];
}

/** The ARNs of a table's replicas. */
export function replicaArns(scope: Construct, tableName: string, regions: readonly string[]): string[] {
  const table = { service: 'dynamodb', resource: 'table', resourceName: tableName };
  return regions.map((region) => Stack.of(scope).formatArn({ ...table, region }));
}

/** Whether two accounts or Regions certainly differ: tokens are known only at deployment. */
export function differ(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

/** The Region to tell a client in `receiver`; nothing if the table or a replica is in its own. */
export function regionToTell(target: SessionTarget, receiver: IConstruct): string | undefined {
  const own = Stack.of(receiver).region;
  const isNear = [own, Aws.REGION].includes(target.region) || target.replicaRegions.includes(own);
  return isNear ? undefined : target.region;
}

/**
 * Refuses a grantee in another account than the table.
 *
 * An identity's policy alone does not reach across accounts, and a policy on the table that names the identity makes a
 * template that cannot be deployed.
 *
 * @throws Error if the accounts are known and differ
 */
export function refuseOtherAccount(scope: Construct, target: SessionTarget, account: string | undefined): void {
  if (account === undefined || !differ(account, target.account)) return;
  const allowed = `one in the table's own account ${target.account}`;
  refuse(scope, { prop: 'grantee', shown: `in account ${account}`, allowed });
}
