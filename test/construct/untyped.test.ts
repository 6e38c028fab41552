import { Duration } from 'aws-cdk-lib';
import { OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { HERE, makeStack } from './fixture';
import { SessionTable } from '../../src';

// What only a caller without types can pass, such as one in JavaScript.
const untyped = (props: object): object => props;

test.each([true, 7, '7 days', null])('pointInTimeRecovery %j, which is no Duration, is refused by its name', (value) => {
  expect(() => new SessionTable(makeStack(HERE), 'Sessions', untyped({ pointInTimeRecovery: value })))
    .toThrow(`Stack/Sessions: pointInTimeRecovery is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}; allowed: a Duration`);
});

test('a timeout that is not a number, such as of a variable that is not set, is refused', () => {
  const timeout = Duration.minutes(Number(process.env.NO_SUCH_VARIABLE));
  expect(() => new SessionTable(makeStack(HERE), 'Sessions', { timeout })).toThrow('Stack/Sessions: timeout is NaN; allowed: a whole number of seconds');
});

test('a latency of alarms that is no Duration is refused by its name', () => {
  const sessions = new SessionTable(makeStack(HERE), 'Sessions');
  expect(() => sessions.addAlarms(untyped({ latency: 20 }))).toThrow('Stack/Sessions/Alarms: latency is 20; allowed: a Duration');
});

test('props that are null are refused as props', () => {
  expect(() => new SessionTable(makeStack(HERE), 'Sessions', null as never)).toThrow('Stack/Sessions: props is null; allowed: an object');
});

test('the settings of a CommonJS bundle have no banner that only a module can have', () => {
  expect(SessionTable.bundling({ format: OutputFormat.CJS }).banner).toBeUndefined();
});

test('a setting that is undefined leaves the one that is there', () => {
  expect(SessionTable.bundling({ format: undefined, minify: undefined })).toEqual(SessionTable.bundling());
});
