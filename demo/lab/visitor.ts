import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RequestRecord } from './browser';
import type { LabClock } from './clock';
import type { Requests } from './requests';
import { CookieJar } from '../../src/testing';
import { eventOf } from '../../src/testing/lambda-event';

/** A request of a visitor that the laboratory plays, and its result. */
export interface Visit {
  readonly record: RequestRecord;
  readonly body: string;
}

/** A browser that the laboratory plays. It keeps its cookies by the laboratory's clock. */
export class PlayedBrowser {
  /** A browser with these cookies. */
  public static with(cookies: readonly string[], requests: Requests, clock: LabClock): PlayedBrowser {
    const browser = new PlayedBrowser(requests, clock);
    browser.jar.store(cookies.map((cookie) => `${cookie}; Path=/`));
    return browser;
  }

  public readonly jar: CookieJar;

  public constructor(private readonly requests: Requests, clock: LabClock) {
    this.jar = new CookieJar(() => clock.now());
  }

  /** A tab with the current cookies: later ones are not shared. */
  public copy(clock: LabClock): PlayedBrowser {
    return PlayedBrowser.with(this.jar.cookies(), this.requests, clock);
  }

  public async post(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return this.send('POST', path, new URLSearchParams(fields).toString());
  }

  public async get(path: string): Promise<Visit> {
    return this.send('GET', path, undefined);
  }

  private async send(method: string, path: string, body: string | undefined): Promise<Visit> {
    const url = new URL(path, 'http://localhost');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const event = eventOf({ method, url, headers, cookies: this.jar.cookies(), body }, 'function-url') as APIGatewayProxyEventV2;
    const { result, record } = await this.requests.send(event);
    this.jar.store(result.cookies ?? []);
    return { record, body: result.body ?? '' };
  }
}
