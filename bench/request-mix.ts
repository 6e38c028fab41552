import { Use } from './contestant';

/** Ten requests of one browser: six do not use the session, three read, one changes. */
export const TEN: readonly Use[] = ['none', 'read', 'none', 'none', 'change', 'none', 'read', 'none', 'none', 'read'];
/** Seconds between two of them. */
export const SECONDS_APART = 30;
/** Bytes of a session, as JSON. */
export const SESSION_BYTES = 2048;
