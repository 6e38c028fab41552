/** Something in the life of a session, for logs and metrics. It never holds an id, a key's value or a cookie. */
export interface SessionEvent {
  /**
   * - `created`, `stored`, `touched`, `regenerated`, `invalidated`: it was done
   * - `touch-failed`: the session was read and could not be extended now; the next request does that
   * - `large`: a session of more than 64 KiB was written
   * - `ended`: a write met a session that has ended meanwhile; the changes were dropped
   * - `conflict`: an exact write whose outcome nobody can tell
   * - `expired`: a cookie named a session that is past its time, or that was replaced by one with a new id
   * - `unknown-id`: a cookie named a session that is not there: deleted, or never was
   * - `cookie-rejected`: a cookie of our name is not a session id, or several live sessions were named
   * - `cross-site-arrival`: a navigation from another site came without an id. Under `SameSite=Strict` a signed-in visitor
   *   looks like that, too, so many of them after a sign-in with another site mean that you need `Lax`
   * - `user-item-invalid`: a user's item is damaged; it counts as empty, and the next sign-in replaces it
   * - `item-invalid`: the item, or one value of it, is damaged or of a newer version; it is left as it is
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
  /** The session's short hash, as `session.ref`; none where there is no session. */
  readonly ref?: string;
  /**
   * Milliseconds that the request waited for the session table since its event before this, all calls and their
   * repetitions added; none where it made no call since.
   */
  readonly milliseconds?: number;
  /** The write units that DynamoDB says these calls consumed; none where it does not say: a write that was refused, some clients. */
  readonly writeUnits?: number;
}
