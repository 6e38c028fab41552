import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SessionClient } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';

type Answer = Awaited<ReturnType<SessionClient['getItem']>>;

/**
 * A client of a table with a replica that lags: an eventual read gets what the
 * replica saw last, and that is nothing until it has caught up.
 */
export class LaggingClient implements SessionClient {
  readonly #client: SessionClient;
  readonly #replica = new Map<string, Answer>();
  #lags = true;

  public constructor(client: DynamoDBClient) {
    this.#client = sdkClient(client);
  }

  public readonly putItem: SessionClient['putItem'] = (input, options) => this.#client.putItem(input, options);
  public readonly updateItem: SessionClient['updateItem'] = (input, options) => this.#client.updateItem(input, options);
  public readonly deleteItem: SessionClient['deleteItem'] = (input, options) => this.#client.deleteItem(input, options);

  public readonly getItem: SessionClient['getItem'] = async (input, options) => {
    const newest = await this.#client.getItem(input, options);
    const key = JSON.stringify(input.Key);
    if (!this.#lags) this.#replica.set(key, newest);
    return input.ConsistentRead === true ? newest : (this.#replica.get(key) ?? {});
  };

  /** From now on the replica sees what is read. */
  public catchUp(): void {
    this.#lags = false;
  }

  /** From now on the replica keeps what it saw last. */
  public fallBehind(): void {
    this.#lags = true;
  }
}
