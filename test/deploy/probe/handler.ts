import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { lambdaHandler, sessionFactory } from 'cdk-session-table/runtime';

interface ProbeSession {
  readonly note: string;
}

const sessions = sessionFactory<ProbeSession>();

/** Each path does one thing with the session, and the response says what is in it. */
export const handler = lambdaHandler(sessions, async (event: APIGatewayProxyEvent | APIGatewayProxyEventV2, context) => {
  const path = 'rawPath' in event ? event.rawPath : event.path;
  if (path.endsWith('/sign-out')) {
    await context.endSession();
    return json({ signedOut: true });
  }
  const session = await context.session();
  if (path.endsWith('/set')) session.set('note', 'kept');
  if (path.endsWith('/sign-in')) {
    session.signIn('ada', { device: 'probe' });
    session.set('note', 'ada');
  }
  if (path.endsWith('/out-everywhere')) {
    await sessions.user('ada').endAll();
    return json({ outEverywhere: true });
  }
  return json({ note: session.get('note') ?? null, isNew: session.isNew });
});

function json(body: object) {
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
