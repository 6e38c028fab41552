import { join } from 'node:path';
import { CfnOutput, Duration, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import { SessionTable } from 'cdk-session-table';
import { Construct } from 'constructs';

/** A shop in Hono: an HTTP API, one function for all routes, and the sessions of its visitors. */
export class HonoStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const sessions = new SessionTable(this, 'Sessions', {
      timeout: Duration.minutes(30),
      cookie: { name: '__Host-session' },
    });

    // A role of its own holds less than AWS's managed policy: it may write to this one log group.
    const logGroup = new logs.LogGroup(this, 'HandlerLogs', { retention: logs.RetentionDays.ONE_MONTH });
    const role = new iam.Role(this, 'HandlerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    const handler = new NodejsFunction(this, 'Handler', {
      entry: join(__dirname, 'handler.ts'),
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(10),
      logGroup,
      role,
      bundling: SessionTable.bundling(),
    });
    sessions.grantReadWrite(handler);

    const api = new apigateway.HttpApi(this, 'Api', { createDefaultStage: false });
    api.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(new logs.LogGroup(this, 'AccessLogs', { retention: logs.RetentionDays.ONE_MONTH })),
      },
    });
    // Every route is the framework's matter.
    const routes = api.addRoutes({ path: '/{proxy+}', integration: new HttpLambdaIntegration('Handler', handler) });
    const [root] = api.addRoutes({ path: '/', integration: new HttpLambdaIntegration('RootHandler', handler) });
    new CfnOutput(this, 'Url', { value: api.apiEndpoint });

    for (const route of [...routes, root!]) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: 'The shop is open to every visitor; the session tells them apart.' });
    }
  }
}
