import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from './cloud';
import { ACCOUNT, REGION } from './emulator';
import { leaveOut } from './emulator-limits';
import { ROOT, type Scratch } from './scratch';
import type { Children } from '../support/children';

const CDK = join(ROOT, 'node_modules/.bin/cdk');

/** Where the apps of a run live, and what runs them. */
export interface Workshop {
  readonly scratch: Scratch;
  readonly children: Children;
  readonly cloud: Cloud;
}

/** Prepares account and Region for the CDK CLI. */
export async function bootstrap(workshop: Workshop): Promise<void> {
  await cdk(workshop, workshop.scratch.folder, ['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
  await workshop.cloud.allowPlainHttp();
}

/** A CDK app in a folder of the scratch, which the real CLI synthesises and deploys. */
export class CdkApp {
  public constructor(private readonly workshop: Workshop, public readonly name: string, private readonly folder: string) {}

  /** Synthesises the app. */
  public async synth(): Promise<void> {
    await cdk(this.workshop, this.folder, ['synth', '--quiet', '--output', this.assembly]);
  }

  /**
   * Prepares a change set for a stack of the app as it is now, which is synthesised again.
   *
   * @param variables what the app reads of its environment
   */
  public async prepareChangeSet(stack: string, name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const options = ['--method', 'prepare-change-set', '--change-set-name', name, '--require-approval', 'never', '--output', `${this.assembly}.${name}`];
    await cdk(this.workshop, this.folder, ['deploy', stack, ...options], variables);
  }

  /** Takes out of the templates what the emulator cannot make. @returns what that was, as text */
  public leaveOut(): string[] {
    return leaveOut(this.assembly);
  }

  /** Holds the templates to the rules of cfn-lint. @throws Error with what it found */
  public async lint(): Promise<void> {
    const templates = this.stacks().map((stack) => join(this.assembly, `${stack}.template.json`));
    // W3005: CDK writes each dependency out, also where an attribute says the same.
    const args = ['--ignore-checks', 'W3005', '--regions', REGION, '--', ...templates];
    await this.workshop.children.run(this.workshop.scratch.path('venv/bin/cfn-lint'), args, { cwd: this.folder });
  }

  /** The names of its stacks, in the order of their deployment. */
  public stacks(): string[] {
    const { artifacts } = JSON.parse(readFileSync(join(this.assembly, 'manifest.json'), 'utf8')) as { artifacts: Record<string, { type: string }> };
    return Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack').map(([name]) => name);
  }

  /** Deploys a stack, or all of them. @throws Error with the CLI's last lines where it fails */
  public async deploy(stack = '--all'): Promise<string> {
    return cdk(this.workshop, this.folder, ['deploy', stack, '--app', this.assembly, '--require-approval', 'never', '--progress', 'events']);
  }

  /** Removes all stacks. */
  public async destroy(): Promise<void> {
    await cdk(this.workshop, this.folder, ['destroy', '--all', '--force', '--app', this.assembly]);
  }

  private get assembly(): string {
    return join(this.folder, 'cdk.out');
  }
}

/** Runs the real CLI in a folder. @returns what it printed */
export function cdk(
  { scratch, children, cloud }: Workshop, cwd: string, args: string[], variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  return children.run(CDK, [...args, '--no-notices', '--no-version-reporting', '--ci'], {
    cwd,
    env: { ...cloud.environment(scratch.path('home')), ...variables },
  });
}
