/**
 * `npm run pack:languages` leaves the construct's packages for other languages below `dist`. Arguments name the
 * languages to pack. If this machine has no tool-chain for a language, it says so and skips it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedTarball } from './packed-tarball';

const ROOT = join(__dirname, '..');
const BIN = join(ROOT, 'node_modules/.bin');
const PACKAGE = 'node_modules/cdk-session-table';

/** The languages, and the commands that have to be there to pack for each. */
export const LANGUAGES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  python: [['python3', '--version']],
  java: [['javac', '-version'], ['mvn', '--version']],
  go: [['go', 'version']],
};

/** The first command of a language that is missing here, or `undefined`. */
export function missingTool(language: string): string | undefined {
  return LANGUAGES[language]?.find(([command = '', ...args]) => spawnSync(command, args).status !== 0)?.[0];
}

/** What the packages ask for: a Go module names one version of each dependency, so it has to be the oldest. */
export const OLDEST: Readonly<Record<string, string>> = Object.fromEntries(
  ['aws-cdk-lib', 'constructs'].map((name) => [name, packageManifest().peerDependencies[name]?.replace('^', '') ?? 'latest']),
);

function packageManifest(): { readonly peerDependencies: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as ReturnType<typeof packageManifest>;
}

/**
 * Installs the npm tarball with the oldest dependencies, and packs it for other languages into `dist`.
 *
 * @param languages those whose tool-chains are there
 * @param folder an empty folder to install in
 * @throws Error if a command fails
 */
export function packLanguages(languages: readonly string[], folder: string): void {
  const dist = join(ROOT, 'dist');
  for (const language of languages) rmSync(join(dist, language), { recursive: true, force: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const pinned = Object.entries(OLDEST).map(([name, version]) => `${name}@${version}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', packedTarball(), ...pinned], folder);
  if (languages.length === 0) return;
  const tablet = translateExamples(folder);
  const targets = languages.flatMap((language) => ['--target', language]);
  run(join(BIN, 'jsii-pacmak'), [PACKAGE, '--outdir', dist, '--rosetta-tablet', tablet, '--no-npmignore', ...targets], folder);
}

/**
 * Translates the examples of the README and of the doc comments, which are written for the CDK of this checkout.
 *
 * @throws Error if one does not compile
 */
function translateExamples(folder: string): string {
  const examples = join(folder, 'examples');
  cpSync(join(folder, PACKAGE), join(examples, PACKAGE), { recursive: true });
  for (const name of Object.keys(OLDEST)) symlinkSync(join(ROOT, 'node_modules', name), join(examples, 'node_modules', name));
  run(join(BIN, 'jsii-rosetta'), ['extract', PACKAGE, '--strict', '--directory', examples], examples);
  return join(examples, PACKAGE, '.jsii.tabl.json');
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}${stderr}`);
}

function main(asked: string[]): void {
  for (const language of asked) {
    if (!(language in LANGUAGES)) throw new RangeError(`"${language}" is not a language to pack for. There are: ${Object.keys(LANGUAGES).join(', ')}.`);
  }
  const wanted = asked.length > 0 ? asked : Object.keys(LANGUAGES);
  const packed = wanted.filter((language) => {
    const missing = missingTool(language);
    if (missing !== undefined) console.log(`SKIP ${language}: ${missing} was not found`);
    return missing === undefined;
  });
  if (packed.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'pack-languages-'));
  try {
    packLanguages(packed, folder);
    console.log(`dist/ holds the packages for ${packed.join(', ')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) main(process.argv.slice(2));
