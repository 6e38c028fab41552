/**
 * Sessions in Middy: `context.session()` and `context.endSession()`.
 *
 * @packageDocumentation
 */
import { failed, withSession } from './lambda';
import { LambdaHttpEvent, requestOf, sourceOf } from './lambda-event';
import { addSessionHeaders, statusOf, toUnavailable } from './lambda-response';
import { Mount } from './mount';
import type { WithSession } from './with-session';
import { SessionFactory } from '../request/session-factory';

/** What the middleware uses of Middy's request. */
export interface MiddyRequest {
  event: LambdaHttpEvent;
  context: object;
  response: unknown;
  error: Error | null | undefined;
}

/** Lambda's whole context, which Middy's types require. */
export interface MiddyContext {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
  done(error?: Error, result?: unknown): void;
  fail(error: Error | string): void;
  succeed(...values: unknown[]): void;
}

/** The middleware, for `use`. */
export interface MiddySessions<Data extends object> {
  /** Its type tells Middy what the context has from then on. */
  before(request: MiddyRequest & { context: MiddyContext & WithSession<Data> }): void;
  after(request: MiddyRequest): Promise<void>;
  onError(request: MiddyRequest): Promise<void>;
}

/**
 * Makes the middleware. Mount it last, right before the handler: if a middleware
 * after it returns early from its `before`, Middy calls no `after`, and the
 * session is not stored.
 */
export function middySessions<Data extends object>(sessions: SessionFactory<Data>): MiddySessions<Data> {
  const mount = new Mount('middySessions', sessions);
  return {
    before: (middy: MiddyRequest) => {
      if (mount.has(middy)) return;
      const source = sourceOf('middySessions', middy.event);
      const request = mount.add(
        middy,
        mount.begin({ ...requestOf(middy.event, middy.context), singleSetCookie: source === 'alb-single' }),
      );
      middy.context = withSession(middy.context, request);
    },
    after: async (middy) => {
      const request = mount.unfinished(middy);
      if (request === undefined || request.endUnused()) return;
      const source = sourceOf('middySessions', middy.event);
      const { headers, unavailable } = await request.finish({ status: statusOf(middy.response) });
      middy.response = addSessionHeaders(
        unavailable ? toUnavailable(unavailable, source) : middy.response,
        headers,
        source,
      );
    },
    onError: async (middy) => {
      const request = mount.has(middy) ? mount.of(middy) : undefined;
      if (request === undefined || request.endUnused()) return;
      const source = sourceOf('middySessions', middy.event);
      if (middy.response === undefined) {
        middy.response = await failed(request, middy.error, source).catch(() => undefined);
      } else {
        const { headers, unavailable } = await request.finish({ status: 500, error: middy.error });
        const isReplaced = unavailable !== undefined && statusOf(middy.response) === 500;
        middy.response = addSessionHeaders(
          isReplaced ? toUnavailable(unavailable, source) : middy.response,
          headers,
          source,
        );
      }
    },
  };
}
