/** A stack with a `NodejsFunction`, synthesised; then the function's bundle is loaded and looked at. */
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { App, Stack } = require('aws-cdk-lib');
const { Runtime } = require('aws-cdk-lib/aws-lambda');
const { NodejsFunction } = require('aws-cdk-lib/aws-lambda-nodejs');
const { SessionTable } = require('cdk-session-table');

// Inside of the project, where the bundle finds the SDK that Lambda would give it.
const app = new App({ outdir: join(__dirname, 'cdk.out') });
const stack = new Stack(app, 'Stack');
const fn = new NodejsFunction(stack, 'Function', { entry: join(__dirname, 'handler.ts'), runtime: Runtime.NODEJS_22_X, bundling: { minify: true } });
new SessionTable(stack, 'Sessions').grantReadWrite(fn);
const assembly = app.synth();

const template = assembly.getStackByName('Stack').template;
const { Properties } = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
assert.ok(Properties.Environment.Variables.SESSION_TABLE_NAME);

const manifest = JSON.parse(readFileSync(join(assembly.directory, 'Stack.assets.json'), 'utf8'));
const { path } = Object.values(manifest.files).map(({ source }) => source).find((source) => source.packaging === 'zip');
const bundle = join(assembly.directory, path, 'index.js');
const text = readFileSync(bundle, 'utf8');
assert.ok(!text.includes('aws-cdk-lib'), 'the construct is in the bundle of the function');
console.log(`bundle of a function: ${(text.length / 1024).toFixed(1)} KB, the SDK left to Lambda`);

process.env.SESSION_TABLE_NAME = 'Sessions';
process.env.AWS_REGION = 'us-east-1';
assert.equal(typeof require(bundle).handler, 'function');
