import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { statements, variables, warnings } from './fixture';
import { exampleNames } from '../../build-tools/copy-example';
import { EcsServiceStack } from '../../examples/ecs-service/ecs-service-stack';
import { HttpApiStack } from '../../examples/http-api/http-api-stack';
import { OPERATIONS } from '../../src/contract';

type StackClass = new (scope: Construct, id: string) => Stack;

/** Each folder below `examples` has one stack, in the file that is named after both. */
const EXAMPLES = exampleNames().map((name): [string, StackClass] => {
  const [Example] = Object.values(jest.requireActual<Record<string, StackClass>>(join(__dirname, '../../examples', name, `${name}-stack`)));
  return [name, Example!];
});

function makeExample(Example: StackClass): { app: App; stack: Stack } {
  const app = new App({ postCliContext: { 'aws:cdk:bundling-stacks': [] } });
  return { app, stack: new Example(app, 'Example') };
}

/** The rules that the app breaks, without those that it acknowledges. */
function violations(app: App): string[] {
  app.synth();
  // Called by itself, since aws-cdk-lib hands the constructs to its plugins in later versions only.
  const report = new AwsSolutionsChecks(app).validateScope(app);
  return report.violations.map(({ ruleName }) => ruleName);
}

test('every folder of examples is tried', () => {
  expect(EXAMPLES.map(([name]) => name)).toEqual(expect.arrayContaining(['ecs-service', 'express', 'hono', 'http-api']));
});

test.each(EXAMPLES)('%s keeps the AwsSolutions rules of cdk-nag, or says in the code why not', (_name, Example) => {
  expect(violations(makeExample(Example).app)).toEqual([]);
});

test.each(EXAMPLES)('%s brings no warning', (_name, Example) => {
  expect(warnings(makeExample(Example).stack)).toEqual([]);
});

test.each(EXAMPLES)('%s may use the table by the four actions alone', (_name, Example) => {
  const granted = statements(makeExample(Example).stack).filter((statement) => JSON.stringify(statement).includes('dynamodb:'));
  const actions = OPERATIONS.map((operation) => `dynamodb:${operation}`);
  expect(granted).toEqual([{ Effect: 'Allow', Action: actions, Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Sessions/), 'Arn'] } }]);
});

test('the function of the HTTP API is told the table and its options', () => {
  const { stack } = makeExample(HttpApiStack);
  expect(variables(stack, 'Handler')).toMatchObject({
    SESSION_TABLE_NAME: { Ref: expect.stringMatching(/^Sessions/) },
    SESSION_TABLE_OPTIONS: '{"timeout":1800,"absoluteTimeout":43200,"cookie":{"name":"__Host-session"}}',
  });
});

test('the container of the ECS service is told the table and its options', () => {
  const { stack } = makeExample(EcsServiceStack);
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  expect(task!.Properties.ContainerDefinitions[0].Environment).toEqual([
    { Name: 'SESSION_TABLE_NAME', Value: { Ref: expect.stringMatching(/^Sessions/) } },
    { Name: 'SESSION_TABLE_OPTIONS', Value: '{"timeout":1800,"cookie":{"name":"__Host-session"}}' },
  ]);
});
