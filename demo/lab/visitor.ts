import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RequestRecord } from './browser';
import type { LabClock } from './clock';
import type { Requests } from './requests';
import { CookieJar } from '../../src/testing';
import { eventOf } from '../../src/testing/lambda-event';

/** A request of a visitor that the laboratory plays, and what came of it. */
export interface Visit {
  readonly record: RequestRecord;
  readonly body: string;
}

/** A browser that the laboratory plays: it has cookies, which it keeps by the laboratory's clock. */
export class PlayedBrowser {
  public readonly jar: CookieJar;

  public constructor(private readonly requests: Requests, clock: LabClock, public readonly name = '') {
    this.jar = new CookieJar(() => clock.now());
  }

  /** Another tab of the same browser as it is now: what one gets later, the other does not send. */
  public copy(clock: LabClock, name = this.name): PlayedBrowser {
    const copy = new PlayedBrowser(this.requests, clock, name);
    for (const cookie of this.jar.cookies()) copy.jar.store([`${cookie}; Path=/`]);
    return copy;
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
