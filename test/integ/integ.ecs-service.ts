import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { EcsServiceStack } from '../../examples/ecs-service/ecs-service-stack';

// The handler's code, the construct tree and where each line came from are no matter of the template.
const app = new App({
  postCliContext: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-stack-trace': true },
  treeMetadata: false,
});
new IntegTest(app, 'Integ', { testCases: [new EcsServiceStack(app, 'EcsServiceStack')] });
