import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 as Result } from 'aws-lambda';
import { Browser, Browsers, LAB_COOKIE } from './browser';
import type { LabClock } from './clock';
import { reportDevices } from './devices';
import type { Engine } from './engine';
import type { Lambda } from './lambda';
import { toEvent } from './payload';
import type { PriceTable } from './price-table';
import type { RaceTrack } from './race';
import type { Requests } from './requests';
import { isOwnForm, refusal } from './server';
import { sourceFile, staticFile } from './static-files';
import type { Template } from './template';
import { failedPage, NOTICES_PLACE, notice, PANELS_PLACE } from '../function/page';
import { page, SECURITY_HEADERS } from '../function/reply';
import { html, Html } from '../html';
import { PANELS } from '../panels/panels';

/** What the panels are made from. */
export interface Parts {
  readonly clock: LabClock;
  readonly engine: Engine;
  readonly lambda: Lambda;
  readonly requests: Requests;
  readonly track: RaceTrack;
  readonly prices: PriceTable;
  readonly template: Template;
}

/** A panel: what it shows to a browser, and what its switches do. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly show: (parts: Parts, browser: Browser, query: URLSearchParams) => Promise<Html> | Html;
  /** The part that its script asks for while a slider moves: `/lab/<id>`. */
  readonly live?: (parts: Parts, query: URLSearchParams) => Promise<Html>;
  /** By the last part of the path: `/lab/<name>`. */
  readonly switches?: Readonly<Record<string, Switch>>;
}

/** Handles a panel's form. A string that it returns is shown above the next page. */
export type Switch = (parts: Parts, browser: Browser, form: URLSearchParams) => Promise<string | void> | string | void;

/**
 * The laboratory around the shop: it passes requests on to the function, and puts its panels into the function's pages.
 */
export class Laboratory {
  private readonly browsers = new Browsers();

  public constructor(private readonly parts: Parts) {}

  public async respond(request: IncomingMessage, body: Buffer): Promise<Result> {
    const event = toEvent(request, body);
    const cookies = event.cookies ?? [];
    const labCookie = cookies.find((cookie) => cookie.startsWith(`${LAB_COOKIE}=`))?.slice(LAB_COOKIE.length + 1);
    const own = staticFile(event.rawPath) ?? sourceFile(event.rawPath);
    if (own) return own;
    const { browser, isNew } = this.browsers.find(labCookie);
    const others = cookies.filter((cookie) => !cookie.startsWith(`${LAB_COOKIE}=`));
    const result = event.rawPath.startsWith('/lab/')
      ? await this.operate(request, event, browser)
      : await this.visit(browser, { ...event, cookies: others });
    if (!isNew) return result;
    return { ...result, cookies: [...result.cookies ?? [], `${LAB_COOKIE}=${browser.id}; Path=/; HttpOnly; SameSite=Strict`] };
  }

  /** A request to the function, with the cookies that a browser with the laboratory's clock would send. */
  private async visit(browser: Browser, event: APIGatewayProxyEventV2): Promise<Result> {
    const { clock, requests } = this.parts;
    const { kept, dropped } = browser.kept(event.cookies ?? [], clock.now());
    browser.learn(kept);
    const isForm = event.requestContext.http.method === 'POST';
    const fault = isForm ? browser.armed : undefined;
    if (isForm) browser.armed = undefined;
    const { cookies: _, ...bare } = event;
    const { result, record } = await requests.send({ ...bare, ...(kept.length > 0 && { cookies: kept }) }, fault);
    browser.store(record.setCookie, clock.now());
    browser.add(record);
    const gone = dropped.filter((name) => !record.setCookie.some((line) => line.startsWith(`${name}=`)));
    if (gone.length > 0) browser.notices.push(`The cookie ${gone.join(' and ')} was dropped: by the laboratory’s clock, your browser has outlived it.`);
    const cookies = [...record.setCookie, ...gone.map((name) => `${name}=; Max-Age=0; Path=/; Secure; HttpOnly`)];
    if (event.rawPath.startsWith('/devices/')) await reportDevices(this.parts, browser);
    else if (/^\/sign-/.test(event.rawPath)) browser.devices = undefined;
    return this.furnish(browser, event, { ...result, cookies });
  }

  /** Puts the panels into a page of the function, and turns an error into a page. */
  private async furnish(browser: Browser, event: APIGatewayProxyEventV2, result: Result): Promise<Result> {
    const isFailure = (result.statusCode ?? 200) >= 500;
    const whole = isFailure ? failedPage(failure(result)) : result.body ?? '';
    if (!whole.includes(PANELS_PLACE)) return result;
    const notices = html`${browser.notices.splice(0).map((text) => notice(text))}`;
    const body = whole
      .replace(NOTICES_PLACE, () => html`<div id="notices" role="status" data-panel>${notices}</div>`.toString())
      .replace(PANELS_PLACE, '<!-- here -->');
    const panels = await this.panels(browser, new URLSearchParams(event.rawQueryString));
    const headers = isFailure ? { ...result.headers, 'content-type': 'text/html; charset=utf-8', ...SECURITY_HEADERS } : result.headers;
    return { ...result, headers: headers ?? {}, body: body.replace('<!-- here -->', () => panels.toString()) };
  }

  private async panels(browser: Browser, query: URLSearchParams): Promise<Html> {
    const shown = await Promise.all(PANELS.map(async (panel) => ({ ...panel, content: await panel.show(this.parts, browser, query) })));
    return html`${shown.map(({ id, title, content }) => html`<section class="panel" id="${id}" aria-labelledby="${id}-title" data-panel>
<h2 id="${id}-title">${title}</h2>
${content}
</section>
`)}`;
  }

  /** One of the laboratory's own switches. */
  private async operate(request: IncomingMessage, event: APIGatewayProxyEventV2, browser: Browser): Promise<Result> {
    const name = event.rawPath.slice('/lab/'.length);
    const live = PANELS.find(({ id }) => id === name)?.live;
    if (live) return page((await live(this.parts, new URLSearchParams(event.rawQueryString))).toString());
    const panel = PANELS.find(({ switches = {} }) => Object.hasOwn(switches, name));
    if (!panel) return refusal(404, 'The laboratory has no such switch.');
    if (event.requestContext.http.method !== 'POST') return refusal(405, 'A switch takes a form: POST.');
    if (!isOwnForm(request)) return refusal(403, 'This form did not come from a page of the laboratory.');
    const text = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
    const said = await panel.switches![name]!(this.parts, browser, new URLSearchParams(text));
    if (typeof said === 'string') browser.notices.push(said);
    return { statusCode: 303, headers: { location: `/#${panel.id}` } };
  }
}

function failure({ statusCode, headers = {}, cookies = [], body }: Result): Html {
  const retry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  return html`<h3>The function answered ${statusCode}</h3>
${notice(
  retry === undefined ? 'Without Retry-After: trying again does not help.' : `Retry-After: ${String(retry)} second.`,
  cookies.length === 0 && ' No cookie was set or removed, so nobody is signed out by it.',
)}
<pre>${body}</pre>
<p><a href="/#shop">Back to the shop</a></p>`;
}
