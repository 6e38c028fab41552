import { App } from 'aws-cdk-lib';
import { DoorsStack } from './doors-stack';
import { FailingStack } from './failing-stack';
import { UpdatedStack } from './updated-stack';

const env = { account: '111111111111', region: 'eu-west-1' };

const app = new App();
new DoorsStack(app, 'ProbeDoors', { env });
new UpdatedStack(app, 'ProbeUpdated', { env });
new FailingStack(app, 'ProbeFailing', { env });
