import { SessionUnavailableError } from '../errors';

/** Lets a framework's own error handler see what to answer: Express, Koa and Fastify read both properties. */
export function withStatus(error: unknown): unknown {
  if (!(error instanceof SessionUnavailableError)) return error;
  const isConfiguration = error.code === 'configuration';
  return Object.assign(error, { status: isConfiguration ? 500 : 503, ...(!isConfiguration && { headers: { 'Retry-After': '1' } }) });
}

/** The same for a promise. */
export async function rejectingWithStatus<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    throw withStatus(error);
  }
}
