export * from './construct/session-table';
export * from './construct/session-cookie-props';
