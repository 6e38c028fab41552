import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { ExpressStack } from '../../examples/express/express-stack';

// The handler's code, the construct tree and where each line came from are no matter of the template.
const app = new App({
  postCliContext: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-stack-trace': true },
  treeMetadata: false,
});
const stack = new ExpressStack(app, 'ExpressStack');
for (const child of stack.node.findAll()) if (child instanceof CfnFunction) child.addPropertyOverride('Code.S3Key', 'handler.zip');
new IntegTest(app, 'Integ', { testCases: [stack] });
