import { randomBytes } from 'node:crypto';
import type { DynamoCall } from './call-record';
import type { DeviceReport } from './devices';
import type { Fault } from './faults';
import type { RaceResult } from './race';
import type { PlayedBrowser } from './visitor';

/** One request to the function, and what it asked of DynamoDB. */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  /** Milliseconds since the epoch, by the laboratory's clock. */
  readonly at: number;
  /** In milliseconds. */
  readonly duration: number;
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The `Cookie` header that the function received. */
  readonly cookie: string | undefined;
  /** The `Set-Cookie` values of the response. */
  readonly setCookie: readonly string[];
  readonly calls: readonly DynamoCall[];
  readonly fault: Fault | undefined;
}

/** The cookie by which the laboratory knows a browser. The function never sees it. */
export const LAB_COOKIE = 'laboratory';
const MOST_REQUESTS = 12;

/** What the laboratory knows about one browser. */
export class Browser {
  public readonly id = randomBytes(12).toString('base64url');
  /** The last requests, newest first. */
  public readonly requests: RequestRecord[] = [];
  /** Waits for the next form that this browser sends to the shop. */
  public armed: Fault | undefined;
  /** The last request that met a fault. */
  public faulted: RequestRecord | undefined;
  /** What to show above the next page. */
  public readonly notices: string[] = [];
  public readonly races = new Map<string, RaceResult>();
  public devices: DeviceReport | undefined;
  /** The other browsers of this visitor, which the laboratory plays. */
  public readonly played = new Map<string, PlayedBrowser>();
  public isRacing = false;
  private readonly cookies = new Map<string, { readonly value: string; readonly until: number }>();

  public add(record: RequestRecord): void {
    this.requests.unshift(record);
    this.requests.length = Math.min(this.requests.length, MOST_REQUESTS);
    if (record.fault) this.faulted = record;
  }

  /** Notes the cookies that a response sets, and how long a browser with the laboratory's clock would keep them. */
  public store(setCookie: readonly string[], now: number): void {
    for (const line of setCookie) {
      const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(line) ?? [];
      const maxAge = /;\s*Max-Age=(-?\d+)/i.exec(line)?.[1];
      const until = maxAge === undefined ? Infinity : now + Number(maxAge) * 1000;
      if (until > now) this.cookies.set(name, { value, until });
      else this.cookies.delete(name);
    }
  }

  /**
   * The cookies that arrived, without those that a browser with the laboratory's
   * clock would have dropped: the real browser ages them by its own clock.
   */
  public kept(cookies: readonly string[], now: number): { readonly kept: string[]; readonly dropped: string[] } {
    const isOutlived = (cookie: string) => {
      const [name = '', value = ''] = splitOnce(cookie, '=');
      const known = this.cookies.get(name);
      return known !== undefined && known.value === value && known.until <= now;
    };
    const dropped = cookies.filter(isOutlived);
    return { kept: cookies.filter((cookie) => !isOutlived(cookie)), dropped: dropped.map((cookie) => splitOnce(cookie, '=')[0]!) };
  }

  /** Notes which cookies arrived: some may be from before this run, and some may be gone. */
  public learn(cookies: readonly string[]): void {
    const came = new Map(cookies.map((cookie) => splitOnce(cookie, '=') as [string, string]));
    for (const [name, value] of came) if (this.cookies.get(name)?.value !== value) this.cookies.set(name, { value, until: Infinity });
    for (const name of this.cookies.keys()) if (!came.has(name)) this.cookies.delete(name);
  }

  /** The cookies that this browser has, as it would send them. */
  public get cookieList(): string[] {
    return [...this.cookies].map(([name, { value }]) => `${name}=${value}`);
  }

  /** The id of the session that this browser has, if it has one. */
  public get sessionId(): string | undefined {
    return this.cookies.get('session_id')?.value;
  }
}

const MOST_BROWSERS = 500;

/** The browsers seen so far, by the laboratory's cookie. */
export class Browsers {
  private readonly known = new Map<string, Browser>();

  /** The browser that sent the cookie, or a new one. */
  public find(id: string | undefined): { readonly browser: Browser; readonly isNew: boolean } {
    const found = id === undefined ? undefined : this.known.get(id);
    if (found) return { browser: found, isNew: false };
    const browser = new Browser();
    this.known.set(browser.id, browser);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_BROWSERS) this.known.delete(oldest!);
    return { browser, isNew: true };
  }
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
