import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CdkApp, type Workshop } from './cdk-app';
import { ROOT, type Scratch } from './scratch';
import { EXAMPLES, copyExample, exampleNames } from '../../build-tools/copy-example';

const PACKAGE = 'cdk-session-table';

/**
 * Lays the packages into the scratch as `npm install` would: ours from its tarball,
 * the others as links to those of this checkout, which are locked.
 */
export async function layPackages({ scratch, children }: Omit<Workshop, 'cloud'>, tarball: string): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  const modules = scratch.path('node_modules');
  mkdirSync(join(modules, PACKAGE), { recursive: true });
  link(installed, modules);
  await children.run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, PACKAGE)], {});
}

/** Installs what the examples need and this checkout does not have, into a folder of its own. @returns their names and versions */
export async function installRest({ scratch, children }: Omit<Workshop, 'cloud'>): Promise<string[]> {
  const needed = exampleNames().flatMap((name) => {
    const { dependencies } = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    return Object.entries(dependencies).filter(([dependency]) => !existsSync(scratch.path('node_modules', dependency)));
  });
  const rest = [...new Map(needed)].map(([name, version]) => `${name}@${version}`);
  if (rest.length === 0) return rest;
  mkdirSync(scratch.path('rest'));
  writeFileSync(scratch.path('rest', 'package.json'), JSON.stringify({ private: true }));
  await children.run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...rest], { cwd: scratch.path('rest') });
  link(scratch.path('rest', 'node_modules'), scratch.path('node_modules'));
  return rest;
}

/** Every example, copied as its user would. */
export function examples(workshop: Workshop): CdkApp[] {
  return exampleNames().map((name) => {
    const folder = workshop.scratch.path('examples', name);
    copyExample(name, folder);
    return appIn(workshop, name, folder);
  });
}

/** The app that is made for these proofs. */
export function probe(workshop: Workshop): CdkApp {
  const folder = workshop.scratch.path('probe');
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(__dirname, 'probe'), folder, { recursive: true });
  return appIn(workshop, 'probe', folder);
}

function appIn(workshop: Workshop, name: string, folder: string): CdkApp {
  linkModules(workshop.scratch, folder);
  // NodejsFunction looks for the project's lock file, which npm install would have written.
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: {} }));
  return new CdkApp(workshop, name, folder);
}

function linkModules(scratch: Scratch, folder: string): void {
  symlinkSync(scratch.path('node_modules'), join(folder, 'node_modules'));
}

/** Links what is in one folder into another, unless it has it. */
function link(from: string, into: string): void {
  for (const name of readdirSync(from)) if (!existsSync(join(into, name))) symlinkSync(join(from, name), join(into, name));
}
