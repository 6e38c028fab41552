import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { GatewayVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import * as ts from 'typescript';
import { HERE, makeFunction } from './fixture';
import { SessionTable } from '../../src';

const ROOT = join(__dirname, '..', '..');
const BLOCK = /^ *```ts fixture=stack\n(?<code>.*?)^ *```/gms;

/** Every example of the pages that stands in the constructor of a stack. */
function examples(): [string, string][] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return pages.flatMap((page) => {
    const blocks = [...readFileSync(join(ROOT, 'docs', page), 'utf8').matchAll(BLOCK)];
    return blocks.map(({ groups }, n): [string, string] => [`${page}, example ${n + 1}`, groups!.code!]);
  });
}

/** What an example may name: what it would import, and what stands above it. */
function surroundings(stack: Stack): Record<string, unknown> {
  const handler = makeFunction(stack, 'Fn');
  const goodbye = makeFunction(stack, 'Goodbye');
  const vpc = new Vpc(stack, 'Vpc');
  const sessions = new SessionTable(stack, 'Mine');
  const onCall = new Topic(stack, 'OnCall');
  return { SessionTable, Table, Duration, SnsAction, NodejsFunction, Runtime, GatewayVpcEndpointAwsService, handler, goodbye, vpc, sessions, onCall };
}

test('the pages have examples', () => {
  expect(examples().length).toBeGreaterThan(3);
});

test.each(examples())('%s can be synthesised', (_name, code) => {
  const app = new App({ postCliContext: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Stack', { env: HERE });
  const names = surroundings(stack);
  const script = ts.transpile(code.replace("'handler.ts'", JSON.stringify(join(ROOT, 'examples', 'http-api', 'handler.ts'))));
  new Function(...Object.keys(names), script).apply(stack, Object.values(names));
  expect(() => app.synth()).not.toThrow();
});
