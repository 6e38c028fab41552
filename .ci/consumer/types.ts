import { App, Duration, Stack } from 'aws-cdk-lib';
import { SessionTable } from 'cdk-session-table';
import { SessionUnavailableError, lambdaHandler, sessionFactory } from 'cdk-session-table/runtime';
import { CookieJar, FakeClock, startEmbeddedTable } from 'cdk-session-table/testing';

interface Data {
  visits: number;
}

export const table: SessionTable = new SessionTable(new Stack(new App(), 'Stack'), 'Sessions', { timeout: Duration.minutes(20) });

const sessions = sessionFactory<Data>({ tableName: 'Sessions', clock: new FakeClock() });
export const handler = lambdaHandler(sessions, async (_event, context) => {
  const session = await context.session();
  const visits: number | undefined = session.get('visits');
  // @ts-expect-error a value of another type: without types of the package this would be let through
  session.set('visits', 'many');
  return { statusCode: 200, body: String(visits) };
});

export async function failure(error: unknown): Promise<string> {
  const { environment } = await startEmbeddedTable();
  const names: string[] = new CookieJar().cookies();
  return error instanceof SessionUnavailableError ? error.code : names.concat(Object.keys(environment)).join();
}
