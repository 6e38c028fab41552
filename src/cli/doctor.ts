import {
  type ContinuousBackupsDescription,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type TableDescription,
  type TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import { KEY_ATTRIBUTE, KEY_TYPE, TTL_ATTRIBUTE } from '../contract';
import type { ExitCode, Surroundings } from './run';

/** What the doctor looks at. */
export interface DoctorOptions {
  readonly tableName: string;
  readonly region: string | undefined;
  /** The `notBefore` of the handlers, in epoch seconds. */
  readonly notBefore: number | undefined;
}

/** One result: what was found and, unless that is fine, why it matters and how to fix it. */
interface Finding {
  readonly subject: string;
  /** `wrong`: sessions do not work, or do not end. `look`: they work, but maybe not as you want. */
  readonly grade: 'ok' | 'look' | 'wrong';
  readonly text: string;
  /** A command of the AWS CLI. */
  readonly mend?: string;
}

/** What the calls returned; `undefined` where a permission is missing. */
interface Facts {
  readonly name: string;
  readonly notBefore: number | undefined;
  readonly table: TableDescription | undefined;
  readonly ttl: TimeToLiveDescription | undefined;
  readonly backups: ContinuousBackupsDescription | undefined;
}

/** Looks at a table's settings and says what to do. Reads no item. */
export async function doctor(
  { tableName: TableName, region, notBefore }: DoctorOptions,
  { out, error }: Surroundings,
): Promise<ExitCode> {
  const client = new DynamoDBClient(region === undefined ? {} : { region });
  let isDenied = false;
  const ask = async <Output>(action: string, call: () => Promise<Output>): Promise<Output | undefined> => {
    try {
      return await call();
    } catch (cause) {
      const { name } = cause as Error;
      if (name !== 'AccessDeniedException') {
        throw new Error(`${action} failed: ${failureOf(name, TableName)}`, { cause });
      }
      isDenied = true;
      error(
        `denied  Your credentials lack the permission dynamodb:${action} on this table. Add it, or ask somebody who can.`,
      );
      return undefined;
    }
  };
  try {
    const table = await ask('DescribeTable', () => client.send(new DescribeTableCommand({ TableName })));
    const ttl = await ask('DescribeTimeToLive', () => client.send(new DescribeTimeToLiveCommand({ TableName })));
    const backups = await ask('DescribeContinuousBackups', () =>
      client.send(new DescribeContinuousBackupsCommand({ TableName })),
    );
    const findings = examine({
      name: TableName,
      notBefore,
      table: table?.Table,
      ttl: ttl?.TimeToLiveDescription,
      backups: backups?.ContinuousBackupsDescription,
    });
    for (const { grade, subject, text, mend } of findings) {
      out(`${grade.padEnd(6)}  ${subject}: ${text}`);
      if (mend !== undefined) out(`        ${mend}`);
    }
    return findings.some(({ grade }) => grade === 'wrong') ? 1 : isDenied ? 2 : 0;
  } finally {
    client.destroy();
  }
}

function failureOf(name: string, tableName: string): string {
  if (name === 'ResourceNotFoundException') {
    return `there is no table ${tableName} in this account and Region. Check --table and --region.`;
  }
  if (name === 'CredentialsProviderError') {
    return 'there are no credentials. Log in as for the AWS CLI, such as with aws sso login.';
  }
  return `${name}. Check the Region, the network and your credentials.`;
}

function examine(facts: Facts): Finding[] {
  const { table, ttl, backups } = facts;
  return [
    ...(table === undefined
      ? []
      : [state, key, protection, billing, replicas, encryption].flatMap((look) => look(table, facts))),
    ...(ttl === undefined ? [] : [timeToLive(ttl, facts)]),
    ...(table?.RestoreSummary === undefined ? [] : [restored(table, facts)]),
    ...(backups === undefined ? [] : [recovery(backups, facts)]),
  ];
}

function state({ TableStatus }: TableDescription, { name }: Facts): Finding[] {
  if (TableStatus === 'ACTIVE' || TableStatus === 'UPDATING' || TableStatus === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') {
    return [];
  }
  const mend = `aws dynamodb wait table-exists --table-name ${name}`;
  return [{ subject: 'state', grade: 'wrong', text: `the table is ${TableStatus}, so no session can be read.`, mend }];
}

function key({ KeySchema = [], AttributeDefinitions = [] }: TableDescription, { name }: Facts): Finding[] {
  const [partition, sort] = ['HASH', 'RANGE'].map(
    (type) => KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName,
  );
  const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === partition)?.AttributeType;
  if (partition === KEY_ATTRIBUTE && type === KEY_TYPE && sort === undefined) {
    return [{ subject: 'key', grade: 'ok', text: 'the binary partition key sid, and no sort key.' }];
  }
  const is = `the partition key is ${partition} of type ${type}${sort === undefined ? '' : `, with the sort key ${sort}`}`;
  return [
    {
      subject: 'key',
      grade: 'wrong',
      text: `${is}; sessions need the binary partition key sid and no sort key. A table's key cannot be changed: make another table, preferably with SessionTable.`,
      mend:
        `aws dynamodb create-table --table-name ${name}-2 --attribute-definitions AttributeName=${KEY_ATTRIBUTE},AttributeType=${KEY_TYPE}`
        + ` --key-schema AttributeName=${KEY_ATTRIBUTE},KeyType=HASH --billing-mode PAY_PER_REQUEST`,
    },
  ];
}

