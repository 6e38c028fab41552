import { IncomingMessage, Server, ServerResponse, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { terminal } from './terminal';

type Json = Readonly<Record<string, unknown>>;
type Call = 'DescribeTable' | 'DescribeTimeToLive' | 'DescribeContinuousBackups';

/** A table as `SessionTable` makes it, with all that is recommended, in the JSON of DynamoDB. */
const TABLE = {
  TableName: 'Sessions',
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'sid', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'sid', AttributeType: 'B' }],
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  DeletionProtectionEnabled: true,
};
const TTL = { TimeToLiveStatus: 'ENABLED', AttributeName: 'exp' };
const backups = (status: string) => ({ PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status }, ContinuousBackupsStatus: 'ENABLED' });

/** What stands in for DynamoDB's descriptions, which no engine here has all of. */
class Descriptions {
  public table: Json = TABLE;
  public ttl: Json = TTL;
  public backups: Json = backups('DISABLED');
  public failures = new Map<Call, string>();
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const call = String(request.headers['x-amz-target']).split('.')[1] as Call;
    const failure = this.failures.get(call);
    const answers: Record<Call, Json> = {
      DescribeTable: { Table: this.table },
      DescribeTimeToLive: { TimeToLiveDescription: this.ttl },
      DescribeContinuousBackups: { ContinuousBackupsDescription: this.backups },
    };
    response.writeHead(failure === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'R' });
    response.end(JSON.stringify(failure === undefined ? answers[call] : { __type: `com.amazonaws.dynamodb.v20120810#${failure}` }));
  }
}

const dynamo = new Descriptions();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());
beforeEach(() => Object.assign(dynamo, { table: TABLE, ttl: TTL, backups: backups('DISABLED'), failures: new Map() }));

const doctor = (...args: string[]) => terminal(['doctor', '--table', 'Sessions', ...args], dynamo.endpoint);
const gradesOf = (out: string) => out.split('\n').filter((line) => /^\w/.test(line)).map((line) => line.replace(/:.*/, '').replace(/ +/, ' '));

test('A table as SessionTable makes it is well', async () => {
  const { code, out, error } = await doctor();
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(gradesOf(out)).toEqual(['ok key', 'ok deletion protection', 'ok billing', 'ok replicas', 'ok encryption', 'ok TTL', 'ok backups']);
});

