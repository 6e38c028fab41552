import { call } from './call';
import type { StoreSettings } from './store';
import type { Item, SessionClient } from '../client/session-client';

/** The table of another session store, whose rows move in: read once, then deleted. */
export class OldTable {
  readonly #client: SessionClient;
  readonly #settings: StoreSettings;

  public constructor(client: SessionClient, settings: StoreSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Reads a row strongly; `undefined` where it is not there. */
  public async read(TableName: string, Key: Item, remainingTime: (() => number) | undefined): Promise<unknown> {
    const input = { TableName, Key, ConsistentRead: true };
    const answer = await call(this.#client, 'GetItem', (options) => this.#client.getItem(input, options), { ...this.#settings, remainingTime });
    return answer.refused ? undefined : answer.output.Item;
  }

  /** Deletes a row. One that is not there is deleted already. */
  public async delete(TableName: string, Key: Item, remainingTime: (() => number) | undefined): Promise<void> {
    await call(this.#client, 'DeleteItem', (options) => this.#client.deleteItem({ TableName, Key }, options), { ...this.#settings, remainingTime });
  }
}