function timeToLive(
  { TimeToLiveStatus: status, AttributeName: attribute }: TimeToLiveDescription,
  { name }: Facts,
): Finding {
  const command = (enabled: boolean, on: string) =>
    `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=${enabled},AttributeName=${on}`;
  if (status === 'ENABLED' || status === 'ENABLING') {
    if (attribute === TTL_ATTRIBUTE) return { subject: 'TTL', grade: 'ok', text: `on, by ${TTL_ATTRIBUTE}.` };
    const text = `on, by ${attribute}, which sessions do not have, so you pay to keep dead ones. Turn it off, wait an hour, and turn it on by ${TTL_ATTRIBUTE}.`;
    return {
      subject: 'TTL',
      grade: 'wrong',
      text,
      mend: `${command(false, attribute ?? '')} && sleep 3600 && ${command(true, TTL_ATTRIBUTE)}`,
    };
  }
  return {
    subject: 'TTL',
    grade: 'wrong',
    text: 'off; you pay to keep dead sessions.',
    mend: command(true, TTL_ATTRIBUTE),
  };
}

/** A restored table holds sessions that were ended after the moment of the backup. */
function restored({ RestoreSummary, TableName = '' }: TableDescription, { notBefore = -1 }: Facts): Finding {
  const at = Math.ceil((RestoreSummary?.RestoreDateTime?.getTime() ?? 0) / 1000);
  if (notBefore >= at) {
    return {
      subject: 'restore',
      grade: 'ok',
      text: `this table was restored, and notBefore is not before that (${at}).`,
    };
  }
  return {
    subject: 'restore',
    grade: 'wrong',
    text: `this table was restored from a backup, so sessions that had ended live again. Deploy the handlers with notBefore: ${at}, then check again with`,
    mend: `cdk-session-table doctor --table ${TableName} --not-before ${at}`,
  };
}

function recovery(
  { PointInTimeRecoveryDescription: recover }: ContinuousBackupsDescription,
  { name, notBefore }: Facts,
): Finding {
  const subject = 'backups';
  if (recover?.PointInTimeRecoveryStatus !== 'ENABLED') {
    return { subject, grade: 'ok', text: 'point-in-time recovery is off.' };
  }
  if (notBefore !== undefined) {
    return { subject, grade: 'ok', text: 'point-in-time recovery is on, and the handlers set notBefore.' };
  }
  return {
    subject,
    grade: 'look',
    text: 'point-in-time recovery is on, and keeps ended sessions for days. After a restore they live again until the handlers set notBefore. If no rule asks for it:',
    mend: `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=false`,
  };
}

