import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SessionTable, SessionTableProps } from '../src';
import { TestTable } from './support/table';
import { Visitor } from './support/visitor';
import { KEY_ATTRIBUTE, KEY_TYPE, OPERATIONS, TTL_ATTRIBUTE } from '../src/contract';
import { sessionFactory } from '../src/runtime';
import { resolveOptions } from '../src/runtime/options/resolve-options';
import { toItem } from '../src/runtime/table/item';
import { FakeClock } from '../src/testing';

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What a stack with one function and its grant comes to. */
function synthesised(props: SessionTableProps = {}, grant: 'grantReadWrite' | 'grantRead' = 'grantReadWrite') {
  const stack = new Stack(new App(), 'Stack');
  const fn = new Function(stack, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('-') });
  new SessionTable(stack, 'Sessions', { tableName: 'Sessions', ...props })[grant](fn);
  const template = Template.fromStack(stack);
  const only = (type: string) => (Object.values(template.findResources(type))[0] as Resource).Properties;
  const { Variables } = only('AWS::Lambda::Function').Environment as { readonly Variables: Record<string, unknown> };
  const { Statement } = only('AWS::IAM::Policy').PolicyDocument as { readonly Statement: { readonly Action: string | string[] }[] };
  // The table's name is a reference in the template; to the function it is a text.
  const environment = Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'Sessions']));
  return { table: only('AWS::DynamoDB::GlobalTable'), environment, actions: Statement.flatMap(({ Action }) => Action) };
}

test('the table has the key and the TTL attribute of the items that the runtime writes', () => {
  const { table } = synthesised();
  expect(table.KeySchema).toEqual([{ AttributeName: KEY_ATTRIBUTE, KeyType: 'HASH' }]);
  expect(table.AttributeDefinitions).toEqual([{ AttributeName: KEY_ATTRIBUTE, AttributeType: KEY_TYPE }]);
  expect(table.TimeToLiveSpecification).toEqual({ AttributeName: TTL_ATTRIBUTE, Enabled: true });
  const item = toItem(new Uint8Array(32), { exp: 1, iat: 1, iss: 1, ver: 1, flash: new Map(), dat: new Map(), otherAttributes: {} });
  expect(Object.keys(item[KEY_ATTRIBUTE] ?? {})).toEqual([KEY_TYPE]);
  expect(item[TTL_ATTRIBUTE]).toEqual({ N: '1' });
});

test('the granted actions are the calls that the runtime makes, all of them and no other', async () => {
  const table = await TestTable.start();
  const clock = new FakeClock();
  const visitor = new Visitor(table, clock);
  await visitor.visit((session) => session.set('name', 'Ada'));
  await visitor.visit((session) => session.update('count', () => 1));
  await visitor.visit((session) => session.regenerate());
  clock.advanceSeconds(300);
  await visitor.visit((session) => session.get('name'));
  await visitor.visit((session) => session.invalidate());
  const made = new Set(table.calls.map(({ operation }) => `dynamodb:${operation}`));
  await table.stop();
  const { actions } = synthesised();
  expect(new Set(actions)).toEqual(made);
  expect(new Set(OPERATIONS.map((operation) => `dynamodb:${operation}`))).toEqual(made);
});

test('the runtime takes the environment that the grant writes, and needs no other option', () => {
  const { environment } = synthesised();
  expect(resolveOptions({}, environment)).toMatchObject({ tableName: 'Sessions', isReadOnly: false, cookie: { name: 'session_id' } });
  const saved = { ...process.env };
  Object.assign(process.env, environment, { AWS_REGION: 'us-east-1' });
  expect(() => sessionFactory()).not.toThrow();
  process.env = saved;
});

test('each prop that travels reaches the runtime', () => {
  const { environment } = synthesised({
    timeout: Duration.hours(1),
    reissueTime: Duration.minutes(5),
    absoluteTimeout: Duration.hours(12),
    sealed: true,
    compress: false,
    cookie: { name: '__Host-id', maxAge: Duration.hours(2) },
  });
  const options = resolveOptions({}, environment);
  expect(options).toMatchObject({ reissueTime: 300, sealed: true, compress: false, cookie: { name: '__Host-id', maxAge: 7200 } });
  expect(options.lifetime.begin(1000, undefined)).toMatchObject({ exp: 4600, abs: 44_200 });
});

test('a function that was granted to read only knows it', () => {
  const { environment, actions } = synthesised({}, 'grantRead');
  expect(actions).toEqual(['dynamodb:GetItem']);
  expect(resolveOptions({}, environment).isReadOnly).toBe(true);
});
