import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Workshop } from './cdk-app';
import { ROOT } from './scratch';
import { Visitor } from './visitor';
import { type Report, check } from '../support/report';

const PAGE = join(ROOT, 'docs/deployment.md');
const SECTION = /^## From nothing to a deployed stack\n(?<text>[^]*?)^## /m;
const BLOCK = /(?:<!-- file: (?<file>\S+) -->\n)?^```(?<language>\w+)\n(?<code>[^]*?)^```/gm;
const STACK = 'ShopStack';

/** A command of the page, or a file that it tells the reader to write. */
interface Step {
  readonly file?: string;
  readonly code: string;
}

/**
 * Proves that the page leads from an empty folder to a deployed stack: its commands
 * and files are taken word for word. Only the package's name is replaced by its
 * tarball, because the registry's version is not this one.
 */
export async function proveFirstSteps(report: Report, workshop: Workshop, tarball: string): Promise<void> {
  const folder = workshop.scratch.path('first-steps');
  mkdirSync(folder, { recursive: true });
  // Nobody is here to press y.
  writeFileSync(workshop.scratch.path('home', '.cdk.json'), JSON.stringify({ requireApproval: 'never' }));
  const shell = new Shell(workshop, folder);
  await report.prove('The first steps of docs/deployment.md: cdk init, npm install, code, bootstrap, deploy', async () => {
    const steps = firstSteps();
    const look = steps.findIndex(({ code }) => code.includes('aws dynamodb scan'));
    check(look > 0, 'the page does not look at the item');
    for (const step of steps.slice(0, look)) await take(step, shell, tarball);
    return `${look} steps`;
  });
  await report.prove('The first steps: the page counts visits', async () => {
    const { Url = '' } = await workshop.cloud.outputs(STACK);
    const visitor = new Visitor(workshop.cloud.endpoint, Url);
    const seen = [(await visitor.open()).body, (await visitor.open()).body];
    check(seen.join() === 'Visit 1,Visit 2', seen.join());
    return seen.join(', then ');
  });
  await report.prove('The first steps: the item is in the table', async () => {
    const { Count, Items } = JSON.parse(await shell.run(firstSteps().at(-1)?.code ?? '')) as { Count: number; Items: Record<string, unknown>[] };
    check(Count === 1 && Object.keys(Items[0] ?? {}).includes('sid'), `the scan found ${Count} items`);
    return `1 item with ${Object.keys(Items[0] ?? {}).sort().join(', ')}`;
  });
  await report.prove('The first steps: npx cdk destroy', async () => {
    await shell.run('npx cdk destroy --force');
    const status = await workshop.cloud.status(STACK);
    check(status === undefined || status === 'DELETE_COMPLETE', `the stack is ${status}`);
    return 'the stack is gone';
  });
}

async function take({ file, code }: Step, shell: Shell, tarball: string): Promise<void> {
  if (file !== undefined) {
    mkdirSync(dirname(join(shell.folder, file)), { recursive: true });
    writeFileSync(join(shell.folder, file), code);
    return;
  }
  await shell.run(code.replace('npm install cdk-session-table', `npm install ${tarball}`));
}

/** @throws Error where the page has no such section */
function firstSteps(): Step[] {
  const text = SECTION.exec(readFileSync(PAGE, 'utf8'))?.groups?.text;
  check(text !== undefined, `${PAGE} has no first steps`);
  return [...text.matchAll(BLOCK)].map(({ groups }) => ({ file: groups?.file, code: groups?.code ?? '' }));
}

/** A terminal: the folder that one command ends in is where the next one starts. */
class Shell {
  public constructor(private readonly workshop: Workshop, public folder: string) {}

  /** Runs commands. @returns what they printed */
  public async run(commands: string): Promise<string> {
    const { scratch, children, cloud } = this.workshop;
    const here = scratch.path('first-steps', 'pwd');
    const output = await children.run('bash', ['-euc', `${commands}\npwd > "$SHELL_FOLDER"`], {
      cwd: this.folder,
      env: { ...cloud.environment(scratch.path('home')), ...npmOfTheUser(), PATH: `${scratch.path('venv/bin')}:${process.env.PATH}`, CI: 'true', SHELL_FOLDER: here },
    });
    this.folder = readFileSync(here, 'utf8').trim();
    // The bootstrap bucket has its policy again.
    if (commands.includes('cdk bootstrap')) await cloud.allowPlainHttp();
    return output;
  }
}

/** Where npm finds its registry and what it has loaded before. */
function npmOfTheUser(): NodeJS.ProcessEnv {
  const home = process.env.HOME ?? '';
  return { npm_config_userconfig: join(home, '.npmrc'), npm_config_cache: process.env.npm_config_cache ?? join(home, '.npm'), npm_config_yes: 'true' };
}
