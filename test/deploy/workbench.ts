import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CdkApp, type Workshop } from './cdk-app';
import { ROOT, type Scratch } from './scratch';
import { copyExample, exampleNames } from '../../build-tools/copy-example';

const PACKAGE = 'cdk-session-table';

/**
 * Lays the packages into the scratch as `npm install` would: ours from its tarball,
 * the others as links to those of this checkout, which are locked.
 */
export async function layPackages({ scratch, children }: Omit<Workshop, 'cloud'>, tarball: string): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  const modules = scratch.path('node_modules');
  mkdirSync(join(modules, PACKAGE), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (!existsSync(join(modules, name))) symlinkSync(join(installed, name), join(modules, name));
  }
  await children.run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, PACKAGE)], {});
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
