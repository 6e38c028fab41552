import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as https from 'node:https';
import { builtin } from '../../builtin';
import { isAborted, whenAborted } from '../attempt';
import { CallOptions } from '../session-client';
import { CallError } from './call-error';

/** A response that came to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent. Headers are names and values in turn. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Like the SDK's. An execution environment of Lambda uses one. */
const MOST_SOCKETS = 50;

/** One server, with connections that are kept alive. Follows no redirects, and uses no proxy. */
export class HttpServer {
  readonly #place: { readonly hostname: string; readonly port: string };
  readonly #client: Pick<typeof https, 'request'>;
  readonly #agent: https.Agent;
  /** What Node emits once a request can leave. */
  readonly #ready: 'connect' | 'secureConnect';

  public constructor({ protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>) {
    // `import 'node:http'` takes ten times as long, and few endpoints need it.
    const client = protocol === 'https:' ? https : (builtin('node:http') as unknown as typeof https);
    this.#client = client;
    this.#agent = new client.Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
    this.#ready = protocol === 'https:' ? 'secureConnect' : 'connect';
    // A URL has the brackets of an IPv6 address, a socket does not.
    this.#place = { hostname: hostname.replace(/^\[|\]$/g, ''), port };
  }

  /**
   * Sends a request once.
   *
   * @throws CallError named ConnectionError if it certainly was not sent, with Node's `code`; else Node's error, or an
   * AbortError
   */
  public send({ method, path, headers, body }: HttpRequest, options: CallOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (isAborted(options)) return reject(givenUp());
      let [isReady, isSettled] = [false, false];
      const request = this.#client.request({ ...this.#place, agent: this.#agent, method, path, headers });
      const settle = (): void => {
        isSettled = true;
        forget();
      };
      const fail = (error: Error): Error => {
        settle();
        const failure = isReady || request.reusedSocket ? error : notSent(error);
        reject(failure);
        return failure;
      };
      const forget = whenAborted(options, () => {
        request.destroy();
        const failure = fail(givenUp());
        return failure.name === 'AbortError' ? undefined : failure;
      });
      request.once('socket', (socket) => {
        if (!request.reusedSocket) socket.once(this.#ready, () => (isReady = true));
      });
      request.once('response', (response) => readBody(response, (body_) => {
        settle();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body_ });
      }, fail));
      request.on('error', fail);
      // Node does not report every broken response as an error, so this does. A good response creates none: its stack
      // would take longer than reading it.
      request.once(
        'close',
        () =>
          isSettled
          || fail(new CallError('IncompleteResponseError', 'The connection was closed before the response had ended.')),
      );
      request.end(body);
    });
  }
}

function givenUp(): CallError {
  return new CallError('AbortError', 'The call was given up.');
}

function notSent(error: Error): CallError {
  const { code = 'ETIMEDOUT' } = error as { readonly code?: string };
  return Object.assign(
    new CallError('ConnectionError', 'There was no connection, so nothing was sent.', undefined, { cause: error }),
    { code },
  );
}

/** Reads a response to its end. */
function readBody(response: IncomingMessage, done: (body: Buffer) => void, fail: (error: Error) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.once('error', fail);
  response.once('end', () => {
    // An incomplete response has no result; the closing of the connection reports it.
    if (response.complete) done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
}
