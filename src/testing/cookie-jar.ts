/** The cookies of one browser for one host, as far as a handler's tests need them: names, values and expiry. */
export class CookieJar {
  readonly #now: () => number;
  readonly #cookies = new Map<string, { readonly value: string; readonly until: number }>();

  /** @param now - gives milliseconds since the epoch, so that `Max-Age` and `Expires` end; the clock of the machine by default */
  public constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes the values of `Set-Cookie` headers. */
  public store(setCookies: readonly string[]): void {
    for (const setCookie of setCookies) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(setCookie) ?? [];
      const until = endOf(setCookie, this.#now());
      if (until <= this.#now()) this.#cookies.delete(name);
      else this.#cookies.set(name, { value, until });
    }
  }

  /** The value of a cookie, or `undefined`. */
  public get(name: string): string | undefined {
    const cookie = this.#cookies.get(name);
    return cookie !== undefined && cookie.until > this.#now() ? cookie.value : undefined;
  }

  /** Puts a cookie in, as an attacker or another site of the same host would. */
  public set(name: string, value: string): void {
    this.#cookies.set(name, { value, until: Infinity });
  }

  /** The cookies as `name=value`, one each. */
  public cookies(): string[] {
    return [...this.#cookies.keys()].flatMap((name) => {
      const value = this.get(name);
      return value === undefined ? [] : [`${name}=${value}`];
    });
  }

  /** The `Cookie` header, or `undefined` if there is nothing to send. */
  public header(): string | undefined {
    return this.cookies().join('; ') || undefined;
  }
}

/** When a cookie ends, in milliseconds since the epoch. `Max-Age` counts before `Expires`; with neither it stays. */
function endOf(setCookie: string, now: number): number {
  const maxAge = /;\s*Max-Age=(-?\d+)/i.exec(setCookie)?.[1];
  if (maxAge !== undefined) return now + Number(maxAge) * 1000;
  const expires = Date.parse(/;\s*Expires=([^;]*)/i.exec(setCookie)?.[1] ?? '');
  return Number.isNaN(expires) ? Infinity : expires;
}
