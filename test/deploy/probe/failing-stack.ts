import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { SessionTable } from 'cdk-session-table';
import type { Construct } from 'constructs';

/** A first deployment that fails once the table is there: the parameter after it has a name that is taken. */
export class FailingStack extends Stack {
  public constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const sessions = new SessionTable(this, 'Sessions', { tableName: 'probe-failing' });
    const taken = new CfnParameter(this, 'Taken', { name: '/cdk-bootstrap/hnb659fds/version', type: 'String', value: 'taken' });
    taken.node.addDependency(sessions);
  }
}
