import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

/** A message to the instance: one invocation. */
export interface Invocation {
  readonly id: string;
  readonly event: unknown;
  /** Epoch milliseconds, by the machine's clock, at which the time of the function is over. */
  readonly deadline: number;
  /** Milliseconds that the laboratory's clock is ahead of the machine's. */
  readonly ahead: number;
}

/** The answer: the handler's result, or what it threw. */
export type Outcome = { readonly id: string; readonly result: unknown } | { readonly id: string; readonly error: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

interface Bundle {
  readonly moveClock: (milliseconds: number) => void;
  readonly [name: string]: unknown;
}

/** Which invocation is under way, and at which line of the handler, for the calls that it makes. */
const calling = new AsyncLocalStorage<{ readonly id: string; readonly line: number }>();

/** Labels each call to DynamoDB for the meter. The header is not signed, and DynamoDB never sees it. */
function labelCalls(): void {
  const { request } = http;
  http.request = (...args: unknown[]) => {
    const made = (request as (...given: unknown[]) => http.ClientRequest)(...args);
    const { id, line } = calling.getStore() ?? {};
    if (id !== undefined) made.setHeader('x-lab-request', id).setHeader('x-lab-line', String(line));
    return made;
  };
  syncBuiltinESMExports();
  // So that stack traces name the lines of the sources.
  process.setSourceMapsEnabled(true);
}

/**
 * One execution environment of the function, in a thread of its own: its
 * `process.env` is the function's environment and holds nothing of the machine's.
 */
function runInstance({ file, exportName }: { readonly file: string; readonly exportName: string }): void {
  labelCalls();
  const loading = import(file) as Promise<Bundle>;
  // A failure to load is the answer to each invocation.
  loading.catch(() => undefined);
  parentPort!.on('message', ({ id, event, deadline, ahead }: Invocation) => {
    const context = {
      awsRequestId: id,
      callbackWaitsForEmptyEventLoop: false,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
      trace: (line: number, run: () => unknown) => calling.run({ id, line }, run),
    };
    loading
      .then((bundle) => {
        bundle.moveClock(ahead);
        return calling.run({ id, line: 0 }, () => (bundle[exportName] as Handler)(event, context));
      })
      .then((result): Outcome => ({ id, result }))
      .catch((error: unknown): Outcome => ({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) }))
      .then((outcome) => parentPort!.postMessage(outcome))
      .catch((error: unknown) => { throw error; });
  });
}

if (!isMainThread) runInstance(workerData as { file: string; exportName: string });
