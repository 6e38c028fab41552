/**
 * What to do when a session has expired: the handler of the table's stream.
 *
 * @packageDocumentation
 */
export {
  type ExpiredHandlerOptions,
  type ExpiredSession,
  type ExpiredStreamEvent,
  type ExpiredStreamResponse,
  expiredHandler,
} from './request/expired-sessions';
