import type { ResponseCookies } from './cookies';
import type { RequestScope } from './scope';
import { secondsOf } from './scope';
import type { OldSession } from '../options/session-migration';
import type { OldTable } from '../table/old-table';

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
export class Migration {
  readonly #table: OldTable;
  readonly #find: () => OldSession | undefined;
  #old: OldSession | undefined;
  #isLookedFor = false;

  /** @param find - finds the old session; called when the handler first asks for its session */
  public constructor(table: OldTable, find: () => OldSession | undefined) {
    this.#table = table;
    this.#find = find;
  }

  /** Whether the request names an old session. */
  public get isNamed(): boolean {
    return this.#session() !== undefined;
  }

  /** The data to begin a session with; nothing where there is no old session. */
  public async read(scope: RequestScope): Promise<Readonly<Record<string, unknown>> | undefined> {
    const old = this.#session();
    if (old === undefined) return undefined;
    const row = await this.#table.read(old.tableName, old.key, scope.remainingTime);
    const data = row === undefined ? 'expired' : old.read(row, secondsOf(scope));
    if (data === undefined) scope.emit('item-invalid');
    if (typeof data === 'object') return data;
    if (data === 'expired') this.#forget(old, scope.response);
    return undefined;
  }

  /** Deletes the row, and clears the cookie with the response. */
  public async end(scope: RequestScope): Promise<void> {
    const old = this.#session();
    if (old === undefined) return;
    await this.#table.delete(old.tableName, old.key, scope.remainingTime);
    this.#forget(old, scope.response);
  }

  #session(): OldSession | undefined {
    if (!this.#isLookedFor) this.#old = this.#find();
    this.#isLookedFor = true;
    return this.#old;
  }

  #forget({ clearing }: OldSession, response: ResponseCookies): void {
    this.#old = undefined;
    response.clearOther(clearing);
  }
}
