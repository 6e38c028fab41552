/** What `./runtime` and `./lean` have in common: everything but the client that they make. */
export {
  type AuthorizerAnswer,
  type AuthorizerEvent,
  type AuthorizerPolicy,
  type AuthorizerResult,
  type AuthorizerValues,
  sessionAuthorizer,
} from './adapters/authorizer';
export { type FetchRequest, type FetchResponse, type PlatformRequest, fetchHandler } from './adapters/fetch';
export { type HeaderSink, applyHeaders } from './adapters/finish';
export { lambdaHandler } from './adapters/lambda';
export { type LambdaContext, type LambdaHttpEvent, routeOf } from './adapters/lambda-event';
export { type LambdaHttpResponse } from './adapters/lambda-response';
export { type LambdaStreamResponse, type StreamifiedHandler, lambdaStream } from './adapters/lambda-stream';
export { type WithSession } from './adapters/with-session';
export {
  type AttributeValue,
  type CallOptions,
  type ClientOfSdk,
  type ConditionInput,
  type DeleteItemInput,
  type GetItemInput,
  type Item,
  type KeyInput,
  type PutItemInput,
  type SessionClient,
  type TransactWriteItem,
  type TransactWriteItemsInput,
  type UpdateItemInput,
} from './client/session-client';
export { type Clock } from './clock';
export { type Codec, type JsonData, type JsonValue } from './session/codec';
export { type CsrfOptions, type CsrfRequest, type HeaderGetter, type HeaderRecord } from './session/csrf';
export {
  SessionConflictError,
  SessionEndedError,
  SessionError,
  type SessionErrorCode,
  type SessionErrorOptions,
  SessionTooLargeError,
  SessionUnavailableError,
} from './errors';
export { type SessionCookieOptions, type SessionFactoryOptions } from './options/factory-options';
export { type SessionHeaders } from './request/cookies';
export { type SessionMigration } from './options/session-migration';
export { type FlashOptions } from './session/flash';
export { type RegenerateOptions, type Session, type SignInOptions } from './session/session';
export { type EndAllOptions, type UserListOptions, type UserSession, type UserSessions } from './request/users';
export { type SessionEvent } from './options/session-event';
export { type SessionFactory } from './request/session-factory';
export { type SessionById, type SessionsById } from './request/by-id';
export {
  type FinishedRequest,
  type RequestOutcome,
  type SessionRequest,
  type SessionRequestInit,
} from './request/session-request';
