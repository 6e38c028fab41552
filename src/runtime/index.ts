/**
 * Server-side sessions in the handler, with the AWS SDK's client.
 *
 * @packageDocumentation
 */
import { SdkClient, defaultSdkClient, sdkClient } from './client/sdk-client';
import { SessionFactoryOptions } from './options/factory-options';
import { SessionFactory, makeSessionFactory } from './request/session-factory';
import type { Codec, JsonData } from './session/codec';

export * from './core';

/**
 * Makes a session factory. Call it once, outside the handler: it makes no call, but reads the environment and checks
 * the options.
 *
 * @typeParam Data - the keys of a session with the types of their values; every key may be absent. Without a `codec`, a
 *   type that JSON would change, such as `Date`, does not compile
 * @throws TypeError for a wrong option, naming it, what came and what is allowed
 */
export function sessionFactory<Data extends JsonData<Data> = Record<string, unknown>>(
  options?: SessionFactoryOptions,
): SessionFactory<Data>;
/** The same with a codec, which may keep values that JSON changes. */
export function sessionFactory<Data extends object = Record<string, unknown>>(
  options: SessionFactoryOptions & { readonly codec: Codec },
): SessionFactory<Data>;
export function sessionFactory<Data extends object>(options: SessionFactoryOptions = {}): SessionFactory<Data> {
  return makeSessionFactory<Data>(options, process.env, (given, settings) =>
    given === undefined ? defaultSdkClient(settings) : sdkClient(given as SdkClient),
  );
}
