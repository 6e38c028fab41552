/**
 * `npm run pack:languages` leaves the construct's packages for other languages below
 * `dist`. Names of languages as arguments pack those alone. A language whose
 * tool-chain is not on this machine is skipped aloud.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
export const OLDEST = { 'aws-cdk-lib': '2.220.0', 'constructs': '10.4.2' };

/**
 * Installs the npm tarball beside the oldest dependencies, and packs it for other languages into `dist`.
 *
 * @param languages those whose tool-chains are there
 * @param folder an empty folder to install in
 * @throws Error where a command fails
 */
export function packLanguages(languages: readonly string[], folder: string): void {
  const dist = join(ROOT, 'dist');
  for (const language of languages) rmSync(join(dist, language), { recursive: true, force: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const pinned = Object.entries(OLDEST).map(([name, version]) => `${name}@${version}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', packedTarball(), ...pinned], folder);
  if (languages.length === 0) return;
  // Translates the examples of the README and of the doc comments, and fails on one that does not compile.
  run(join(BIN, 'jsii-rosetta'), ['extract', PACKAGE, '--strict', '--directory', folder], folder);
  const targets = languages.flatMap((language) => ['--target', language]);
  run(join(BIN, 'jsii-pacmak'), [PACKAGE, '--outdir', dist, '--no-npmignore', ...targets], folder);
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
