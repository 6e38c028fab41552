/** What a request does with its session. */
export type Use = 'none' | 'read' | 'change' | 'sign-in' | 'sign-out';

/** A way to have sessions, that is measured. */
export interface Contestant {
  readonly name: string;
  /** Serves one request with these cookies; gives the cookies of the browser afterwards. `sign-in` stores so many bytes. */
  visit(cookies: string | undefined, use: Use, bytes?: number): Promise<string | undefined>;
}
