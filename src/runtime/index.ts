/**
 * Server-side sessions in the handler, with a client of the AWS SDK.
 *
 * @packageDocumentation
 */
import { SdkClient, defaultSdkClient, sdkClient } from './client/sdk-client';
import { SessionFactoryOptions } from './options/factory-options';
import { SessionFactory, makeSessionFactory } from './request/session-factory';

export * from './core';

/**
 * Makes a session factory. Call it once, outside of the handler: it makes no
 * call, but reads the environment and checks the options.
 *
 * @typeParam Data - what a session holds; every key may be absent
 * @throws TypeError for a wrong option, naming it, what came and what is allowed
 */
export function sessionFactory<Data extends object = Record<string, unknown>>(options: SessionFactoryOptions = {}): SessionFactory<Data> {
  return makeSessionFactory<Data>(options, process.env, (given, settings) =>
    given === undefined ? defaultSdkClient(settings) : sdkClient(given as SdkClient),
  );
}
