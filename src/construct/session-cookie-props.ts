import { Duration } from 'aws-cdk-lib';

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

/** The cookie that carries the session id. */
export interface SessionCookieProps {
  /**
   * The cookie's name.
   *
   * A name that starts with `__Host-` or `__Secure-` makes the browser hold the
   * cookie to stricter rules, which is recommended where the site has HTTPS only.
   *
   * @default 'session_id'
   */
  readonly name?: string;

  /**
   * How long the browser keeps the cookie, at most 400 days.
   *
   * @default - until the browser is closed
   */
  readonly maxAge?: Duration;

  /**
   * The path below which the browser sends the cookie.
   *
   * @default '/'
   */
  readonly path?: string;

  /**
   * The domain whose subdomains get the cookie too.
   *
   * @default - the host that set it, and no other
   */
  readonly domain?: string;

  /**
   * Whether the browser sends the cookie over HTTPS only.
   *
   * @default - when the request that set it came by HTTPS
   */
  readonly secure?: boolean;

  /**
   * Whether scripts of the page are kept from reading the cookie.
   *
   * @default true
   */
  readonly httpOnly?: boolean;

  /**
   * When the browser sends the cookie with requests that another site began.
   *
   * @default SameSite.STRICT
   */
  readonly sameSite?: SameSite;
}
