import { SessionClient } from '../../src/runtime';

/** An error as the SDK makes them: a name, and what is known of the answer. */
export function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error(`the text of ${name} for arn:aws:iam::123456789012:role/shop`), { name, $metadata: { attempts: 1 }, ...more });
}

/** What one call does: answers with this, fails with this error, or never answers. */
export type Step = { readonly answer: object } | { readonly error: Error } | 'silence';

/** A client that does as it is told, call by call, and then answers with nothing. */
export class ScriptedClient implements SessionClient {
  public readonly singleAttempt: boolean;
  public readonly endpoint: string | undefined;
  public readonly inputs: { readonly operation: string; readonly input: unknown }[] = [];
  readonly #steps: Step[];

  public constructor(steps: readonly Step[], { singleAttempt = true, endpoint = undefined as string | undefined } = {}) {
    this.#steps = [...steps];
    this.singleAttempt = singleAttempt;
    this.endpoint = endpoint;
  }

  public readonly getItem = (input: unknown) => this.#next('GetItem', input);
  public readonly putItem = (input: unknown) => this.#next('PutItem', input);
  public readonly updateItem = (input: unknown) => this.#next('UpdateItem', input);
  public readonly deleteItem = (input: unknown) => this.#next('DeleteItem', input);
  public readonly transactWrite = (input: unknown) => this.#next('TransactWriteItems', input);

  async #next(operation: string, input: unknown): Promise<object> {
    this.inputs.push({ operation, input });
    const step = this.#steps.shift() ?? { answer: {} };
    if (step === 'silence') return new Promise(() => undefined);
    if ('error' in step) throw step.error;
    return step.answer;
  }
}
