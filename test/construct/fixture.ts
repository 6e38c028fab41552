import { App, Environment, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const HERE: Environment = { account: ACCOUNT, region: 'eu-west-1' };

export function makeStack(env?: Environment, id = 'Stack'): Stack {
  return new Stack(new App(), id, { env });
}

export function makeFunction(scope: Construct, id = 'Fn', props: Partial<lambda.FunctionProps> = {}): lambda.Function {
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => {};'),
    ...props,
  });
}

/** Every statement of every policy of the stack, and nothing of the trust policies. */
export function statements(stack: Stack): unknown[] {
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  return policies.flatMap((policy) => policy.Properties.PolicyDocument.Statement as unknown[]);
}

/** The variables of the function whose logical id starts with `id`. */
export function variables(stack: Stack, id = 'Fn'): Record<string, unknown> {
  const functions = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  const found = functions.find(([name]) => name.startsWith(id));
  if (!found) throw new Error(`no function ${id}`);
  return (found[1].Properties.Environment?.Variables ?? {}) as Record<string, unknown>;
}

/** The texts of the stack's warnings. */
export function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map((message) => String(message.entry.data));
}
