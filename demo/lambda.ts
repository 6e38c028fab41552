import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { transformSync } from 'esbuild';
import type { Invocation, Outcome } from './instance';
import type { FunctionDefinition } from './template';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The bundled function of the template, running in a thread whose environment is the template's. */
export class Lambda {
  private readonly worker: Worker;
  private readonly waiting = new Map<string, Waiting>();
  private ended = false;

  /** @param platform - the variables that the Lambda service itself sets: region and credentials */
  public constructor(private readonly definition: FunctionDefinition, platform: Readonly<Record<string, string>>) {
    // A thread started from TypeScript would need a loader in it; transforming its one file needs none.
    const source = readFileSync(join(__dirname, 'instance.ts'), 'utf8');
    this.worker = new Worker(transformSync(source, { loader: 'ts', format: 'cjs', supported: { 'dynamic-import': true } }).code, {
      eval: true,
      execArgv: [],
      env: { ...platform, ...definition.environment },
      workerData: { file: `${definition.file}.js`, exportName: definition.exportName },
    });
    this.worker.on('message', (outcome: Outcome) => this.settle(outcome));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The function ended')));
  }

  /** @throws when the handler throws, or has not answered when its time is over */
  public async invoke(event: unknown): Promise<unknown> {
    if (this.ended) throw new Error('The function has ended');
    const id = randomUUID();
    const milliseconds = this.definition.timeout * 1000;
    const invocation: Invocation = { id, event, deadline: Date.now() + milliseconds };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle({ id, error: `Task timed out after ${this.definition.timeout} seconds` }), milliseconds);
      this.waiting.set(id, { resolve, reject, timer });
      this.worker.postMessage(invocation);
    });
  }

  public async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(outcome: Outcome): void {
    const entry = this.waiting.get(outcome.id);
    if (!entry) return;
    this.waiting.delete(outcome.id);
    clearTimeout(entry.timer);
    if ('error' in outcome) entry.reject(new Error(outcome.error));
    else entry.resolve(outcome.result);
  }

  private fail(error: Error): void {
    this.ended = true;
    for (const id of this.waiting.keys()) this.settle({ id, error: error.message });
  }
}
