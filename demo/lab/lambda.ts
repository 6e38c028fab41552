import { Call, Environment } from './environment';
import type { FunctionDefinition } from './template';

/** How many requests run at once; more wait. */
export const MOST_ENVIRONMENTS = 6;

/** The variable that the runtime reads its options from. */
const OPTIONS = 'SESSION_TABLE_OPTIONS';

/**
 * The function: as many execution environments as there are requests at once.
 *
 * As in Lambda they share no memory, so only the table keeps requests from losing
 * each other's changes.
 */
export class Lambda {
  private environments: Environment[] = [];
  private idle: Environment[] = [];
  private readonly queue: ((environment: Environment) => void)[] = [];
  private sealed = false;

  /** @param platform - the variables that the Lambda service itself sets: region and credentials */
  public constructor(private readonly definition: FunctionDefinition, private readonly platform: Readonly<Record<string, string>>) {}

  public get isSealed(): boolean {
    return this.sealed;
  }

  /** The variables that the function has now. */
  public get variables(): Readonly<Record<string, string>> {
    const { environment } = this.definition;
    if (!this.sealed) return environment;
    return { ...environment, [OPTIONS]: JSON.stringify({ ...JSON.parse(environment[OPTIONS] ?? '{}') as object, sealed: true }) };
  }

  /** Starts environments ahead of requests that come at once. */
  public prepare(count: number): void {
    while (this.environments.length < Math.min(count, MOST_ENVIRONMENTS)) this.idle.push(this.start());
  }

  /** @throws when the handler throws, or has not answered when its time is up */
  public async invoke(call: Call): Promise<unknown> {
    const environment = await this.take();
    try {
      return await environment.invoke(call);
    } finally {
      this.giveBack(environment);
    }
  }

  /** Deploys the function with other options: requests that are under way finish in the old environments. */
  public deploy({ sealed }: { readonly sealed: boolean }): void {
    this.sealed = sealed;
    const { idle } = this;
    this.environments = [];
    this.idle = [];
    for (const environment of idle) void environment.close();
  }

  public async close(): Promise<void> {
    await Promise.all([...this.environments, ...this.idle].map(async (environment) => environment.close()));
  }

  private async take(): Promise<Environment> {
    const ready = this.idle.pop();
    if (ready?.isUsable) return ready;
    if (ready) return this.replace(ready);
    if (this.environments.length < MOST_ENVIRONMENTS) return this.start();
    return new Promise((resolve) => this.queue.push(resolve));
  }

  private replace(environment: Environment): Environment {
    this.environments = this.environments.filter((other) => other !== environment);
    return this.start();
  }

  private start(): Environment {
    const environment = new Environment(this.definition, { ...this.platform, ...this.variables });
    this.environments.push(environment);
    return environment;
  }

  private giveBack(environment: Environment): void {
    const isCurrent = this.environments.includes(environment);
    if (!isCurrent) void environment.close();
    const usable = isCurrent && environment.isUsable ? environment : undefined;
    const next = this.queue.shift();
    if (next) next(usable ?? (isCurrent ? this.replace(environment) : this.start()));
    else if (usable) this.idle.push(usable);
    else if (isCurrent) this.environments = this.environments.filter((other) => other !== environment);
  }
}
