import { CookieJar } from './cookie-jar';
import { EventShape, PlainResponse, eventOf, responseOf } from './lambda-event';
import type { SessionFactory } from '../runtime/request/session-factory';

/** A Lambda handler, as far as a visitor is concerned. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a handler may want any event and any context
export type AnyHandler = (event: any, context: any) => unknown;

/** Options of a visitor. */
export interface VisitorOptions {
  /**
   * The service in front of the handler, which decides the shape of its events.
   *
   * @default 'http-api'
   */
  readonly event?: EventShape;
  /** The browser's cookies. @default - none yet */
  readonly jar?: CookieJar;
  /** The site. @default 'https://shop.example' */
  readonly origin?: string;
}

/** What a request carries besides its path. */
export interface VisitOptions {
  /** Headers, besides those that a browser sends by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether redirects are followed, as a browser does. One that leads to another site is returned. @default true */
  readonly follow?: boolean;
}

/** The response that the visitor got. */
export interface Visit extends PlainResponse {
  /** The path that answered, after redirects. */
  readonly path: string;
  /** The body as JSON. @throws SyntaxError if it is not */
  json(): unknown;
}

/** Browsers give up after twenty; ten are enough to show a loop. */
const MOST_REDIRECTS = 10;

/**
 * One visitor of a handler: keeps cookies, follows redirects and speaks the
 * event shape of the service in front of it. Requests that run at once share
 * the cookies as tabs do.
 *
 * ```ts
 * const ada = visitor(handler);
 * await ada.post('/cart', { sku: 'tea' });
 * expect((await ada.get('/')).body).toBe('1 items');
 * ```
 */
export class Visitor {
  public readonly jar: CookieJar;
  readonly #handler: AnyHandler;
  readonly #shape: EventShape;
  readonly #origin: string;

  public constructor(
    handler: AnyHandler,
    { event = 'http-api', jar = new CookieJar(), origin = 'https://shop.example' }: VisitorOptions = {},
  ) {
    this.#handler = handler;
    this.#shape = event;
    this.#origin = origin;
    this.jar = jar;
  }

  /** Opens a page. @throws whatever the handler throws */
  public async get(path: string, options: VisitOptions = {}): Promise<Visit> {
    return this.#request('GET', path, undefined, options);
  }

  /**
   * Sends a form from a page of the site. A string is sent unchanged; set its `content-type` in the headers.
   *
   * @throws whatever the handler throws
   */
  public async post(
    path: string,
    body: string | Readonly<Record<string, string>> = {},
    options: VisitOptions = {},
  ): Promise<Visit> {
    return this.#request('POST', path, body, options);
  }

  async #request(
    method: string,
    path: string,
    body: string | Readonly<Record<string, string>> | undefined,
    options: VisitOptions,
  ): Promise<Visit> {
    let [verb, url, content] = [method, new URL(path, this.#origin), body];
    for (let i = 0; i <= MOST_REDIRECTS; i++) {
      const response = await this.#send(verb, url, content, options.headers ?? {});
      const { location } = response.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
      // Another site is not this handler's, and gets none of its cookies.
      const next = isRedirect ? new URL(location, url) : url;
      if (!isRedirect || options.follow === false || next.origin !== url.origin) {
        return { ...response, path: url.pathname + url.search, json: () => JSON.parse(response.body) as unknown };
      }
      url = next;
      if (response.status < 307) [verb, content] = ['GET', undefined];
    }
    throw new Error(`visitor: more than ${MOST_REDIRECTS} redirects, the last one to ${url.pathname}.`);
  }

  async #send(
    method: string,
    url: URL,
    body: string | Readonly<Record<string, string>> | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<PlainResponse> {
    const isForm = typeof body === 'object';
    const text = isForm ? new URLSearchParams(body).toString() : body;
    const own = {
      'accept': 'text/html',
      'sec-fetch-site': 'same-origin',
      ...(method !== 'GET' && { origin: this.#origin }),
      ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    const event = eventOf(
      { method, url, headers: { ...own, ...lowered(headers) }, cookies: this.jar.cookies(), body: text },
      this.#shape,
    );
    const response = responseOf(
      await this.#handler(event, { getRemainingTimeInMillis: () => 30_000, awsRequestId: 'request' }),
      this.#shape,
    );
    this.jar.store(response.setCookie);
    return response;
  }
}

/** A visitor of a handler, without cookies unless a jar is given. */
export function visitor(handler: AnyHandler, options: VisitorOptions = {}): Visitor {
  return new Visitor(handler, options);
}

/**
 * The cookies of a browser whose session holds this data: begin a test signed in.
 *
 * ```ts
 * const ada = visitor(handler, { jar: await signedIn(sessions, { userId: 'ada' }) });
 * ```
 *
 * @throws SessionUnavailableError if the factory's table cannot be reached
 */
export async function signedIn<Data extends object>(
  sessions: SessionFactory<Data>,
  data: Partial<Data>,
): Promise<CookieJar> {
  const request = sessions.forRequest({ cookies: undefined, https: true });
  const session = await request.session();
  for (const key of Object.keys(data) as (keyof Data & string)[]) session.set(key, data[key]);
  const jar = new CookieJar();
  jar.store((await request.commit()).setCookie);
  return jar;
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
