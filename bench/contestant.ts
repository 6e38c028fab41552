/** What a request does with its session. */
export type Use = 'none' | 'read' | 'change' | 'sign-in' | 'sign-out';

/** A session store that is measured. */
export interface Contestant {
  readonly name: string;
  /**
   * Serves one request with these cookies; resolves to the browser's cookies afterwards. `sign-in` stores `bytes`
   * bytes.
   */
  visit(cookies: string | undefined, use: Use, bytes?: number): Promise<string | undefined>;
}
