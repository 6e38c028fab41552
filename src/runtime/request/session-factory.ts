import { SessionsById } from './by-id';
import { CookieWriter } from './cookie';
import { FactoryParts, SessionRequest, SessionRequestInit } from './session-request';
import { ClientOfSdk, ClientSettings, SessionClient } from '../client/session-client';
import { SessionFactoryOptions } from '../options/factory-options';
import { Environment, resolveOptions } from '../options/resolve-options';

/** Gives the client of a factory: the one that was given, in the form of the port, or one of its own making. */
export type ClientProvider = (given: ClientOfSdk | undefined, settings: ClientSettings) => SessionClient;

/** Opens sessions: the options, checked once, and the client that all requests share. */
export class SessionFactory<Data extends object = Record<string, unknown>> {
  readonly #parts: FactoryParts;

  /** @internal */
  public constructor(parts: FactoryParts) {
    this.#parts = parts;
  }

  /** Sessions by their id, without a request. */
  public get byId(): SessionsById {
    return new SessionsById(this.#parts);
  }

  /**
   * Begins a request. Makes no call; the adapters call this, and so does who has a framework without one:
   *
   * ```ts
   * const request = sessions.forRequest({ cookies: req.headers.cookie, https: true });
   * const session = await request.session();
   * session.set('seen', true);
   * const { setCookie, cacheControl, vary } = await request.commit();
   * ```
   */
  public forRequest(init: SessionRequestInit): SessionRequest<Data> {
    return new SessionRequest<Data>(this.#parts, init);
  }
}

/** Makes a factory with the client that a provider gives. */
export function makeSessionFactory<Data extends object>(
  options: SessionFactoryOptions,
  environment: Environment,
  provide: ClientProvider,
): SessionFactory<Data> {
  const resolved = resolveOptions(options, environment);
  const { client, cookie } = resolved;
  return new SessionFactory<Data>({
    options: resolved,
    client: isSessionClient(client) ? client : provide(client, resolved),
    cookieWriter: new CookieWriter(cookie),
  });
}

function isSessionClient(client: SessionClient | ClientOfSdk | undefined): client is SessionClient {
  return client !== undefined && 'getItem' in client;
}
