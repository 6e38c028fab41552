import { App } from 'aws-cdk-lib';
import { HonoStack } from './hono-stack';

const app = new App();
new HonoStack(app, 'SessionTableHono');
