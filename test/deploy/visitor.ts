import { request } from 'node:http';
import { CookieJar } from '../../src/testing';

/** What a browser got. */
export interface Page {
  readonly status: number;
  readonly setCookies: readonly string[];
  readonly body: string;
}

const FORM_HEADERS = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };

/** A browser with its cookies, to whom the emulator's port is the whole internet. */
export class Visitor {
  public readonly jar = new CookieJar();

  /** @param endpoint - where the emulator listens; which API is meant, it reads in the `Host` header */
  public constructor(private readonly endpoint: string, private readonly url: string) {}

  /** Asks for a path below the URL, or sends a form to it as a page of the same site does. */
  public async open(path = '', method = 'GET', form: Readonly<Record<string, string>> = {}): Promise<Page> {
    const url = new URL(this.url);
    const host = url.host.replace(/\.execute-api\..*$/, '.execute-api.localhost');
    const target = `${url.pathname.replace(/\/$/, '')}${path}` || '/';
    const cookie = this.jar.header();
    const body = method === 'POST' ? new URLSearchParams(form).toString() : undefined;
    const headers = { host, ...(cookie && { cookie }), ...(body !== undefined && FORM_HEADERS) };
    const page = await send(this.endpoint, { method, path: target, headers }, body);
    this.jar.store(page.setCookies);
    return page;
  }
}

function send(endpoint: string, options: { method: string; path: string; headers: Record<string, string> }, body?: string): Promise<Page> {
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { ...options, agent: false, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve({
        status: response.statusCode ?? 0,
        setCookies: response.headers['set-cookie'] ?? [],
        body: Buffer.concat(chunks).toString('utf8'),
      }));
    });
    sent.once('timeout', () => sent.destroy(new Error(`${options.method} ${options.path} has not been answered for 30 seconds.`)));
    sent.once('error', reject);
    sent.end(body);
  });
}
