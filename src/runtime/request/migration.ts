import type { Item, SessionClient } from '../client/session-client';
import type { MigratingRequest, MigrationSettings, OldSession, SessionMigration } from '../options/session-migration';
import { call } from '../table/call';

/** Where a session of another store is, and how it is read. */
export interface OldRow {
  readonly tableName: string;
  readonly key: Item;
  /** The `Set-Cookie` that removes the old cookie. */
  readonly clearing: string;
  /** The data of the row as it was stored: `expired` past its time, `undefined` where it cannot be read. */
  read(row: unknown, now: number): Readonly<Record<string, unknown>> | 'expired' | undefined;
}

/** Finds the old session that the `Cookie` headers name, if the cookie is genuine. */
export type FindOldRow = (cookies: readonly unknown[]) => OldRow | undefined;

/** Moves in the sessions that are found. */
export function migrationBy(cookieName: string, find: FindOldRow): SessionMigration {
  return {
    cookieName,
    connect: (client, settings) => (cookies) => new Migration(client, settings, () => find(cookies)),
  };
}

/**
 * The old session of one request.
 *
 * | then | the row |
 * |---|---|
 * | the handler opens the session and our cookie is absent | is read, once and strongly |
 * | the session is stored | is deleted after that, and the old cookie cleared |
 * | it is not stored, because the handler failed | stays; the next request takes it |
 * | the session is ended | is deleted too, or it would come back |
 */
class Migration implements OldSession {
  readonly #client: SessionClient;
  readonly #settings: MigrationSettings;
  readonly #find: () => OldRow | undefined;
  #row: OldRow | undefined;
  #isLookedFor = false;

  /** @param find - called when the handler first asks for its session */
  public constructor(client: SessionClient, settings: MigrationSettings, find: () => OldRow | undefined) {
    this.#client = client;
    this.#settings = settings;
    this.#find = find;
  }

  public get isNamed(): boolean {
    return this.#named() !== undefined;
  }

  public async read(request: MigratingRequest): Promise<Readonly<Record<string, unknown>> | undefined> {
    const old = this.#named();
    if (old === undefined) return undefined;
    const input = { TableName: old.tableName, Key: old.key, ConsistentRead: true };
    const answer = await call(
      this.#client,
      'GetItem',
      (options) => this.#client.getItem(input, options),
      this.#bounds(request),
    );
    const row = answer.refused ? undefined : answer.output.Item;
    const data = row === undefined ? 'expired' : old.read(row, Math.floor(this.#settings.clock.now() / 1000));
    if (data === undefined) request.emit('item-invalid');
    if (typeof data === 'object') return data;
    if (data === 'expired') this.#forget(old, request);
    return undefined;
  }

  public async end(request: MigratingRequest): Promise<void> {
    const old = this.#named();
    if (old === undefined) return;
    const input = { TableName: old.tableName, Key: old.key };
    await call(this.#client, 'DeleteItem', (options) => this.#client.deleteItem(input, options), this.#bounds(request));
    this.#forget(old, request);
  }

  #named(): OldRow | undefined {
    if (!this.#isLookedFor) this.#row = this.#find();
    this.#isLookedFor = true;
    return this.#row;
  }

  #bounds({ remainingTime }: MigratingRequest): Parameters<typeof call>[3] {
    const { clock, random, deadline } = this.#settings;
    return { clock, random, deadline, remainingTime };
  }

  #forget({ clearing }: OldRow, { response }: MigratingRequest): void {
    this.#row = undefined;
    response.clearOther(clearing);
  }
}
