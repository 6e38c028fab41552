import { Duration } from 'aws-cdk-lib';
import { CookiePriority } from './cookie-priority';
import { SameSite } from './same-site';

/** The cookie that carries the session id. */
export interface SessionCookieProps {
  /**
   * The cookie's name.
   *
   * 1 to 256 letters, digits and the signs of RFC 6265. Browsers hold a name that starts with `__Host-` or `__Secure-`
   * to stricter rules; use one if your site is served over HTTPS only.
   *
   * @default 'session_id'
   */
  readonly name?: string;

  /**
   * How long the browser keeps the cookie.
   *
   * In whole seconds, from 1 second to 400 days and at most `absoluteTimeout`. Each extension of the session then sends
   * the cookie again.
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
   * @default - only the host that set it
   */
  readonly domain?: string;

  /**
   * Whether the browser sends the cookie over HTTPS only.
   *
   * Always true with a `__Host-` or `__Secure-` name, with `SameSite.NONE` and with `partitioned`.
   *
   * @default - true if the request came over HTTPS, which behind API Gateway and function URLs is always
   */
  readonly secure?: boolean;

  /**
   * Whether the cookie is hidden from the page's scripts.
   *
   * @default true
   */
  readonly httpOnly?: boolean;

  /**
   * Which requests from other sites carry the cookie.
   *
   * @default SameSite.STRICT
   */
  readonly sameSite?: SameSite;

  /**
   * Whether each site that embeds yours gets a cookie of its own (CHIPS).
   *
   * The cookie is then `secure`.
   *
   * @default false
   */
  readonly partitioned?: boolean;

  /**
   * Which cookies Chromium drops first if a site has too many.
   *
   * Other browsers ignore it.
   *
   * @default - not sent, which Chromium reads as Medium
   */
  readonly priority?: CookiePriority;
}
