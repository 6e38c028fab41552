import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Refusal, Transactions } from './transactions';

const OPERATION = 'DynamoDB_20120810.TransactWriteItems';
const JSON_TYPE = 'application/x-amz-json-1.0';

/**
 * An HTTP server in front of dynalite's, which adds `TransactWriteItems`.
 *
 * Any other request goes to dynalite untouched. A transaction waits until the
 * requests before it are answered, and those after it wait for the
 * transaction, so nobody sees half of one.
 */
export class TransactionFront {
  /** Starts both servers on the loopback; dynalite's own port is used by transactions alone. */
  public static async start(engine: Server): Promise<TransactionFront> {
    const front = new TransactionFront(engine);
    await Promise.all([listen(engine), listen(front.#server)]);
    return front;
  }

  readonly #engine: Server;
  readonly #server = createServer((request, response) => this.#queue(request, response));
  readonly #transactions = new Transactions(
    (operation, input, headers) => this.#ask(operation, input, headers),
    () => performance.now(),
  );
  readonly #underWay = new Set<Promise<unknown>>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(engine: Server) {
    this.#engine = engine;
  }

  /** Where requests are taken. */
  public get endpoint(): string {
    return addressOf(this.#server);
  }

  /** Ends both servers. */
  public async stop(): Promise<void> {
    await Promise.all([this.#server, this.#engine].map(async (server) => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }));
  }

  #queue(request: IncomingMessage, response: ServerResponse): void {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const isTransaction = request.headers['x-amz-target'] === OPERATION;
    this.#turn = this.#turn.then(() =>
      isTransaction ? this.#transact(request, response) : this.#pass(request, response, closed),
    );
  }

  #pass(request: IncomingMessage, response: ServerResponse, closed: Promise<void>): void {
    this.#underWay.add(closed);
    void closed.then(() => this.#underWay.delete(closed));
    this.#engine.emit('request', request, response);
    // dynalite throws what a caller leaves behind who breaks off, where nobody can catch it.
    request.removeAllListeners('error').on('error', () => undefined);
  }

  async #transact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await Promise.all(this.#underWay);
    const answer = async (): Promise<[status: number, body: unknown]> => {
      try {
        return [200, await this.#transactions.write(await json(request), request.headers)];
      } catch (error) {
        return error instanceof Refusal
          ? [error.status, error.body]
          : [500, { __type: 'InternalServerError', message: String(error) }];
      }
    };
    const [status, body] = await answer();
    response
      .writeHead(status, { 'content-type': JSON_TYPE, 'x-amzn-requestid': randomUUID() })
      .end(JSON.stringify(body));
  }

  async #ask(operation: string, input: unknown, headers: IncomingMessage['headers']): Promise<unknown> {
    const response = await fetch(addressOf(this.#engine), {
      method: 'POST',
      headers: {
        'content-type': JSON_TYPE,
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'authorization': headers.authorization ?? '',
        'x-amz-date': String(headers['x-amz-date']),
      },
      body: JSON.stringify(input),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Refusal(response.status, body as Refusal['body']);
    return body;
  }
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
