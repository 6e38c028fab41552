import { SessionsById } from './by-id';
import { CookieWriter } from './cookies';
import { FactoryParts, SessionRequest, SessionRequestInit, detachedScope } from './session-request';
import { UserSessions } from './users';
import { ClientOfSdk, ClientSettings, SessionClient, isClientOfSdk } from '../client/session-client';
import type { SessionFactoryOptions } from '../options/factory-options';
import { Environment, resolveOptions } from '../options/resolve-options';
import { Store } from '../table/store';

/** Returns the client of a factory: the given one in the form of the port, or one of the library's own. */
export type ClientProvider = (given: ClientOfSdk | undefined, settings: ClientSettings) => SessionClient;

/** Opens sessions. The options are checked once, and all requests share one client. */
export class SessionFactory<Data extends object = Record<string, unknown>> {
  readonly #parts: FactoryParts;
  /** Sessions by an id that the application holds, without a request. */
  public readonly byId: SessionsById;

  /** @internal */
  public constructor(parts: FactoryParts) {
    this.#parts = parts;
    this.byId = new SessionsById(parts);
  }

  /**
   * Begins a request, without a call. Adapters call this; call it yourself if your framework has none:
   *
   * ```ts
   * const request = sessions.forRequest({ cookies: req.headers.cookie, https: req.secure });
   * const session = await request.session();
   * session.set('seen', true);
   * const { headers, unavailable } = await request.finish({ status: 200 });
   * ```
   *
   * @throws TypeError if `https` is missing
   */
  public forRequest(init: SessionRequestInit): SessionRequest<Data> {
    return new SessionRequest<Data>(this.#parts, init);
  }

  /**
   * The sessions of a user, to list and to end. Makes no call.
   *
   * @param userId - the one passed to `session.signIn`
   * @throws TypeError for an id that is not a string of 1 to 1,024 bytes
   */
  public user(userId: string): UserSessions {
    return new UserSessions(detachedScope(this.#parts), userId);
  }
}

/** Makes a factory with the client that a provider returns. */
export function makeSessionFactory<Data extends object>(
  options: SessionFactoryOptions,
  environment: Environment,
  provide: ClientProvider,
): SessionFactory<Data> {
  const resolved = resolveOptions(options, environment);
  const { client, cookie, tableName } = resolved;
  const port = client === undefined || isClientOfSdk(client) ? provide(client, resolved) : client;
  return new SessionFactory<Data>({
    options: resolved,
    store: new Store(port, tableName, resolved),
    findOld: resolved.migrateFrom?.connect(port, resolved),
    cookieWriter: new CookieWriter(cookie),
  });
}
