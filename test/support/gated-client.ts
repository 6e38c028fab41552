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

interface Hold {
  readonly verb: Verb;
  readonly arrive: () => void;
  readonly opened: Promise<void>;
}

/** A client whose next call of a verb can be held at a gate, be denied, or lose its answer after it was applied. */
export class GatedClient implements SessionClient {
  public readonly singleAttempt = true;
  readonly #client: SessionClient;
  readonly #holds: Hold[] = [];
  readonly #losses: Verb[] = [];
  readonly #denials: Verb[] = [];

  public constructor(client: SessionClient) {
    this.#client = client;
  }

  public readonly getItem: SessionClient['getItem'] = (input, options) => this.#pass('getItem', () => this.#client.getItem(input, options));
  public readonly putItem: SessionClient['putItem'] = (input, options) => this.#pass('putItem', () => this.#client.putItem(input, options));
  public readonly updateItem: SessionClient['updateItem'] = (input, options) =>
    this.#pass('updateItem', () => this.#client.updateItem(input, options));
  public readonly deleteItem: SessionClient['deleteItem'] = (input, options) =>
    this.#pass('deleteItem', () => this.#client.deleteItem(input, options));

  public readonly transactWrite: NonNullable<SessionClient['transactWrite']> = (input, options) =>
    this.#pass('transactWrite', () => (this.#client as Required<SessionClient>).transactWrite(input, options));

  /** Holds the next call of a verb. */
  public hold(verb: Verb): Gate {
    let arrive = (): void => undefined;
    let open = (): void => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#holds.push({ verb, arrive, opened });
    return { reached, open };
  }

  /** Applies the next call of a verb, and loses its answer. */
  public loseAnswer(verb: Verb): void {
    this.#losses.push(verb);
  }

  /** Denies the next call of a verb. */
  public deny(verb: Verb): void {
    this.#denials.push(verb);
  }

  async #pass<Output>(verb: Verb, call: () => Promise<Output>): Promise<Output> {
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
    const lost = this.#losses.indexOf(verb);
    if (lost < 0) return call();
    this.#losses.splice(lost, 1);
    await call();
    throw awsError('TimeoutError');
  }
}
