import { App } from 'aws-cdk-lib';
import { EcsServiceStack } from './ecs-service-stack';

const app = new App();
new EcsServiceStack(app, 'SessionTableEcsService');
