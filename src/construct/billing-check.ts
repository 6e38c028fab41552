import { Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { refuse } from './refusal';
import { SessionTableProps } from './session-table-props';

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
