import { Agent, createServer, IncomingMessage, request as send, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call to DynamoDB, as the meter saw it go by. */
export interface DynamoCall {
  readonly operation: string;
  readonly kind: 'read' | 'write';
  /** Writes are always consistent. */
  readonly consistent: boolean;
  /** Request units, as the engine counts them. */
  readonly units: number;
  /** True where the condition of a write was not met: nothing was written, and it costs the same. */
  readonly refused: boolean;
}

interface Answer {
  readonly __type?: string;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

/** A meter in the line between the function's SDK and the table: it asks the engine what each call consumed. */
export class Meter {
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true });
  private calls: DynamoCall[] = [];
  private last: Promise<unknown> = Promise.resolve();

  public constructor(private readonly enginePort: number) {
    this.server = createServer((request, response) => {
      this.forward(request, response).catch(() => response.destroy());
    });
  }

  /** Starts the meter and gives its address, to be used in place of the engine's. */
  public async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /**
   * Runs one request and gives the calls made in it. Requests run one after
   * another, as they do in one instance of a function, so each call is the
   * running request's.
   */
  public async measure<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly calls: readonly DynamoCall[] }> {
    const turn = this.last.then(async () => {
      this.calls = [];
      const result = await run();
      return { result, calls: this.calls };
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  public async close(): Promise<void> {
    this.agent.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = JSON.parse((await textOf(request)).toString()) as { ConsistentRead?: boolean };
    const body = Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }));
    const engine = await this.ask(request, body);
    const answer = await textOf(engine);
    const operation = String(request.headers['x-amz-target']).split('.')[1]!;
    this.calls.push(callOf(operation, asked.ConsistentRead === true, JSON.parse(answer.toString()) as Answer));
    response.writeHead(engine.statusCode ?? 500, engine.headers).end(answer);
  }

  private async ask({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.enginePort, agent: this.agent, method, path: url };
      send({ ...options, headers: { ...headers, 'content-length': body.length } }, resolve).on('error', reject).end(body);
    });
  }
}

function callOf(operation: string, consistentRead: boolean, answer: Answer): DynamoCall {
  const kind = operation === 'GetItem' ? 'read' : 'write';
  const refused = answer.__type?.endsWith('#ConditionalCheckFailedException') ?? false;
  // A refused write is billed like a write, but the error does not say how many units: the demo's items are below 1 KB, so it is one.
  const units = answer.ConsumedCapacity?.CapacityUnits ?? (refused ? 1 : 0);
  return { operation, kind, consistent: kind === 'write' || consistentRead, units, refused };
}

async function textOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
