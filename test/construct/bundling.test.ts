import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { SessionTable } from '../../src';

const ROOT = join(__dirname, '..', '..');

/** Bundles a handler as a deployment does, and returns the code that would run. */
function bundle(code: string): string {
  const folder = mkdtempSync(join(ROOT, 'test', 'bundle-'));
  try {
    const entry = join(folder, 'handler.ts');
    writeFileSync(entry, code);
    const app = new App({ outdir: join(folder, 'cdk.out') });
    const stack = new Stack(app, 'Stack');
    new NodejsFunction(stack, 'Fn', {
      entry,
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      runtime: lambda.Runtime.NODEJS_24_X,
      bundling: SessionTable.bundling(),
    });
    const { directory } = app.synth();
    const { files } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8')) as { files: Record<string, { source: { path: string } }> };
    const asset = Object.values(files).find(({ source }) => source.path.startsWith('asset.'))!;
    return readFileSync(join(directory, asset.source.path, 'index.mjs'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the settings make a small ES module with the SDK inside, which a caller can change', () => {
  expect(SessionTable.bundling()).toMatchObject({ format: OutputFormat.ESM, minify: true, mainFields: ['module', 'main'], bundleAwsSDK: true });
  expect(SessionTable.bundling({ sourceMap: true, minify: false })).toMatchObject({ format: OutputFormat.ESM, minify: false, sourceMap: true });
});

test('a bundle holds the SDK and takes it from its ES modules', () => {
  const code = bundle(`
    import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
    const client = new DynamoDBClient({});
    export const handler = async () => client.send(new GetItemCommand({ TableName: 't', Key: {} }));
  `);
  expect(code).not.toMatch(/from\s*["']@(aws-sdk|smithy)/);
  expect(code.length).toBeLessThan(450_000);
});
