import { HeaderSink } from './finish';
import { LambdaSource } from './lambda-event';
import type { LambdaHttpResponse } from './lambda-response';

/**
 * The headers of a response in the three places that Lambda has for them, as copies: what the handler returned may be
 * frozen.
 */
export class LambdaHeaders implements HeaderSink {
  readonly #source: LambdaSource;
  readonly #headers: Record<string, unknown>;
  readonly #multi: Record<string, unknown>;
  readonly #cookies: unknown[];

  public constructor({ headers, multiValueHeaders, cookies }: Partial<LambdaHttpResponse>, source: LambdaSource) {
    this.#source = source;
    this.#headers = { ...headers };
    this.#multi = { ...multiValueHeaders };
    this.#cookies = [...(cookies ?? [])];
  }

  public get(name: string): string {
    return this.#values(name, false).join(', ');
  }

  public set(name: string, value: string): void {
    this.#values(name, true);
    // With multi-value headers turned on, a load balancer reads nothing else.
    if (this.#source === 'alb-multi') this.#multi[name] = [value];
    else this.#headers[name] = value;
  }

  public append(name: string, value: string): void {
    const theirs = this.#values(name, true);
    if (this.#source === 'api-gateway-v2') return void this.#cookies.push(...theirs, value);
    const all = [...theirs, ...this.#cookies.splice(0), value];
    if (this.#source !== 'alb-single') return void (this.#multi[name] = all);
    if (all.length > 1) {
      throw new Error(
        'A load balancer without multi-value headers has room for one Set-Cookie, and the session needs it. Turn on lambda.multi_value_headers.enabled for the target group.',
      );
    }
    [this.#headers[name]] = all;
  }

  public toResponse(): object {
    return {
      headers: this.#headers,
      ...(Object.keys(this.#multi).length > 0 && { multiValueHeaders: this.#multi }),
      ...(this.#cookies.length > 0 && { cookies: this.#cookies }),
    };
  }

  /** The values of a header in both places, whatever the case of its name. */
  #values(name: string, remove: boolean): unknown[] {
    const lower = name.toLowerCase();
    const values: unknown[] = [];
    for (const place of [this.#headers, this.#multi]) {
      for (const key of Object.keys(place)) {
        if (key.toLowerCase() !== lower) continue;
        for (const value of [place[key]].flat()) if (value !== undefined && value !== null) values.push(value);
        if (remove) delete place[key];
      }
    }
    return values;
  }
}
