import { Duration } from 'aws-cdk-lib';
import { CookiePriority } from './cookie-priority';
import { SameSite } from './same-site';

/** The cookie that carries the session id. */
export interface SessionCookieProps {
  /**
   * The cookie's name: 1 to 256 letters, digits and the signs of RFC 6265.
   *
   * A name that starts with `__Host-` or `__Secure-` makes the browser hold the
   * cookie to stricter rules, which is recommended where the site has HTTPS only.
   *
   * @default 'session_id'
   */
  readonly name?: string;

  /**
   * How long the browser keeps the cookie, in whole seconds from 1 second to
   * 400 days, and at most `absoluteTimeout`. Each extension of the session then
   * sends the cookie again.
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
   * A name with a `__Host-` or `__Secure-` prefix, `SameSite.NONE` and
   * `partitioned` need it, and set it by themselves.
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

  /**
   * Whether the browser keeps a cookie of its own for each site that embeds
   * this one (CHIPS). The cookie is then `secure`.
   *
   * @default false
   */
  readonly partitioned?: boolean;

  /**
   * Which cookies the browser drops first when there are too many.
   *
   * @default - none is sent, which browsers take as CookiePriority.MEDIUM
   */
  readonly priority?: CookiePriority;
}
