import { SessionUnavailableError } from '../errors';

/** Tells a framework's error handler how to respond: Express, Koa and Fastify read both properties. */
export function withStatus(error: unknown): unknown {
  if (!(error instanceof SessionUnavailableError)) return error;
  const isConfiguration = error.code === 'configuration';
  return Object.assign(error, {
    status: isConfiguration ? 500 : 503,
    ...(!isConfiguration && { headers: { 'Retry-After': '1' } }),
  });
}

/** The same for a promise. */
export async function rejectingWithStatus<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    throw withStatus(error);
  }
}
