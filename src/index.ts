export { type IEnvironmentReceiver } from './construct/environment';
export { SessionAccess } from './construct/grants';
export { SessionAlarms, type SessionAlarmsProps } from './construct/observing';
export {
  CookiePriority,
  SameSite,
  SessionConsistency,
  type SessionCookieProps,
  type SessionOptions,
} from './construct/options';
export {
  type ISessionTable,
  SessionTable,
  type SessionTableAttributes,
  type SessionTableProps,
} from './construct/session-table';
export { SessionTableBase } from './construct/session-table-base';

/**
 * Hidden from the compiler, which reports the mistake itself. In plain JavaScript the message would only be "not a
 * function".
 */
exports.sessionFactory = (): never => {
  throw new TypeError("sessionFactory: this is the construct. Import sessionFactory from 'cdk-session-table/runtime'.");
};
