import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OLDEST } from '../../build-tools/pack-languages';
import { ROOT, type Scratch } from '../deploy/scratch';
import type { Children } from '../support/children';

/** What an app is built with. */
export interface Workshop {
  readonly scratch: Scratch;
  readonly children: Children;
}

/** Builds the app of a language in a folder of its own, and gives the command that synthesises it. */
type Build = (workshop: Workshop, folder: string) => Promise<[command: string, ...args: string[]]>;

/** By their languages; the first is what the others are compared with. */
const BUILDS: Readonly<Record<string, Build>> = { typescript, python, java, go };

export const LANGUAGES = Object.keys(BUILDS);

/** Builds and runs the app of a language. @returns the folder of the synthesised assembly */
export async function synthesise(workshop: Workshop, language: string): Promise<string> {
  const { scratch, children } = workshop;
  const folder = scratch.path(language);
  const assembly = scratch.path('assemblies', language);
  cpSync(join(__dirname, language), folder, { recursive: true });
  mkdirSync(assembly, { recursive: true });
  const [command, ...args] = await BUILDS[language]!(workshop, folder);
  await children.run(command, args, { cwd: folder, env: { ...process.env, CDK_OUTDIR: assembly, JSII_DEPRECATED: 'quiet' } });
  return assembly;
}

/** In the folder in which the construct was packed. */
async function typescript(): ReturnType<Build> {
  return [join(ROOT, 'node_modules/.bin/tsx'), 'app.ts'];
}

async function python({ children }: Workshop, folder: string): ReturnType<Build> {
  await children.run('python3', ['-m', 'venv', 'venv'], { cwd: folder });
  const pinned = Object.entries(OLDEST).map(([name, version]) => `${name}==${version}`);
  await children.run('venv/bin/pip', ['install', '--quiet', packed('python', '.whl'), ...pinned], { cwd: folder });
  return ['venv/bin/python', 'app.py'];
}

async function java({ children }: Workshop, folder: string): ReturnType<Build> {
  const [jar, pom] = [packed('java', '0.0.0.jar'), packed('java', '.pom')];
  // Into the user's own Maven repository, where each run replaces it.
  await children.run('mvn', ['-B', '-q', 'install:install-file', `-Dfile=${jar}`, `-DpomFile=${pom}`], { cwd: folder });
  await children.run('mvn', ['-B', '-q', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], { cwd: folder });
  return ['sh', '-c', 'java -cp "target/classes:$(cat classpath)" shop.ShopApp'];
}

async function go({ children }: Workshop, folder: string): ReturnType<Build> {
  const module = 'example.com/session-table/go/sessiontable';
  await children.run('go', ['mod', 'edit', `-require=${module}@v0.0.0`, `-replace=${module}=${join(ROOT, 'dist/go/sessiontable')}`], { cwd: folder });
  await children.run('go', ['build', '-mod=mod', '-o', 'shop', '.'], { cwd: folder });
  return ['./shop'];
}

/** What was packed for a language. @throws Error where there is not exactly one */
export function packed(language: string, ending: string): string {
  const folder = join(ROOT, 'dist', language);
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
  if (found.length !== 1) throw new Error(`dist/${language} has ${found.length} files that end in ${ending}, not one.`);
  return join(folder, found[0]!);
}
