/**
 * `npm run pack:languages` leaves the construct's packages for other languages below
 * `dist`. Names of languages as arguments pack those alone. A language whose
 * tool-chain is not on this machine is skipped aloud.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

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

/**
 * Packs the construct for languages whose tool-chains are there.
 *
 * @throws Error where jsii-pacmak fails
 */
export function packLanguages(languages: readonly string[]): void {
  const args = ['--outdir', 'dist', '--no-npmignore', ...languages.flatMap((language) => ['--target', language])];
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/jsii-pacmak'), args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`jsii-pacmak ${args.join(' ')} failed.`);
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
  if (packed.length > 0) packLanguages(packed);
}

if (require.main === module) main(process.argv.slice(2));