function protection({ DeletionProtectionEnabled }: TableDescription, { name }: Facts): Finding[] {
  const subject = 'deletion protection';
  if (DeletionProtectionEnabled === true) return [{ subject, grade: 'ok', text: 'on.' }];
  const mend = `aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`;
  return [{ subject, grade: 'look', text: 'off; deleting the table would sign everybody out.', mend }];
}

function billing({ BillingModeSummary, ProvisionedThroughput }: TableDescription, { name }: Facts): Finding[] {
  const subject = 'billing';
  const isProvisioned =
    BillingModeSummary?.BillingMode !== 'PAY_PER_REQUEST' && (ProvisionedThroughput?.WriteCapacityUnits ?? 0) > 0;
  if (!isProvisioned) return [{ subject, grade: 'ok', text: 'on demand.' }];
  const { ReadCapacityUnits, WriteCapacityUnits } = ProvisionedThroughput ?? {};
  const text = `provisioned, ${ReadCapacityUnits} read and ${WriteCapacityUnits} write units a second; visitors past that get a 503.`;
  return [
    {
      subject,
      grade: 'look',
      text,
      mend: `aws dynamodb update-table --table-name ${name} --billing-mode PAY_PER_REQUEST`,
    },
  ];
}

function replicas({ Replicas = [], MultiRegionConsistency }: TableDescription, { name }: Facts): Finding[] {
  const subject = 'replicas';
  const regions = Replicas.map(({ RegionName }) => RegionName).join(', ');
  if (Replicas.length === 0) return [{ subject, grade: 'ok', text: 'none.' }];
  const remove = `aws dynamodb update-table --table-name ${name} --replica-updates '[{"Delete":{"RegionName":"${Replicas[0]?.RegionName}"}}]'`;
  if (MultiRegionConsistency === 'STRONG') {
    const text = `strongly consistent, in ${regions}: such a table has neither TTL nor transactions. It cannot be changed: make another table.`;
    return [{ subject, grade: 'wrong', text, mend: 'npx cdk deploy' }];
  }
  const bad = Replicas.filter(({ ReplicaStatus }) => ReplicaStatus !== 'ACTIVE').map(
    ({ RegionName, ReplicaStatus }) => `${RegionName} is ${ReplicaStatus}`,
  );
  if (bad.length > 0) {
    return [{ subject, grade: 'wrong', text: `${bad.join(', ')}: its visitors may find no session.`, mend: remove }];
  }
  const text = `in ${regions}. A sign-out holds in the Region that it reached; elsewhere a write at the same time may undo it. Keep each visitor in one Region, or remove the replica:`;
  return [{ subject, grade: 'look', text, mend: remove }];
}

function encryption({ SSEDescription: sse, TableStatus }: TableDescription, { name }: Facts): Finding[] {
  const subject = 'encryption';
  const isLost =
    sse?.InaccessibleEncryptionDateTime !== undefined || TableStatus === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
  if (isLost) {
    const text =
      "DynamoDB cannot use the table's key, so no session can be read. Give DynamoDB the key back within seven days, or the table is archived.";
    return [{ subject, grade: 'wrong', text, mend: `aws kms enable-key --key-id ${sse?.KMSMasterKeyArn ?? 'KEY'}` }];
  }
  if (sse?.Status !== 'ENABLED') return [{ subject, grade: 'ok', text: 'with a key of DynamoDB.' }];
  const text =
    'with a key in KMS. Functions that use sessions need permissions on it, which grantReadWrite gives. If no rule requires such a key:';
  return [
    {
      subject,
      grade: 'look',
      text,
      mend: `aws dynamodb update-table --table-name ${name} --sse-specification Enabled=false`,
    },
  ];
}
