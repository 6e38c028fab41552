import { inspect } from 'node:util';
import { SessionError, sessionFactory } from '../../../src/runtime';

const sessions = sessionFactory<{ count: number }>();

/** A handler without an adapter, that logs an error in every way and lets it out. */
export const handler = async (event: { readonly cookies: readonly string[] }): Promise<unknown> => {
  const request = sessions.forRequest({ cookies: event.cookies, https: true });
  try {
    await request.session();
  } catch (error) {
    console.error(error);
    console.error('failed:', error);
    console.log(inspect(error, { depth: 9 }), JSON.stringify(error), String(error));
    if (error instanceof SessionError) console.log(`operation=${error.operation} code=${error.code} ref=${error.ref}`);
    throw error;
  }
  return 'opened';
};
