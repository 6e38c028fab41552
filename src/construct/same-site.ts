/**
 * When a browser sends the cookie with requests that another site began.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 5.7
 */
export enum SameSite {
  /** Only with requests that the site itself began. */
  STRICT = 'Strict',
  /** Also when a link on another site leads here. */
  LAX = 'Lax',
  /** With every request; the cookie must then be `secure`. */
  NONE = 'None',
}
