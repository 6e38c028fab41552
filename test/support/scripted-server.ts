import { once } from 'node:events';
import { IncomingMessage, Server, ServerResponse, createServer } from 'node:http';
import { AddressInfo } from 'node:net';

/** A request as it came. */
export interface ReceivedRequest {
  readonly headers: IncomingMessage['headers'];
  readonly url: string;
  readonly body: string;
}

/** How one request is answered. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Leave out the request id that each response of DynamoDB has. */
  readonly anonymous?: boolean;
  readonly body?: string;
  /** Send the head and the body, and break the connection. */
  readonly breaks?: boolean;
}

/** A server on the loopback that answers as it was told, in turn, or never; the last answer repeats. */
export class ScriptedServer {
  public static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  public readonly requests: ReceivedRequest[] = [];
  /** Fulfils when the next request has come that gets no answer. */
  public asked!: Promise<unknown>;
  /** Fulfils when that request's connection has been closed. */
  public closed!: Promise<unknown>;
  #answers: (ScriptedAnswer | 'silence')[] = [];
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  #onSilence: (request: IncomingMessage) => void = () => undefined;

  public get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what came, and answers so from now on. */
  public script(...answers: (ScriptedAnswer | 'silence')[]): void {
    this.requests.splice(0);
    this.#answers = answers;
    const silent = new Promise<IncomingMessage>((resolve) => (this.#onSilence = resolve));
    this.asked = silent;
    this.closed = silent.then(async ({ socket }) => (socket.destroyed ? undefined : once(socket, 'close')));
  }

  public async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    this.requests.push({ headers: request.headers, url: request.url ?? '', body });
    const answer = (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? {};
    if (answer === 'silence') return this.#onSilence(request);
    const id = answer.anonymous === true ? {} : { 'x-amzn-requestid': 'scripted' };
    response.writeHead(answer.status ?? 200, { ...id, ...answer.headers });
    if (answer.breaks !== true) {
      response.end(answer.body ?? '{}');
      return;
    }
    response.write(answer.body ?? '');
    // Once the head has left, so that the client has begun to read.
    setImmediate(() => response.destroy());
  }
}
