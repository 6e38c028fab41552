/** An event in the life of a session, for logs and metrics. It never contains an id, a value or a cookie. */
export interface SessionEvent {
  /**
   * - `created`, `stored`, `touched`, `regenerated`, `invalidated`: the session was created, changed, extended, given a
   *   new id, or ended
   * - `touch-failed`: the session was read but could not be extended; the next request extends it
   * - `large`: a session of more than 64 KiB was written
   * - `ended`: a write met a session that had ended; its changes were dropped
   * - `conflict`: nobody can tell whether an exact write was applied
   * - `expired`: a cookie named a session that has expired, or that one with a new id has replaced
   * - `unknown-id`: a cookie named a session that was deleted or never existed
   * - `cookie-rejected`: the session cookie is not an id, or cookies name several live sessions
   * - `cross-site-arrival`: a visitor arrived from another site without an id. Under `SameSite=Strict` this happens to
   *   signed-in visitors too. If you sign people in with another site and see many of these, use `Lax`
   * - `user-item-invalid`: a user's item is damaged; it counts as empty, and the next sign-in replaces it
   * - `item-invalid`: the item, or one of its values, is damaged or written by a newer version; it is left unchanged
   */
  readonly type:
    | 'created'
    | 'stored'
    | 'conflict'
    | 'touched'
    | 'touch-failed'
    | 'regenerated'
    | 'invalidated'
    | 'ended'
    | 'expired'
    | 'unknown-id'
    | 'cookie-rejected'
    | 'user-item-invalid'
    | 'item-invalid'
    | 'large'
    | 'cross-site-arrival';
  /** The session's short hash: `session.ref`. Absent if there is no session. */
  readonly ref?: string;
  /**
   * Milliseconds that the request has waited for the session table since its previous event, with all calls and
   * retries; absent if it made no call since.
   */
  readonly milliseconds?: number;
  /**
   * The write units that DynamoDB reports for these calls; absent if it reports none, as for a refused write or with
   * some clients.
   */
  readonly writeUnits?: number;
}
