import type { Item } from '../client/session-client';

/** Another session store whose sessions move in: what `migrateFrom` takes. Each has an entry point of its own. */
export interface SessionMigration {
  /** The old session that the `Cookie` headers name, if the cookie is genuine. Makes no call. */
  find(cookies: readonly unknown[]): OldSession | undefined;
}

/** A session of another store. */
export interface OldSession {
  readonly tableName: string;
  readonly key: Item;
  /** The `Set-Cookie` that removes the old cookie. */
  readonly clearing: string;
  /** The data of the row as it was stored: `expired` past its time, `undefined` where it cannot be read. */
  read(row: unknown, now: number): Readonly<Record<string, unknown>> | 'expired' | undefined;
}
