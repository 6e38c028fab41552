import { awsError } from './scripted-client';
import { SessionClient } from '../../src/runtime';

type Verb = 'getItem' | 'putItem' | 'updateItem' | 'deleteItem' | 'transactWrite';

/** A call that is held before it reaches the table. */
export interface Gate {
  /** Fulfils when the call has come to the gate. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  open(): void;
}

/** A call that was given up before it reached the table. */
export interface LateCall {
  /** The input of the call, once it was made. */
  readonly input: unknown;
  /** Lets it arrive; resolves to whether the table applied it. */
  deliver(): Promise<boolean>;
}

interface Delay {
  readonly verb: Verb;
  input: unknown;
  send: (() => Promise<unknown>) | undefined;
}

interface Hold {
  readonly verb: Verb;
  readonly arrive: () => void;
  readonly opened: Promise<void>;
}

/** A client whose next call of a verb can be held at a gate, be denied, lose its answer after it was applied, or arrive late. */
export class GatedClient implements SessionClient {
  public readonly singleAttempt = true;
  readonly #client: SessionClient;
  readonly #holds: Hold[] = [];
  readonly #losses: Verb[] = [];
  readonly #denials: Verb[] = [];
  readonly #delays: Delay[] = [];
  /** The verbs that were called, with `(strong)` for a consistent read. */
  public readonly calls: string[] = [];
  /** Is awaited after each call that reached the table, before its answer is given. */
  public afterEach: (() => Promise<void>) | undefined;

  public constructor(client: SessionClient) {
    this.#client = client;
  }

  public readonly getItem: SessionClient['getItem'] = (input, options) => this.#pass('getItem', input, () => this.#client.getItem(input, options));
  public readonly putItem: SessionClient['putItem'] = (input, options) => this.#pass('putItem', input, () => this.#client.putItem(input, options));
  public readonly updateItem: SessionClient['updateItem'] = (input, options) =>
    this.#pass('updateItem', input, () => this.#client.updateItem(input, options));
  public readonly deleteItem: SessionClient['deleteItem'] = (input, options) =>
    this.#pass('deleteItem', input, () => this.#client.deleteItem(input, options));

  public readonly transactWrite: NonNullable<SessionClient['transactWrite']> = (input, options) =>
    this.#pass('transactWrite', input, () => (this.#client as Required<SessionClient>).transactWrite(input, options));

  /** Holds the next call of a verb. */
  public hold(verb: Verb): Gate {
    let arrive = (): void => undefined;
    let open = (): void => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#holds.push({ verb, arrive, opened });
    return { reached, open };
  }

  /** Lets the client give up the next call of a verb; it arrives when it is delivered. */
  public delay(verb: Verb): LateCall {
    const delay: Delay = { verb, input: undefined, send: undefined };
    this.#delays.push(delay);
    return {
      get input() {
        return delay.input;
      },
      deliver: async () => {
        if (delay.send === undefined) throw new Error(`${verb} was not called`);
        return delay.send().then(() => true, () => false);
      },
    };
  }

  /** Applies the next call of a verb, and loses its answer, whatever it is. */
  public loseAnswer(verb: Verb): void {
    this.#losses.push(verb);
  }

  /** Denies the next call of a verb. */
  public deny(verb: Verb): void {
    this.#denials.push(verb);
  }

  async #pass<Output>(verb: Verb, input: object, call: () => Promise<Output>): Promise<Output> {
    this.calls.push('ConsistentRead' in input ? `${verb}(strong)` : verb);
    const held = this.#holds.findIndex((hold) => hold.verb === verb);
    if (held >= 0) {
      const [hold] = this.#holds.splice(held, 1);
      hold?.arrive();
      await hold?.opened;
    }
    const denied = this.#denials.indexOf(verb);
    if (denied >= 0) {
      this.#denials.splice(denied, 1);
      throw awsError('AccessDeniedException');
    }
    const delayed = this.#delays.findIndex((delay) => delay.verb === verb);
    if (delayed >= 0) {
      for (const delay of this.#delays.splice(delayed, 1)) Object.assign(delay, { input, send: call });
      throw awsError('TimeoutError');
    }
    const lost = this.#losses.indexOf(verb);
    if (lost < 0) return call().finally(() => this.afterEach?.());
    this.#losses.splice(lost, 1);
    await call().catch(() => undefined);
    throw awsError('TimeoutError');
  }
}
