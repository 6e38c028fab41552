import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SessionTable, type SessionTableProps } from 'cdk-session-table';
import type { Construct } from 'constructs';

/** The table as it was first, and what each release after it changes. */
const CHANGES: readonly SessionTableProps[] = [
  {},
  { timeout: Duration.minutes(45) },
  { pointInTimeRecovery: Duration.days(7) },
  { deletionProtection: true },
  { replicas: [{ region: 'eu-central-1' }] },
  { deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY },
];

/** A table on its way through releases: `RELEASE` says how many changes it has. `TABLE_NAME` renames it, which replaces it. */
export class UpdatedStack extends Stack {
  public constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const { RELEASE = '0', TABLE_NAME = 'probe-updated' } = process.env;
    const changed = CHANGES.slice(0, Number(RELEASE) + 1);
    // The emulator makes a global table without a name of its own again at each update.
    const sessions = new SessionTable(this, 'Sessions', Object.assign({ tableName: TABLE_NAME }, ...changed));
    const code = Code.fromInline('exports.handler = async () => undefined;');
    sessions.grantReadWrite(new Function(this, 'Handler', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code }));
  }
}
