import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './source-graph';
import { EXAMPLES, copyExample, exampleNames } from '../../build-tools/copy-example';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-example-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function manifestIn(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
}

/** The packages that the sources of a folder import. */
function importsIn(path: string): string[] {
  const sources = readdirSync(path).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(path, file), 'utf8'));
  const specifiers = sources.flatMap((text) => [...text.matchAll(/ from '([^.'][^']*)'/g)].map(([, specifier = '']) => specifier));
  return [...new Set(specifiers.filter((name) => !name.startsWith('node:')).map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0]))].sort();
}

test.each(exampleNames())('%s stands alone: each package that it imports is in its package.json', (name) => {
  copyExample(name, join(folder, name));
  const { dependencies, devDependencies } = manifestIn(join(folder, name));
  const listed = Object.keys({ ...dependencies, ...devDependencies }).map((dependency) => dependency.replace(/^@types\//, ''));
  expect(listed).toEqual(expect.arrayContaining(importsIn(join(folder, name))));
  expect(listed).toEqual(expect.arrayContaining(['aws-cdk', 'tsx', 'typescript']));
  expect(dependencies['cdk-session-table']).toBe(manifestIn(ROOT).version);
});

test.each(exampleNames())('%s has its own tsconfig.json and cdk.json, which lead nowhere else', (name) => {
  for (const file of ['tsconfig.json', 'cdk.json']) expect(readFileSync(join(EXAMPLES, name, file), 'utf8')).not.toContain('..');
});

test('an example that does not exist is refused with the list of those that do', () => {
  expect(() => copyExample('shop', join(folder, 'shop'))).toThrow(`There is no example "shop". There are: ${exampleNames().join(', ')}.`);
  expect(() => copyExample('..', join(folder, 'shop'))).toThrow(RangeError);
  expect(existsSync(join(folder, 'shop'))).toBe(false);
});

test('a folder that exists is not written into', () => {
  mkdirSync(join(folder, 'shop'));
  expect(() => copyExample('hono', join(folder, 'shop'))).toThrow('exists already. Name a folder that does not.');
  expect(readdirSync(join(folder, 'shop'))).toEqual([]);
});
