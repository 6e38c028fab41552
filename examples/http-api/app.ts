import { App } from 'aws-cdk-lib';
import { HttpApiStack } from './http-api-stack';

const app = new App();
new HttpApiStack(app, 'SessionTableHttpApi');
