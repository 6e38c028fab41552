import { CfnParameter, Duration, Stack, Token } from 'aws-cdk-lib';
import { makeFunction, makeStack, variables } from './fixture';
import { CookiePriority, SameSite, SessionConsistency, SessionOptions, SessionTable } from '../../src';
import { SHARED_RULES } from '../../src/settings';

function optionsOf(props: SessionOptions, stack: Stack = makeStack()): unknown {
  const fn = makeFunction(stack);
  new SessionTable(stack, 'Sessions', props).grantReadWrite(fn);
  return variables(stack).SESSION_TABLE_OPTIONS;
}

const refusals = (props: SessionOptions) => expect(() => new SessionTable(makeStack(), 'Sessions', props));

const EVERYTHING: Required<Omit<SessionOptions, 'envPrefix'>> = {
  timeout: Duration.minutes(30),
  reissueTime: Duration.minutes(1),
  absoluteTimeout: Duration.hours(12),
  cookie: {
    name: 'id',
    maxAge: Duration.hours(1),
    path: '/shop',
    domain: 'example.com',
    secure: true,
    httpOnly: false,
    sameSite: SameSite.NONE,
    partitioned: true,
    priority: CookiePriority.HIGH,
  },
  consistency: SessionConsistency.STRONG,
  compress: false,
  sealed: true,
  namespace: 'preview-42',
};

test('every option travels, by the name and in the unit that the runtime reads', () => {
  expect(JSON.parse(String(optionsOf(EVERYTHING)))).toEqual({
    timeout: 1800,
    reissueTime: 60,
    absoluteTimeout: 43200,
    cookie: {
      name: 'id',
      maxAge: 3600,
      path: '/shop',
      domain: 'example.com',
      secure: true,
      httpOnly: false,
      sameSite: 'None',
      partitioned: true,
      priority: 'High',
    },
    consistency: 'strong',
    compress: false,
    sealed: true,
    namespace: 'preview-42',
  });
});

test('the test above sets every option that travels', () => {
  expect(Object.keys(EVERYTHING)).toEqual(Object.keys(SHARED_RULES));
  expect(Object.keys(EVERYTHING.cookie)).toEqual(Object.keys(SHARED_RULES.cookie.parts!));
});

test('a namespace that could be mistaken for something else is refused', () => {
  for (const namespace of ['', 'a b', 'a/b', 'é', 'a\n', 'a'.repeat(65)]) {
    refusals({ namespace }).toThrow(`namespace is ${JSON.stringify(namespace)}; allowed: 1 to 64 letters, digits, ".", "_" and "-"`);
  }
  refusals({ namespace: 'a'.repeat(64) }).not.toThrow();
});

test('without an option nothing travels', () => {
  expect(optionsOf({})).toBeUndefined();
  expect(optionsOf({ cookie: {}, timeout: undefined })).toBeUndefined();
});

test('a reissue time of zero and a flag that is false travel', () => {
  expect(optionsOf({ reissueTime: Duration.seconds(0), compress: false })).toBe('{"reissueTime":0,"compress":false}');
});

test('a refusal names the path, the prop, the value and what is allowed', () => {
  refusals({ timeout: Duration.days(401) }).toThrow('Stack/Sessions: timeout is 34646400; allowed: a whole number of seconds from 1 to 34560000');
});

test('durations out of range or of part of a second are refused', () => {
  refusals({ timeout: Duration.seconds(0) }).toThrow(/timeout is 0;/);
  refusals({ timeout: Duration.millis(1500) }).toThrow(/timeout is 1.5;/);
  refusals({ reissueTime: Duration.millis(1) }).toThrow(/reissueTime is 0.001;/);
  refusals({ absoluteTimeout: Duration.days(401) }).toThrow(/absoluteTimeout is 34646400;/);
  refusals({ cookie: { maxAge: Duration.seconds(0) } }).toThrow(/cookie.maxAge is 0;/);
});

test('durations that contradict each other are refused', () => {
  refusals({ reissueTime: Duration.minutes(20) }).toThrow(/reissueTime is 1200; allowed: less than the timeout of 1200 seconds/);
  refusals({ absoluteTimeout: Duration.minutes(19) }).toThrow(/absoluteTimeout is 1140; allowed: at least the timeout of 1200 seconds/);
  refusals({ absoluteTimeout: Duration.hours(1), cookie: { maxAge: Duration.hours(2) } }).toThrow(/cookie.maxAge is 7200;/);
});

test('a number in place of a Duration is refused', () => {
  const untyped = { timeout: 1200 } as unknown as SessionOptions;
  refusals(untyped).toThrow('Stack/Sessions: timeout is 1200; allowed: a Duration');
});

test('cookies that browsers refuse are refused', () => {
  refusals({ cookie: { name: '' } }).toThrow(/cookie.name is ""/);
  refusals({ cookie: { name: 'a b' } }).toThrow(/cookie.name is "a b"/);
  refusals({ cookie: { path: 'shop' } }).toThrow(/cookie.path is "shop"/);
  refusals({ cookie: { domain: 'localhost' } }).toThrow(/cookie.domain is "localhost"/);
  refusals({ cookie: { name: '__Host-id', domain: 'example.com' } }).toThrow(/cookie.domain is "example.com"; allowed: none with the name __Host-id/);
  refusals({ cookie: { name: '__Host-id', path: '/shop' } }).toThrow(/cookie.path is "\/shop"/);
  refusals({ cookie: { sameSite: SameSite.NONE, secure: false } }).toThrow(/cookie.secure is false/);
  refusals({ cookie: { partitioned: true, secure: false } }).toThrow(/cookie.secure is false/);
});

test('a prefix that cannot start the name of an environment variable is refused', () => {
  refusals({ envPrefix: '' }).toThrow(/envPrefix is ""; allowed: a letter/);
  refusals({ envPrefix: '1_' }).toThrow(/envPrefix is "1_"/);
  refusals({ envPrefix: 'A-B' }).toThrow(/envPrefix is "A-B"/);
});

test('tokens pass through, and are filled in at deployment', () => {
  const stack = makeStack();
  const name = new CfnParameter(stack, 'Name').valueAsString;
  const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber;
  expect(optionsOf({ timeout: Duration.seconds(seconds), cookie: { name } }, stack)).toEqual({
    'Fn::Join': ['', ['{"timeout":', { Ref: 'Seconds' }, ',"cookie":{"name":"', { Ref: 'Name' }, '"}}']],
  });
});

test('beside a timeout that is a token, only what no timeout allows is refused', () => {
  const timeout = Duration.seconds(Token.asNumber({ Ref: 'Seconds' }));
  refusals({ timeout, absoluteTimeout: Duration.minutes(1) }).not.toThrow();
  refusals({ timeout, reissueTime: Duration.hours(1) }).not.toThrow();
  refusals({ timeout, reissueTime: Duration.hours(1), absoluteTimeout: Duration.hours(1) }).toThrow(/reissueTime is 3600/);
  refusals({ timeout, absoluteTimeout: Duration.seconds(0) }).toThrow(/absoluteTimeout is 0/);
});

test('a token of minutes is refused, since it cannot be converted', () => {
  refusals({ timeout: Duration.minutes(Token.asNumber({ Ref: 'Minutes' })) }).toThrow(/timeout is a token of minutes; allowed: a token of seconds/);
});
