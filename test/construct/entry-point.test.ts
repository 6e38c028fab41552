import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Every file that comes with the construct's entry point, loaded in a process of its own. */
function loadedFiles(): string[] {
  const entry = join(__dirname, '..', '..', 'src', 'index.ts');
  const script = `
    const before = new Set(Object.keys(require.cache));
    require(${JSON.stringify(entry)});
    console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));
  `;
  const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], { encoding: 'utf8' });
  return (JSON.parse(output) as string[]).map((file) => file.replaceAll('\\', '/'));
}

test('importing the construct loads nothing of the runtime', () => {
  const files = loadedFiles();
  expect(files).toContainEqual(expect.stringMatching(/src\/construct\/session-table\.ts$/));
  expect(files.filter((file) => /src\/(runtime|testing)\//.test(file))).toEqual([]);
});

test('importing the construct loads no package but aws-cdk-lib and constructs, and so no SDK', () => {
  const packages = loadedFiles().map((file) => /\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/.exec(file)?.groups?.name);
  const names = new Set(packages.filter((name) => name !== undefined));
  expect([...names].sort()).toEqual(['aws-cdk-lib', 'constructs']);
});
