import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { HttpApiStack } from '../../examples/http-api/http-api-stack';

// The handler's code, the construct tree and where each line came from are no matter of the template.
const app = new App({
  postCliContext: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-stack-trace': true },
  treeMetadata: false,
});
new IntegTest(app, 'Integ', { testCases: [new HttpApiStack(app, 'HttpApiStack')] });
