/** What `./runtime` and `./lean` have in common: everything but the client that they make. */
export { type LambdaContext, type SessionContext, lambdaHandler } from './adapters/lambda';
export { type LambdaHttpEvent } from './adapters/lambda-event';
export { type LambdaHttpResponse } from './adapters/lambda-response';
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
  type UpdateItemInput,
} from './client/session-client';
export { type Clock } from './clock';
export { type Codec } from './codec';
export { type CsrfOptions, type CsrfRequest, type HeaderGetter, type HeaderRecord } from './csrf';
export {
  SessionConflictError,
  SessionEndedError,
  SessionError,
  type SessionErrorCode,
  type SessionErrorOptions,
  SessionTooLargeError,
  SessionUnavailableError,
} from './errors';
export { type SessionCookieOptions, type SessionFactoryOptions } from './factory-options';
export { type SessionHeaders } from './response-cookies';
export { type FlashOptions } from './flash';
export { type RegenerateOptions, type Session } from './session';
export { type SessionEvent } from './session-event';
export { type SessionFactory } from './session-factory';
export { type SessionRequest, type SessionRequestInit } from './session-request';
