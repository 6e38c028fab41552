import { App } from 'aws-cdk-lib';
import { ExpressStack } from './express-stack';

const app = new App();
new ExpressStack(app, 'SessionTableExpress');
