/**
 * The same as `./runtime`, with a client that has a twentieth of the size and
 * uses less than half the CPU: DynamoDB's JSON protocol on Node alone, without
 * any package.
 *
 * @packageDocumentation
 */
import { LeanClient, LeanClientOptions } from './client/lean/client';
import { SessionClient } from './client/session-client';
import { SessionFactoryOptions } from './options/factory-options';
import { SessionFactory, makeSessionFactory } from './request/session-factory';
import type { Codec, JsonData } from './session/codec';

export * from './core';
export { type LeanClientOptions } from './client/lean/client';

/**
 * Makes a session factory with a lean client. Call it once, outside the handler: it makes no call, but reads the
 * environment and checks the options.
 *
 * @typeParam Data - the keys of a session with the types of their values; every key may be absent. Without a `codec`, a
 *   type that JSON would change, such as `Date`, does not compile
 * @throws TypeError for a wrong option, naming it, what came and what is allowed; an SDK client is a wrong one
 */
export function sessionFactory<Data extends JsonData<Data> = Record<string, unknown>>(
  options?: SessionFactoryOptions,
): SessionFactory<Data>;
/** The same with a codec, which may keep values that JSON changes. */
export function sessionFactory<Data extends object = Record<string, unknown>>(
  options: SessionFactoryOptions & { readonly codec: Codec },
): SessionFactory<Data>;
export function sessionFactory<Data extends object>(options: SessionFactoryOptions = {}): SessionFactory<Data> {
  return makeSessionFactory<Data>(options, process.env, (given, { region }) => {
    if (given === undefined) return leanClient({ region });
    throw new TypeError(
      'sessionFactory: client is a client of the AWS SDK; allowed here is leanClient() or another SessionClient. '
        + 'Import sessionFactory from cdk-session-table/runtime to use a client of the SDK.',
    );
  });
}

/**
 * Makes a lean client, for the `client` of a session factory of any entry point.
 *
 * It takes credentials from the environment, read on each call, or else from the container credentials address.
 *
 * @throws TypeError if the Region is missing, or the endpoint is not a URL or is one that only the SDK knows
 */
export function leanClient(options: LeanClientOptions = {}): SessionClient {
  return new LeanClient(options, process.env);
}
