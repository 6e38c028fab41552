import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SessionAccess } from './session-access';
import { refuseOtherAccount, SessionTarget } from './session-target';
import { OPERATIONS } from '../contract';

const ACTIONS: Readonly<Record<SessionAccess, readonly string[]>> = {
  [SessionAccess.READ]: ['GetItem'],
  [SessionAccess.READ_WRITE]: OPERATIONS,
};

/**
 * What DynamoDB asks KMS for on the caller's behalf, each by its name: a wildcard
 * would hold more.
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

/** What a grant is about: the table, and the customer's key where there is one. */
export interface GrantSubject {
  readonly scope: Construct;
  readonly target: SessionTarget;
  readonly encryptionKey: kms.IKey | undefined;
}

/** Lets the grantee do exactly what the runtime does, on the table, its replicas and their keys. */
export function grantSessions(subject: GrantSubject, grantee: iam.IGrantable, access: SessionAccess): iam.Grant {
  const { scope, target, encryptionKey } = subject;
  refuseOtherAccount(scope, target, grantee.grantPrincipal.principalAccount);
  let grant = iam.Grant.addToPrincipal({
    grantee,
    actions: ACTIONS[access].map((operation) => `dynamodb:${operation}`),
    resourceArns: [...target.tableArns],
  });
  const keyActions = [...KEY_ACTIONS[access]];
  if (encryptionKey) grant = grant.combine(encryptionKey.grant(grantee, ...keyActions));
  if (target.replicaKeyArns.length > 0) {
    grant = grant.combine(iam.Grant.addToPrincipal({ grantee, actions: keyActions, resourceArns: [...target.replicaKeyArns] }));
  }
  if (!grant.success || isImmutable(grantee)) warnOfNoEffect(scope, access);
  return grant;
}

/** A role that was imported as immutable takes every statement and drops it; only its class tells. */
function isImmutable(grantee: iam.IGrantable): boolean {
  const { PROPERTY_INJECTION_ID } = grantee.grantPrincipal.constructor as { PROPERTY_INJECTION_ID?: string };
  return PROPERTY_INJECTION_ID === 'aws-cdk-lib.aws-iam.ImmutableRole';
}

function warnOfNoEffect(scope: Construct, access: SessionAccess): void {
  Annotations.of(scope).addWarningV2(
    'cdk-session-table:grantWithoutEffect',
    `A grant on this table had no effect: the grantee takes no policy, as an imported role that is immutable or in another account. Give it ${ACTIONS[access].join(', ')} where it is defined, and acknowledge this warning.`,
  );
}
