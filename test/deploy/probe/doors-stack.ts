import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { LambdaRestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { SessionTable } from 'cdk-session-table';
import type { Construct } from 'constructs';

/** One function behind a REST API, an HTTP API and a function URL. */
export class DoorsStack extends Stack {
  public constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const sessions = new SessionTable(this, 'Sessions', { absoluteTimeout: Duration.hours(12), removalPolicy: RemovalPolicy.DESTROY });
    const handler = new NodejsFunction(this, 'Handler', {
      entry: join(__dirname, 'handler.ts'),
      runtime: Runtime.NODEJS_24_X,
      timeout: Duration.seconds(10),
      bundling: SessionTable.bundling(),
    });
    sessions.grantReadWrite(handler);

    const httpApi = new HttpApi(this, 'HttpApi', { defaultIntegration: new HttpLambdaIntegration('Handler', handler) });
    const restApi = new LambdaRestApi(this, 'RestApi', { handler, cloudWatchRole: false });
    const url = handler.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    new CfnOutput(this, 'HttpApiUrl', { value: httpApi.apiEndpoint });
    new CfnOutput(this, 'RestApiUrl', { value: restApi.url });
    new CfnOutput(this, 'FunctionUrl', { value: url.url });
  }
}
