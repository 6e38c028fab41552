import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Capacity, TableEncryptionV2 } from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HERE, makeStack } from './fixture';
import { SessionTable, SessionTableProps } from '../../src';

const FAR = 'eu-central-1';
const KEY = `arn:aws:kms:eu-west-1:${HERE.account}:key/1`;

function synth(props: SessionTableProps, env?: typeof HERE): Template {
  const stack = makeStack(env);
  new SessionTable(stack, 'Sessions', props);
  return Template.fromStack(stack);
}

const refusals = (props: SessionTableProps, env?: typeof HERE) => expect(() => synth(props, env));

test('capacity for a replica is refused when billing is on demand', () => {
  refusals({ replicas: [{ region: FAR, readCapacity: Capacity.fixed(5) }] }, HERE).toThrow(/readCapacity/);
});

test('a table name that DynamoDB refuses is refused', () => {
  for (const tableName of ['', 'ab', 'a b c', 'a'.repeat(256), 'séance']) {
    refusals({ tableName }).toThrow(`Stack/Sessions: tableName is ${JSON.stringify(tableName)}; allowed: 3 to 255 letters`);
  }
});

test('a table name that is a token is accepted', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions', { tableName: new CfnParameter(stack, 'Name').valueAsString });
  Template.fromStack(stack).hasResourceProperties('AWS::DynamoDB::GlobalTable', { TableName: { Ref: 'Name' } });
});

test('replicas and a customer key are refused in a stack without a Region', () => {
  const allowed = 'allowed: none in a stack without a Region; give the stack env: { region }';
  refusals({ replicas: [{ region: FAR }] }).toThrow(`Stack/Sessions: replicas is "${FAR}"; ${allowed}`);
  const stack = makeStack();
  const encryption = TableEncryptionV2.customerManagedKey(kms.Key.fromKeyArn(stack, 'Key', KEY));
  expect(() => new SessionTable(stack, 'Sessions', { encryption })).toThrow(`Stack/Sessions: encryption is a customer key; ${allowed}`);
});

test('a replica in the Region of the table is refused, and so is one without its key', () => {
  refusals({ replicas: [{ region: 'eu-west-1' }] }, HERE).toThrow(/same region/);
  const stack = makeStack(HERE);
  const encryption = TableEncryptionV2.customerManagedKey(kms.Key.fromKeyArn(stack, 'Key', KEY));
  new SessionTable(stack, 'Sessions', { encryption, replicas: [{ region: FAR }] });
  expect(() => Template.fromStack(stack)).toThrow(/KMS key for eu-central-1/);
});

test('point-in-time recovery of other than 1 to 35 whole days is refused', () => {
  const allowed = 'allowed: whole days from 1 to 35';
  refusals({ pointInTimeRecovery: Duration.days(0) }).toThrow(`Stack/Sessions: pointInTimeRecovery is 0 days; ${allowed}`);
  refusals({ pointInTimeRecovery: Duration.days(36) }).toThrow(`Stack/Sessions: pointInTimeRecovery is 36 days; ${allowed}`);
  refusals({ pointInTimeRecovery: Duration.days(99) }).toThrow(allowed);
  refusals({ pointInTimeRecovery: Duration.hours(36) }).toThrow('pointInTimeRecovery is 1.5 days');
});

test('two constructs with one id in one scope are refused', () => {
  const stack = makeStack();
  new SessionTable(stack, 'Sessions');
  expect(() => new SessionTable(stack, 'Sessions')).toThrow(/already a Construct with name 'Sessions'/);
});

/** Props as a JavaScript program may pass them. */
const untyped = (props: object) => props as SessionTableProps;

const UNKNOWN: [object, string, string][] = [
  [{ timeOut: 5 }, 'timeOut', 'Did you mean "timeout"?'],
  [{ samesite: 'Lax' }, 'samesite', 'Did you mean "cookie.sameSite"?'],
  [{ sameSite: 'Lax' }, 'sameSite', 'Did you mean "cookie.sameSite"?'],
  [{ cookie: { samesite: 'Lax' } }, 'cookie.samesite', 'Did you mean "cookie.sameSite"?'],
  [{ 'cookie.secure': true }, 'cookie.secure', 'Did you mean "cookie.secure"?'],
  [{ table_name: 'sessions' }, 'table_name', 'Did you mean "tableName"?'],
  [{ RemovalPolicy: 'destroy' }, 'RemovalPolicy', 'Did you mean "removalPolicy"?'],
  [{ access: 'read' }, 'access', 'There are timeout, '],
  [{ env: HERE }, 'env', 'There are timeout, '],
  [{ timeToLiveAttribute: 'sid' }, 'timeToLiveAttribute', 'There are timeout, '],
  [{ partitionKey: { name: 'id', type: 'S' } }, 'partitionKey', 'There are timeout, '],
  [{ constructor: 5 }, 'constructor', 'There are timeout, '],
  [JSON.parse('{"__proto__":{"timeout":5}}'), '__proto__', 'There are timeout, '],
];

test.each(UNKNOWN)('the prop in %j is refused by its name, with the one that was probably meant', (props, name, advice) => {
  refusals(untyped(props)).toThrow(`Stack/Sessions: there is no prop ${JSON.stringify(name)}. ${advice}`);
});

test('props of an imported table and of alarms are held to their names too', () => {
  const stack = makeStack(HERE);
  const attributes: object = { tableName: 'old', replicas: ['eu-central-1'] };
  expect(() => SessionTable.fromSessionTableAttributes(stack, 'Old', attributes)).toThrow(/^Stack\/Old: there is no prop "replicas"\. There are timeout, /);
  const alarms: object = { throttleevents: 5 };
  expect(() => new SessionTable(stack, 'Sessions').addAlarms(alarms)).toThrow('Stack/Sessions/Alarms: there is no prop "throttleevents". Did you mean "throttleEvents"?');
});

test('what is not an object is refused as props and as a cookie', () => {
  refusals(untyped(['tableName'])).toThrow('Stack/Sessions: props is tableName; allowed: an object');
  refusals(untyped({ cookie: 'session_id' })).toThrow('Stack/Sessions: cookie is "session_id"; allowed: an object');
  refusals(untyped({ cookie: ['session_id'] })).toThrow('Stack/Sessions: cookie is session_id; allowed: an object');
});

test('a prop that is undefined counts as left out', () => {
  refusals(untyped({ colour: undefined, timeout: undefined, cookie: undefined })).not.toThrow();
});
