import { IncomingMessage, Server, ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy can do to a call. */
export const FAULTS = {
  'throttled: provisioned': answered(400, 'ProvisionedThroughputExceededException'),
  'throttled: account': answered(400, 'ThrottlingException'),
  'throttled: on demand': answered(400, 'RequestLimitExceeded'),
  'internal error': answered(500, 'InternalServerError'),
  'service unavailable': answered(503, 'ServiceUnavailableException'),
  'access denied': answered(400, 'AccessDeniedException'),
  'expired credentials': answered(400, 'ExpiredTokenException'),
  'missing table': answered(400, 'ResourceNotFoundException'),
  'HTML with 200': async (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to the hotel</h1>'),
  'empty with 200': async (_, response) => void response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 0 }).end(),
  'wrong checksum': async (_, response, apply) => {
    const { status, headers, body } = await apply();
    response.writeHead(status, { ...headers, 'x-amz-crc32': '1' }).end(body);
  },
  'reset before it was applied': async (call) => void call.socket.destroy(),
  'reset after it was applied': async (call, _, apply) => {
    await apply();
    call.socket.destroy();
  },
  'answer cut off after it was applied': async (call, response, apply) => {
    const { headers, body } = await apply();
    response.writeHead(200, { ...headers, 'content-length': body.length + 10 });
    response.write(body, () => call.socket.destroy());
  },
  'silence': async (_call, _response, _apply, hush) => hush(),
  'silence after it was applied': async (_call, _response, apply, hush) => {
    await apply();
    hush();
  },
  'one byte and no more': async (_call, response, _apply, hush) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 100 });
    response.write('{', hush);
  },
} satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

interface Applied {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** Does something to a call; `apply` lets the engine do it, `hush` says that nothing more will come. */
type Fault = (call: IncomingMessage, response: ServerResponse, apply: () => Promise<Applied>, hush: () => void) => Promise<void>;

/** What is to happen to calls of one operation: once, or each time. */
interface Script {
  readonly operation: string;
  readonly fault: FaultName;
  remaining: number;
}

/** A proxy in front of an engine, through which real clients speak and which does to their calls what networks do. */
export class FaultProxy {
  public static async start(engine: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(engine);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Calls that reached the proxy, by operation. */
  public readonly calls: string[] = [];
  readonly #engine: URL;
  readonly #server: Server;
  #script: Script | undefined;

  private constructor(engine: string) {
    this.#engine = new URL(engine);
    this.#server = createServer((call, response) => void this.#serve(call, response));
  }

  /** Is called when a call will get no more of an answer: the moment to let the time pass. */
  public onHush: () => void = () => undefined;

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sets what happens to the next calls of an operation; then to no more. */
  public fail(operation: string, fault: FaultName, times: number): void {
    this.#script = { operation, fault, remaining: times };
    this.calls.length = 0;
  }

  public heal(): void {
    this.#script = undefined;
  }

  public async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(call: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(call.headers['x-amz-target']).split('.')[1] ?? '';
    this.calls.push(operation);
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    const apply = () => this.#forward(call, Buffer.concat(chunks));
    const script = this.#script;
    if (script?.operation === operation && script.remaining > 0) {
      script.remaining--;
      return FAULTS[script.fault](call, response, apply, () => this.onHush());
    }
    const { status, headers, body } = await apply();
    response.writeHead(status, headers).end(body);
  }

  #forward(call: IncomingMessage, body: Buffer): Promise<Applied> {
    return new Promise((resolve, reject) => {
      const forwarded = request(this.#engine, { method: call.method, path: call.url, headers: call.headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }));
      });
      forwarded.on('error', reject).end(body);
    });
  }
}

function answered(status: number, name: string): Fault {
  const message = 'User: arn:aws:sts::123456789012:assumed-role/shop is not authorized to perform this on arn:aws:dynamodb:us-east-1:123456789012:table/Shop';
  return async (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message }));
  };
}
