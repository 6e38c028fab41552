/**
 * What the plain construct adds to the synthesis of a stack with a function, in milliseconds. Usage: synth.ts [rounds]
 */
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { table } from './markdown';
import { SessionTable } from '../src';

/** Synthesises a stack, with or without a session table; gives the milliseconds. */
function synthesise(hasTable: boolean): number {
  const start = process.hrtime.bigint();
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  const fn = new Function(stack, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('-') });
  if (hasTable) new SessionTable(stack, 'Sessions').grantReadWrite(fn);
  app.synth();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

function main(rounds: number): void {
  const first = synthesise(false);
  const firstWith = synthesise(true);
  const times = Array.from({ length: rounds }, () => [synthesise(false), synthesise(true)] as const);
  const [without, with_] = [median(times.map(([one]) => one)), median(times.map(([, other]) => other))];
  console.log(table(['synthesis of a stack', 'ms'], [
    ['without a session table, the first of the process', first.toFixed(1)],
    ['with one, the first of the process', firstWith.toFixed(1)],
    ['without, median', without.toFixed(1)],
    ['with, median', with_.toFixed(1)],
    ['what the construct adds', (with_ - without).toFixed(1)],
  ]));
}

main(Number(process.argv[2] ?? 21));
