/** A stack with a grant, synthesised with the oldest aws-cdk-lib that the construct works with. */
const assert = require('node:assert/strict');
const { App, Stack } = require('aws-cdk-lib');
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda');
const { SessionTable } = require('cdk-session-table');

assert.equal(require('aws-cdk-lib/package.json').version, process.argv[2]);
const app = new App();
const stack = new Stack(app, 'Stack');
const fn = new Function(stack, 'Function', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline('exports.handler = 0;') });
new SessionTable(stack, 'Sessions').grantReadWrite(fn);
const { Resources } = app.synth().getStackByName('Stack').template;
assert.ok(Object.values(Resources).some(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable'));
