import * as lambda from 'aws-cdk-lib/aws-lambda';

/**
 * What to tell of a grantee that is a Lambda function whose environment cannot be
 * written through it: an alias or a version (the environment belongs to the
 * function) or an imported function. Nothing for every other grantee.
 */
export function unreachedFunction(grantee: object, hasEnvironment: (fn: object) => boolean): string | undefined {
  if (!isFunction(grantee)) return undefined;
  const underlying = 'lambda' in grantee ? grantee.lambda : undefined;
  if (isFunction(underlying)) {
    if (hasEnvironment(underlying)) return undefined;
    return `${grantee.node.path} is an alias or a version and takes no environment. Call addEnvironment with the function ${underlying.node.path} before this grant.`;
  }
  return `${grantee.node.path} is an imported function, whose environment cannot be written here. Set the variables of the property "environment" where it is defined, and acknowledge this warning.`;
}

function isFunction(value: unknown): value is lambda.IFunction {
  return typeof value === 'object' && value !== null && 'functionArn' in value && 'node' in value;
}
