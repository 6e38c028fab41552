/**
 * `npm run example http-api ../shop` copies an example into a new folder,
 * together with this checkout's package, so that the copy stands alone.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { packedTarball } from './packed-tarball';

/** Where the examples are. */
export const EXAMPLES = join(__dirname, '../examples');

/** The folders of the examples. */
export function exampleNames(): string[] {
  return readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'cdk.json'))).sort();
}

/**
 * Copies an example, without what was installed or synthesised in it.
 *
 * @param name the example's folder below `examples`
 * @param to a folder that does not exist yet
 * @throws RangeError if there is no such example, or the folder exists
 */
export function copyExample(name: string, to: string): void {
  if (!exampleNames().includes(name)) throw new RangeError(`There is no example "${name}". There are: ${exampleNames().join(', ')}.`);
  if (existsSync(to)) throw new RangeError(`${to} exists already. Name a folder that does not.`);
  const left = ['node_modules', 'cdk.out', 'package-lock.json'];
  mkdirSync(to, { recursive: true });
  cpSync(join(EXAMPLES, name), to, { recursive: true, filter: (source) => !left.includes(basename(source)) });
}

/** Puts the package into the copy and lets its package.json name it. */
function addPackage(to: string): void {
  const tarball = packedTarball();
  const manifestPath = join(to, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { dependencies: Record<string, string> };
  cpSync(tarball, join(to, basename(tarball)));
  manifest.dependencies['cdk-session-table'] = `file:${basename(tarball)}`;
  writeFileSync(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
}

function main([name, folder]: string[]): void {
  if (name === undefined || folder === undefined) throw new RangeError(`Usage: npm run example NAME FOLDER, where NAME is one of ${exampleNames().join(', ')}.`);
  const to = resolve(process.env.INIT_CWD ?? '.', folder);
  copyExample(name, to);
  addPackage(to);
  console.log(`${to} holds the example. Next: cd ${folder} && npm install && npx cdk deploy`);
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
