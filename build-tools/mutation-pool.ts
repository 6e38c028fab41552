/** Processes that run tests with changed sources, and end those that hang. */
import { ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { MutationJob, TestRun } from './mutation-worker';

const EXEC = ['--import', 'tsx', '--no-warnings'];
/** Reached by a test that hangs, and by a process that a change has ended. */
export type Outcome = readonly TestRun[] | 'hangs' | 'ended';

/** One process, made again where a change has ended it. */
export class MutationProcess {
  #child: ChildProcess | undefined;

  public run(job: MutationJob, longest: number): Promise<Outcome> {
    const child = (this.#child ??= this.#start());
    return new Promise((resolve) => {
      const end = (outcome: Outcome): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (typeof outcome === 'string') this.close();
        resolve(outcome);
      };
      const timer = setTimeout(() => end('hangs'), longest);
      child.once('exit', () => end('ended'));
      child.once('message', (runs) => end(runs as readonly TestRun[]));
      child.send(job);
    });
  }

  public close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const env = { ...process.env, MUTATION: '1', JSII_DEPRECATED: 'quiet', NODE_OPTIONS: '' };
    return fork(join(__dirname, 'mutation-worker.ts'), { execArgv: EXEC, stdio: process.env.MUTATION_LOUD ? 'inherit' : 'ignore', env });
  }
}
