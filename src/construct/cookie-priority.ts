/**
 * Which cookies a browser drops first when a site has too many. Chromium alone
 * looks at it; other browsers ignore it.
 */
export enum CookiePriority {
  /** Dropped first. */
  LOW = 'Low',
  /** What a cookie without a priority has. */
  MEDIUM = 'Medium',
  /** Dropped last. */
  HIGH = 'High',
}
