import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const PACKED = join(ROOT, 'dist/js');
/** The tarball's sources. */
const SOURCES = ['src', 'build-tools', 'package.json', 'README.md', 'CHANGELOG.md', 'API.md'];

/**
 * The npm tarball of this checkout: the one in `dist/js` if it is newer than its
 * sources, otherwise a new one.
 *
 * @returns its path
 * @throws Error if it cannot be made
 */
export function packedTarball(): string {
  const present = freshTarball();
  if (present !== undefined) return present;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'tarball'], { cwd: ROOT, encoding: 'utf8' });
  const made = newestTarball();
  if (status !== 0 || made === undefined) throw new Error(`npm run tarball failed:\n${stdout}${stderr}`);
  return made;
}

/** The tarball in `dist/js`, if it is newer than its sources. */
export function freshTarball(): string | undefined {
  const present = newestTarball();
  return present !== undefined && statSync(present).mtimeMs > lastChange() ? present : undefined;
}

function newestTarball(): string | undefined {
  if (!existsSync(PACKED)) return undefined;
  const [name] = readdirSync(PACKED).filter((file) => file.endsWith('.tgz'));
  return name && join(PACKED, name);
}

function lastChange(): number {
  const files = SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path)).flatMap((path) =>
    statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file)) : [path]);
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
