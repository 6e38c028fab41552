/** How a read of a session relates to the writes before it. */
export enum SessionConsistency {
  /**
   * A browser always reads what it wrote: its first read after a write is
   * strong, every other one eventual. Costs a short-lived second cookie.
   */
  SESSION = 'session',
  /** Every read is strong, at twice the price of an eventual one. No second cookie. */
  STRONG = 'strong',
  /** Every read is eventual. A request may miss what the one before it wrote. */
  EVENTUAL = 'eventual',
}
