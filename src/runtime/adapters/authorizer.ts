import { LambdaContext, LambdaHttpEvent, isAuthorizerEvent, requestOf } from './lambda-event';
import { mustBeFactory } from './mount';
import { SessionFactory } from '../request/session-factory';
import type { Session } from '../session/session';

/** The event of an authorizer; those of `@types/aws-lambda` fit it. */
export interface AuthorizerEvent extends Omit<LambdaHttpEvent, 'httpMethod'> {
  readonly type: string;
  readonly methodArn?: string | undefined;
  readonly routeArn?: string | undefined;
  readonly httpMethod?: string | undefined;
}

/** The values that the integration gets from the authorizer. */
export type AuthorizerValues = { readonly [name: string]: string | number | boolean | null | undefined };

/** The decision in the form of REST and WebSocket APIs, and of HTTP APIs with payload 1.0. */
export interface AuthorizerPolicy {
  principalId: string;
  policyDocument: { Version: string; Statement: { Action: string; Effect: 'Allow' | 'Deny'; Resource: string }[] };
  context: { [name: string]: string | number | boolean | null | undefined };
}

/** The decision in the form of HTTP APIs. */
export interface AuthorizerAnswer {
  isAuthorized: boolean;
  context: { [name: string]: string | number | boolean | null | undefined };
}

/** Typed as both, so that it fits either handler type; the value has the form that the event requires. */
export type AuthorizerResult = AuthorizerPolicy & AuthorizerAnswer;

/**
 * Makes a Lambda authorizer of type REQUEST that decides by the session: of a REST API, an HTTP API, or a WebSocket API
 * at `$connect`.
 *
 * It opens the session read-only, never extends it, and needs only `grantRead`. Set its result cache to 0 seconds;
 * otherwise a sign-out takes effect only when the cached result expires.
 *
 * @param decide - returns values for the integration or `true` to let the request pass, `undefined` or `false` to
 *   refuse it
 * @throws TypeError for the event of anything else
 * @throws SessionUnavailableError if the session cannot be read; API Gateway then answers 500
 */
export function sessionAuthorizer<Data extends object, Event extends AuthorizerEvent = AuthorizerEvent>(
  sessions: SessionFactory<Data>,
  decide: (
    session: Session<Data>,
    event: Event,
  ) => AuthorizerValues | boolean | undefined | Promise<AuthorizerValues | boolean | undefined>,
): (event: Event, context?: LambdaContext) => Promise<AuthorizerResult> {
  mustBeFactory('sessionAuthorizer', sessions);
  return async (event, context) => {
    if (!isAuthorizerEvent(event)) {
      throw new TypeError('sessionAuthorizer: this is not the event of an authorizer. Use lambdaHandler for requests.');
    }
    if (event.type === 'TOKEN') {
      throw new TypeError(
        'sessionAuthorizer: this is the event of a TOKEN authorizer, which gets no cookies. Make it one of type REQUEST.',
      );
    }
    const request = sessions.forRequest({ ...requestOf(event, context), readOnly: true });
    try {
      const session = await request.session();
      const values = await decide(session, event);
      return decision(event, session.ref, values);
    } finally {
      await request.discard();
    }
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
function decision(
  { version, routeArn, methodArn }: AuthorizerEvent,
  ref: string | undefined,
  values: AuthorizerValues | boolean | undefined,
) {
  // A handler in JavaScript may give anything: null where a key holds it, or a text that is meant as a name.
  const given = typeof values === 'object' && values !== null ? values : undefined;
  const isAuthorized = values === true || given !== undefined;
  const context = { ...given };
  if (version === '2.0') return { isAuthorized, context } as AuthorizerResult;
  const Resource = methodArn ?? routeArn ?? '';
  const Statement = [{ Action: 'execute-api:Invoke', Effect: isAuthorized ? 'Allow' : 'Deny', Resource }];
  const policyDocument = { Version: '2012-10-17', Statement };
  return { principalId: ref ?? 'anonymous', policyDocument, context } as AuthorizerResult;
}
