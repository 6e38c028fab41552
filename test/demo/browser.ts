import { CookieJar } from 'tough-cookie';

/** As much of a browser as the demo needs: a cookie jar, forms, and redirects that are followed. */
export class Browser {
  public readonly jar = new CookieJar();

  public constructor(private readonly origin: string) {}

  /** Opens a page. */
  public async open(path: string): Promise<Page> {
    return this.send(path, { method: 'GET' });
  }

  /** Sends a form, and follows the redirect as browsers do. */
  public async submit(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    const { response } = await this.send(path, { method: 'POST', body: new URLSearchParams(fields) });
    expect(response.status).toBe(303);
    return this.open(response.headers.get('location')!);
  }

  private async send(path: string, init: RequestInit): Promise<Page> {
    const url = new URL(path, this.origin).href;
    const cookie = await this.jar.getCookieString(url);
    // As browsers do, on a form of the shop's own page.
    const headers = new Headers({ 'sec-fetch-site': 'same-origin', ...(cookie !== '' && { cookie }) });
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) await this.jar.setCookie(line, url);
    return new Page(response, await response.text());
  }
}

/** A page as it came, and the ledger at its foot. */
export class Page {
  public constructor(public readonly response: Response, public readonly html: string) {}

  /** The words of the shop and of what the laboratory says above it. */
  public get words(): string {
    return wordsOf(this.html.split('<main>')[1]!.split('<section class="panel" id="ledger"')[0]!);
  }

  /** The words of a panel. */
  public panel(id: string): string {
    return wordsOf(this.html.split(`<section class="panel" id="${id}"`)[1]!.split('</section>')[0]!);
  }

  /** The requests in the ledger, newest first: a line for each. */
  public get ledger(): string[] {
    const panel = this.html.split('<section class="panel" id="ledger"')[1]!.split('</section>')[0]!;
    return [...panel.matchAll(/<tbody>(.*?)<\/tbody>/gs)].map(([, rows]) => wordsOf(rows!).replace(/\d+ ms /, ''));
  }
}

function wordsOf(html: string): string {
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
}
