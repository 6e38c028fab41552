import { resolveEndpoint } from '../../src/runtime/client/lean/endpoint';

const hostOf = (environment: Record<string, string>) => resolveEndpoint({}, environment).hostname;

test.each([
  [{ AWS_REGION: 'eu-west-1' }, 'dynamodb.eu-west-1.amazonaws.com'],
  [{ AWS_REGION: 'cn-north-1' }, 'dynamodb.cn-north-1.amazonaws.com.cn'],
  [{ AWS_REGION: 'us-gov-west-1', AWS_USE_FIPS_ENDPOINT: 'true' }, 'dynamodb.us-gov-west-1.amazonaws.com'],
  [{ AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true' }, 'dynamodb-fips.us-east-1.amazonaws.com'],
  [{ AWS_REGION: 'us-east-1', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'dynamodb.us-east-1.api.aws'],
  [{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://a.test', AWS_ENDPOINT_URL_DYNAMODB: 'http://b.test' }, 'b.test'],
  [{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://a.test' }, 'a.test'],
  [{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://a.test', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'dynamodb.us-east-1.amazonaws.com'],
])('of %j is %s', (environment, host) => {
  expect(hostOf(environment as Record<string, string>)).toBe(host);
});

test.each([
  [{}, /AWS_REGION/],
  [{ AWS_REGION: 'eu-west-1.evil.test/' }, /AWS_REGION/],
  [{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000' }, /AWS_ENDPOINT_URL_DYNAMODB is not a URL/],
  [{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://user:canary@b.test' }, /AWS_ENDPOINT_URL is not a URL/],
  [{ AWS_REGION: 'us-iso-east-1' }, /us-iso-east-1.*cdk-session-table\/runtime/],
  [{ AWS_REGION: 'us-east-1', AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required' }, /AWS_ACCOUNT_ID_ENDPOINT_MODE.*cdk-session-table\/runtime/],
  [{ AWS_REGION: 'cn-north-1', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, /AWS_USE_DUALSTACK_ENDPOINT.*cdk-session-table\/runtime/],
  [{ AWS_REGION: 'cn-north-1', AWS_USE_FIPS_ENDPOINT: 'true' }, /AWS_USE_FIPS_ENDPOINT/],
  [{ AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'http://b.test' }, /AWS_USE_FIPS_ENDPOINT/],
])('of %j is refused, and the message names the setting', (environment, message) => {
  let text = '';
  try {
    hostOf(environment as Record<string, string>);
  } catch (error) {
    text = String(error);
  }
  expect(text).toMatch(message);
  expect(text).not.toContain('canary');
});
