import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { SessionTable } from '../src';

const ROOT = join(__dirname, '..');

/** A shop in one stack: the table of sessions, the function that uses it, and the function's URL. */
export class ShopStack extends Stack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const sessions = new SessionTable(this, 'Sessions', {
      timeout: Duration.minutes(20),
      absoluteTimeout: Duration.hours(24),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const shop = new NodejsFunction(this, 'Shop', {
      entry: join(__dirname, 'function', 'handler.ts'),
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      runtime: lambda.Runtime.NODEJS_24_X,
      timeout: Duration.seconds(10),
      bundling: SessionTable.bundling({
        sourceMap: true, // so that the laboratory can name the lines of the handler
        target: 'node20', // the laboratory runs the bundle on the Node.js that it was started with
        logLevel: LogLevel.WARNING,
      }),
    });
    sessions.grantReadWrite(shop);
    const url = shop.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
    new CfnOutput(this, 'Url', { value: url.url });
  }
}

/** Writes the template and the bundled function into a directory, as `cdk synth` would. */
export function synthShop(outdir: string): { readonly templateFile: string } {
  // The CDK's command line turns this on: the template then says where a function's code is.
  const context = { 'aws:cdk:enable-asset-metadata': true };
  const app = new App({ outdir, context, analyticsReporting: false });
  const stack = new ShopStack(app, 'Shop');
  return { templateFile: app.synth().getStackArtifact(stack.artifactId).templateFullPath };
}
