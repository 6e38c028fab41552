import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Workshop } from './cdk-app';
import { ROOT } from './scratch';
import { Visitor } from './visitor';
import { type Report, check } from '../support/report';

const PAGE = join(ROOT, 'docs/tutorial.md');
const BLOCK = /(?:<!-- file: (?<file>\S+) -->\n)?^```(?<language>\w+)\n(?<code>[^]*?)^```/gm;
const STACK = 'ShopStack';

/** A command of the page, or a file that it tells the reader to write. */
interface Step {
  readonly file?: string;
  readonly code: string;
}

/**
 * The way of docs/tutorial.md from an empty folder to a deployed stack: its commands
 * and files are taken word for word. Only the package's name is replaced by its
 * tarball, because the registry's version is not this one.
 */
export class FirstSteps {
  /** Takes the steps up to the first that speaks to the cloud, while others are at work there. */
  public static begin(workshop: Workshop, tarball: string): FirstSteps {
    const begun = new FirstSteps(workshop, tarball);
    // The one who asks for the rest is told of it.
    begun.prepared.catch(() => undefined);
    return begun;
  }

  public readonly shell: Shell;
  private readonly steps = firstSteps();
  private readonly prepared: Promise<void>;

  private constructor(public readonly workshop: Workshop, private readonly tarball: string) {
    const folder = workshop.scratch.path('first-steps');
    mkdirSync(folder, { recursive: true });
    // Nobody is here to press y.
    writeFileSync(workshop.scratch.path('home', '.cdk.json'), JSON.stringify({ requireApproval: 'never' }));
    this.shell = new Shell(workshop, folder);
    this.prepared = this.take(0, this.indexOf('cdk bootstrap'));
  }

  /** Takes the steps up to the deployed stack. @returns how many there were */
  public async deploy(): Promise<number> {
    await this.prepared;
    const look = this.indexOf('aws dynamodb scan');
    await this.take(this.indexOf('cdk bootstrap'), look);
    return look;
  }

  /** Takes the step that looks at the item. @returns what it printed */
  public look(): Promise<string> {
    return this.shell.run(this.steps[this.indexOf('aws dynamodb scan')]!.code);
  }

  private async take(from: number, to: number): Promise<void> {
    for (const step of this.steps.slice(from, to)) await take(step, this.shell, this.tarball);
  }

  private indexOf(command: string): number {
    const index = this.steps.findIndex(({ code }) => code.includes(command));
    check(index > 0, `${PAGE} does not say ${command}`);
    return index;
  }
}

/** Proves that these steps lead to a page that people sign in to. */
export async function proveFirstSteps(report: Report, steps: FirstSteps): Promise<void> {
  const { cloud } = steps.workshop;
  await report.prove('The first steps of docs/tutorial.md: cdk init, npm install, code, its test, bootstrap, deploy', async () => `${await steps.deploy()} steps`);
  await report.prove('The first steps: signed in with the right password alone, and the page counts visits', async () => {
    const { Url = '' } = await cloud.outputs(STACK);
    const visitor = new Visitor(cloud.endpoint, Url);
    const wrong = await visitor.open('/sign-in', 'POST', { name: 'ada', password: 'wrong' });
    check(wrong.status === 403, `the wrong password got ${wrong.status}`);
    const right = await visitor.open('/sign-in', 'POST', { name: 'ada', password: 'correct horse' });
    check(right.status === 303, `the right password got ${right.status}`);
    const seen = [(await visitor.open()).body, (await visitor.open()).body].map((body) => /^Hello, ada. Visit \d/.exec(body)?.[0]);
    check(seen.join() === 'Hello, ada. Visit 1,Hello, ada. Visit 2', seen.join());
    return seen.join(', then ');
  });
  await report.prove('The first steps: the item is in the table', async () => {
    const { Count, Items } = JSON.parse(await steps.look()) as { Count: number; Items: Record<string, unknown>[] };
    check(Count === 1 && Object.keys(Items[0] ?? {}).includes('sid'), `the scan found ${Count} items`);
    return `1 item with ${Object.keys(Items[0] ?? {}).sort().join(', ')}`;
  });
  await report.prove('The first steps: npx cdk destroy', async () => {
    await steps.shell.run('npx cdk destroy --force');
    const status = await cloud.status(STACK);
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

function firstSteps(): Step[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(BLOCK)].map(({ groups }) => ({ file: groups?.file, code: groups?.code ?? '' }));
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