describe('What keeps sessions from working or from ending is wrong, and the exit code says so', () => {
  test.each<[string, () => void, RegExp]>([
    ['a key of another name', () => (dynamo.table = { ...TABLE, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }] }),
      /^wrong {3}key: the partition key is id of type B; sessions need.*\n +aws dynamodb create-table --table-name Sessions-2 /m],
    ['a key of another type', () => (dynamo.table = { ...TABLE, AttributeDefinitions: [{ AttributeName: 'sid', AttributeType: 'S' }] }), /^wrong {3}key: .*sid of type S/m],
    ['a sort key', () => (dynamo.table = { ...TABLE, KeySchema: [...TABLE.KeySchema, { AttributeName: 'sk', KeyType: 'RANGE' }] }), /^wrong {3}key: .*with the sort key sk/m],
    ['a table that is not ready', () => (dynamo.table = { ...TABLE, TableStatus: 'ARCHIVED' }), /^wrong {3}state: the table is ARCHIVED/m],
    ['TTL that is off', () => (dynamo.ttl = { TimeToLiveStatus: 'DISABLED' }),
      /^wrong {3}TTL: off; .*\n +aws dynamodb update-time-to-live --table-name Sessions --time-to-live-specification Enabled=true,AttributeName=exp$/m],
    ['TTL by another attribute', () => (dynamo.ttl = { ...TTL, AttributeName: 'expires' }), /^wrong {3}TTL: on, by expires.*\n.*Enabled=false,AttributeName=expires.*Enabled=true,AttributeName=exp$/m],
    ['a restored table', () => (dynamo.table = { ...TABLE, RestoreSummary: { RestoreDateTime: 1767225600.5, RestoreInProgress: false } }),
      /^wrong {3}restore: .*notBefore: 1767225601.*\n +cdk-session-table doctor --table Sessions --not-before 1767225601$/m],
    ['a replica that is lost', () => (dynamo.table = { ...TABLE, Replicas: [{ RegionName: 'eu-north-1', ReplicaStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' }] }),
      /^wrong {3}replicas: eu-north-1 is INACCESSIBLE.*\n +aws dynamodb update-table .*--replica-updates/m],
    ['replicas with strong consistency', () => (dynamo.table = { ...TABLE, MultiRegionConsistency: 'STRONG', Replicas: [{ RegionName: 'eu-north-1', ReplicaStatus: 'ACTIVE' }] }),
      /^wrong {3}replicas: strongly consistent, in eu-north-1/m],
    ['a key of KMS that is lost', () => (dynamo.table = { ...TABLE, SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'arn:k', InaccessibleEncryptionDateTime: 1767225600 } }),
      /^wrong {3}encryption: .*\n +aws kms enable-key --key-id arn:k$/m],
  ])('%s', async (_, change, expected) => {
    change();
    const { code, out } = await doctor();
    expect(out).toMatch(expected);
    expect(out.match(/^wrong/gm)).toHaveLength(1);
    expect(code).toBe(1);
  });
});

describe('What works and may not be wanted is named with its command, and the exit code is 0', () => {
  test.each<[string, () => void, RegExp]>([
    ['backups', () => (dynamo.backups = backups('ENABLED')), /^look {4}backups: .*\n +aws dynamodb update-continuous-backups --table-name Sessions .*PointInTimeRecoveryEnabled=false$/m],
    ['no deletion protection', () => (dynamo.table = { ...TABLE, DeletionProtectionEnabled: false }), /^look {4}deletion protection: .*\n +aws dynamodb update-table --table-name Sessions --deletion-protection-enabled$/m],
    ['provisioned capacity', () => (dynamo.table = { ...TABLE, BillingModeSummary: undefined, ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } }),
      /^look {4}billing: provisioned, 5 read and 5 write.*\n +aws dynamodb update-table --table-name Sessions --billing-mode PAY_PER_REQUEST$/m],
    ['replicas', () => (dynamo.table = { ...TABLE, Replicas: [{ RegionName: 'eu-north-1', ReplicaStatus: 'ACTIVE' }] }), /^look {4}replicas: in eu-north-1\..*\n +aws dynamodb update-table .*"eu-north-1"/m],
    ['a key of KMS', () => (dynamo.table = { ...TABLE, SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'arn:k' } }), /^look {4}encryption: .*\n +aws dynamodb update-table .*--sse-specification Enabled=false$/m],
  ])('%s', async (_, change, expected) => {
    change();
    const { code, out } = await doctor();
    expect(out).toMatch(expected);
    expect(out).not.toMatch(/^wrong/m);
    expect(code).toBe(0);
  });
});

describe('notBefore', () => {
  test('makes a restored table well where it is not before the restore', async () => {
    dynamo.table = { ...TABLE, RestoreSummary: { RestoreDateTime: 1767225600, RestoreInProgress: false } };
    expect((await doctor('--not-before', '1767225599')).code).toBe(1);
    expect((await doctor('--not-before', '1767225600')).code).toBe(0);
  });

  test('makes backups no finding', async () => {
    dynamo.backups = backups('ENABLED');
    expect((await doctor('--not-before', '0')).out).toContain('ok      backups: point-in-time recovery is on');
  });
});

describe('Without a right', () => {
  test.each<[Call, string[]]>([
    ['DescribeTable', ['ok TTL', 'ok backups']],
    ['DescribeTimeToLive', ['ok key', 'ok deletion protection', 'ok billing', 'ok replicas', 'ok encryption', 'ok backups']],
    ['DescribeContinuousBackups', ['ok key', 'ok deletion protection', 'ok billing', 'ok replicas', 'ok encryption', 'ok TTL']],
  ])('%s is named, and the rest is looked at', async (call, rest) => {
    dynamo.failures.set(call, 'AccessDeniedException');
    const { code, out, error } = await doctor();
    expect(gradesOf(out)).toEqual(rest);
    expect(error).toBe(`denied  Your credentials lack the permission dynamodb:${call} on this table. Add it, or ask somebody who can.`);
    expect(code).toBe(2);
  });

  test('of a table that is wrong all the same the exit code is 1', async () => {
    dynamo.failures.set('DescribeTable', 'AccessDeniedException');
    dynamo.ttl = { TimeToLiveStatus: 'DISABLED' };
    expect((await doctor()).code).toBe(1);
  });
});

test.each([
  ['ResourceNotFoundException', 'DescribeTable failed: there is no table Sessions in this account and Region. Check --table and --region.'],
  ['UnrecognizedClientException', 'DescribeTable failed: UnrecognizedClientException. Check the Region, the network and your credentials.'],
])('%s ends the examination, with words that help', async (failure, message) => {
  dynamo.failures.set('DescribeTable', failure);
  expect(await doctor()).toEqual({ code: 2, out: '', error: message });
});
