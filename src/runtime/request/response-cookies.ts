import { CookieWriter } from './cookie';

/** What the response must carry. */
export interface SessionHeaders {
  /** The values of `Set-Cookie`, each for a header of its own: none, one or two. */
  readonly setCookie: readonly string[];
  /** To be put into `Cache-Control`: who gets a cached cookie gets the session. */
  readonly cacheControl?: 'no-store';
  /** To be put into `Vary`: the answer depends on the session. */
  readonly vary?: 'Cookie';
}

/** The cookies that one response sends. The last word on the id counts, so there is never more than one of a name. */
export class ResponseCookies {
  readonly #writer: CookieWriter;
  readonly #https: boolean;
  readonly #marksWrites: boolean;
  #id: string | undefined;
  #wrote = false;

  /** @param marksWrites - whether a write sends the recent-write cookie */
  public constructor(writer: CookieWriter, https: boolean, marksWrites: boolean) {
    this.#writer = writer;
    this.#https = https;
    this.#marksWrites = marksWrites;
  }

  /** @param maxAge - seconds, where the session says otherwise than the options */
  public setId(id: string, maxAge?: number): void {
    this.#id = this.#writer.id(id, this.#https, maxAge);
  }

  public clearId(): void {
    this.#id = this.#writer.clear(this.#https);
    this.#wrote = false;
  }

  /** Data was written: the next read of this browser must see it. */
  public wrote(): void {
    this.#wrote = true;
  }

  public headers(opened: boolean): SessionHeaders {
    const setCookie = this.#id === undefined ? [] : [this.#id];
    if (this.#wrote && this.#marksWrites) setCookie.push(this.#writer.recentWrite(this.#https));
    return {
      setCookie,
      ...(setCookie.length > 0 && { cacheControl: 'no-store' as const }),
      ...(opened && { vary: 'Cookie' as const }),
    };
  }
}
