import { SessionClient } from '../../src/runtime';

/** Counts the calls of one request, and what made it repeat them. */
export class CallCount {
  public readonly client: SessionClient;
  #reads = 0;
  #writes = 0;
  /** Calls that were refused or whose answer was lost: each may cost a read and the next attempt. */
  #failures = 0;
  /** Writes whose answer was lost, so that they may have landed. */
  public lostWrites = 0;

  public constructor(client: SessionClient) {
    const counted = <Input, Output>(isRead: boolean, call: (input: Input, options: Parameters<SessionClient['getItem']>[1]) => Promise<Output>) =>
      async (input: Input, options: Parameters<SessionClient['getItem']>[1]): Promise<Output> => {
        if (isRead) this.#reads++;
        else this.#writes++;
        try {
          return await call(input, options);
        } catch (error) {
          this.#failures++;
          if (!isRead && (error as Error).name === 'TimeoutError') this.lostWrites++;
          throw error;
        }
      };
    this.client = {
      singleAttempt: true,
      getItem: counted(true, client.getItem),
      putItem: counted(false, client.putItem),
      updateItem: counted(false, client.updateItem),
      deleteItem: counted(false, client.deleteItem),
    };
  }

  /** What the request did too often: one read, one more before it creates a session, two writes for each time that it stores. */
  public problems(steps: readonly string[]): string[] {
    const stores = 1 + steps.filter((step) => ['update', 'save', 'signOut', 'leave'].includes(step)).length;
    const isReading = steps.some((step) => step !== 'leave');
    return [
      ...(this.#reads > (isReading ? 2 : 0) + this.#failures ? ['more reads than a request needs'] : []),
      // A refused sign-in removes its copy and makes another.
      ...(this.#writes > 2 * stores + 3 * this.#failures ? ['more writes than a request needs'] : []),
    ];
  }
}
