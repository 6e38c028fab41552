import { isMainThread, parentPort, workerData } from 'node:worker_threads';

/** What a message to the instance carries: one invocation. */
export interface Invocation {
  readonly id: string;
  readonly event: unknown;
  /** Epoch milliseconds at which the time of the function is over. */
  readonly deadline: number;
}

/** What comes back: the handler's result, or what it threw. */
export type Outcome = { readonly id: string; readonly result: unknown } | { readonly id: string; readonly error: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

/**
 * One instance of the function, in a thread of its own: its `process.env` is
 * the function's environment and holds nothing of the machine's.
 */
function runInstance({ file, exportName }: { readonly file: string; readonly exportName: string }): void {
  // The bundle is loaded once, with the first invocation waiting: a cold start.
  const handler = import(file).then((bundle: Record<string, Handler>) => bundle[exportName]!);
  // Whether it loads or not, each invocation is answered.
  handler.catch(() => undefined);
  parentPort!.on('message', ({ id, event, deadline }: Invocation) => {
    const context = {
      awsRequestId: id,
      callbackWaitsForEmptyEventLoop: false,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    };
    handler
      .then((invoke) => invoke(event, context))
      .then((result): Outcome => ({ id, result }))
      .catch((error: unknown): Outcome => ({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) }))
      .then((outcome) => parentPort!.postMessage(outcome))
      .catch((error: unknown) => { throw error; });
  });
}

if (!isMainThread) runInstance(workerData as { file: string; exportName: string });
