import { Aws, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { refuse } from './refusal';

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
  return regions.map((region) => Stack.of(scope).formatArn({ service: 'dynamodb', region, resource: 'table', resourceName: tableName }));
}

/** Whether two environments' parts differ for certain: tokens are known at deployment only. */
export function differ(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

/**
 * The Region that a client in `receiver` has to be told, or nothing where its own
 * will do: the table, or a replica, is there.
 */
export function regionToTell(target: SessionTarget, receiver: IConstruct): string | undefined {
  const own = Stack.of(receiver).region;
  const near = [own, Aws.REGION].includes(target.region) || target.replicaRegions.includes(own);
  return near ? undefined : target.region;
}

/**
 * Refuses what is in another account than the table: an identity's policy alone
 * does not reach across accounts, and a policy on the table that names the
 * identity makes a template that cannot be deployed.
 *
 * @throws Error where the accounts are known and differ
 */
export function refuseOtherAccount(scope: Construct, target: SessionTarget, account: string | undefined): void {
  if (account === undefined || !differ(account, target.account)) return;
  refuse(scope, { prop: 'grantee', shown: `in account ${account}`, allowed: `what is in the table's own account ${target.account}` });
}
