import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { transformSync } from 'esbuild';
import type { Invocation, Outcome } from './instance';
import type { FunctionDefinition } from './template';

interface Waiting {
  readonly id: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** An invocation, before it has an environment and a deadline. */
export type Call = Pick<Invocation, 'id' | 'event' | 'ahead'>;

let instanceCode: string | undefined;

/** A thread started from TypeScript would need a loader; transforming its one file does not. */
function codeOfInstance(): string {
  const source = () => readFileSync(join(__dirname, 'instance.ts'), 'utf8');
  return (instanceCode ??= transformSync(source(), { loader: 'ts', format: 'cjs', supported: { 'dynamic-import': true } }).code);
}

/**
 * One execution environment of the function: a thread that has the template's environment and takes one request at a
 * time.
 */
export class Environment {
  private readonly worker: Worker;
  private waiting: Waiting | undefined;
  private ended = false;

  /** @param variables - the environment variables, with those that the Lambda service itself sets */
  public constructor(private readonly definition: FunctionDefinition, variables: Readonly<Record<string, string>>) {
    this.worker = new Worker(codeOfInstance(), {
      eval: true,
      execArgv: [],
      env: { ...variables },
      workerData: { file: definition.file, exportName: definition.exportName },
    });
    this.worker.on('message', (outcome: Outcome) => this.settle(outcome));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The function ended')));
  }

  public get isUsable(): boolean {
    return !this.ended;
  }

  /** @throws when the handler throws, or has not answered when its time is up */
  public async invoke(call: Call): Promise<unknown> {
    if (this.ended) throw new Error('The function has ended');
    const { id } = call;
    const milliseconds = this.definition.timeout * 1000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.timeOut(id), milliseconds);
      this.waiting = { id, resolve, reject, timer };
      this.worker.postMessage({ ...call, deadline: Date.now() + milliseconds } satisfies Invocation);
    });
  }

  public async close(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  /** As in Lambda: what is still running is stopped with its environment. */
  private timeOut(id: string): void {
    this.settle({ id, error: `Task timed out after ${this.definition.timeout} seconds` });
    void this.close();
  }

  private settle(outcome: Outcome): void {
    const entry = this.waiting;
    if (entry?.id !== outcome.id) return;
    this.waiting = undefined;
    clearTimeout(entry.timer);
    if ('error' in outcome) entry.reject(new Error(outcome.error));
    else entry.resolve(outcome.result);
  }

  private fail(error: Error): void {
    this.ended = true;
    if (this.waiting) this.settle({ id: this.waiting.id, error: error.message });
  }
}
