import type { SessionEvent } from './session-event';
import type { SessionClient } from '../client/session-client';
import type { Clock, RandomBytes } from '../clock';

/** The sessions of another store, which move in: what `connectDynamoDb` returns. There is nothing in it for you to call. */
export interface SessionMigration {
  /** The name of the other store's cookie. */
  readonly cookieName: string;
  /** @internal Makes what looks for the old session of a request, with the client and the settings of a factory. */
  connect(client: SessionClient, settings: MigrationSettings): FindOldSession;
}

/** Finds the session of another store that the `Cookie` headers of a request may name. Makes no call. */
export type FindOldSession = (cookies: readonly unknown[]) => OldSession;

/** What the calls to the other store need from the factory. */
export interface MigrationSettings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Milliseconds for one call with all its attempts. */
  readonly deadline: number;
}

/** What a migration needs from the request. */
export interface MigratingRequest {
  readonly remainingTime: (() => number) | undefined;
  readonly response: { clearOther(setCookie: string): void };
  emit(type: SessionEvent['type']): void;
}

/** The session of another store that one request may name. */
export interface OldSession {
  /** Whether the request names one. Makes no call. */
  readonly isNamed: boolean;
  /** The data to begin a session with; nothing if there is no old session. */
  read(request: MigratingRequest): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Deletes the old session, and clears its cookie with the response. */
  end(request: MigratingRequest): Promise<void>;
}
