import { lambdaHandler, sessionFactory } from 'cdk-session-table/runtime';

const sessions = sessionFactory<{ visits: number }>();

export const handler = lambdaHandler(sessions, async (_event, context) => {
  const session = await context.session();
  session.set('visits', (session.get('visits') ?? 0) + 1);
  return { statusCode: 200, body: String(session.get('visits')) };
});
