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
