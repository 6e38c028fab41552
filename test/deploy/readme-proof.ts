import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Workshop, cdk } from './cdk-app';
import { ROOT } from './scratch';
import { Visitor } from './visitor';
import { type Report, check } from '../support/report';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** The files that README.md tells the reader to write, each by words that one block alone has. */
const FILES: Readonly<Record<string, string>> = {
  'app.ts': 'new SessionTable(stack',
  'handler.ts': "update('cart'",
  'handler.test.ts': 'startEmbeddedTable()',
};
const STACK = 'Shop';
const STRICT = [
  '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022',
  '--types', 'node',
];

/** Proves that README.md is true when pasted into an empty folder, in order: types, the test, the deployment and what it answers. */
export async function proveReadme(report: Report, workshop: Workshop, bootstrapped: Promise<void>): Promise<void> {
  const { scratch, children, cloud } = workshop;
  const folder = scratch.path('readme');
  const bin = (name: string): string => join(folder, 'node_modules/.bin', name);
  const env = { ...cloud.environment(scratch.path('home')), PATH: `${join(folder, 'node_modules/.bin')}:${process.env.PATH}` };
  paste(folder, scratch.path('node_modules'));
  await report.prove('README.md: its blocks, pasted in order, hold strict types', async () => {
    await children.run(bin('tsc'), [...STRICT, ...Object.keys(FILES)], { cwd: folder, env });
    return Object.keys(FILES).join(', ');
  });
  await report.prove('README.md: its test passes', async () => {
    const output = await children.run(bin('tsx'), ['--test', 'handler.test.ts'], { cwd: folder, env });
    check(/^(?:ℹ|#) pass 1$/m.test(output), output);
    return '1 passed';
  });
  await bootstrapped;
  const app = /npx cdk deploy --app '(?<app>[^']+)'/.exec(README)?.groups?.app ?? '';
  await report.prove('README.md: its command deploys, and the handler counts', async () => {
    await cdk(workshop, folder, ['deploy', '--app', app, '--require-approval', 'never']);
    const { Url = '' } = await cloud.outputs(STACK);
    const visitor = new Visitor(cloud.endpoint, Url);
    const seen = [(await visitor.open()).body, (await visitor.open()).body];
    check(seen.join() === '1 items,2 items', seen.join());
    return seen.join(', then ');
  });
  await report.prove('README.md: cdk destroy', async () => {
    await cdk(workshop, folder, ['destroy', '--all', '--force', '--app', app]);
    const status = await cloud.status(STACK);
    check(status === undefined || status === 'DELETE_COMPLETE', `the stack is ${status}`);
    return 'the stack is gone';
  });
}

function paste(folder: string, modules: string): void {
  mkdirSync(folder);
  symlinkSync(modules, join(folder, 'node_modules'));
  // As npm install leaves them in an empty folder.
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: {} }));
  const blocks = [...README.matchAll(/^```m?ts\n([^]*?)^```/gm)].map(([, code = '']) => code);
  for (const [file, words] of Object.entries(FILES)) {
    const [code = '', ...others] = blocks.filter((block) => block.includes(words));
    check(code !== '' && others.length === 0, `README.md has not one block with ${words}`);
    writeFileSync(join(folder, file), code);
  }
}
