import { Agent, IncomingMessage, Server, ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { EngineAnswer, FAULTS, FaultName, ProxiedCall } from './faults';

/** What is to happen to the next calls of an operation. */
interface Script {
  readonly operation: string;
  readonly fault: FaultName;
  times: number;
}

/** How the client under test waits. */
export interface Waiting {
  /** Lets milliseconds pass on its clock. */
  readonly advance: (milliseconds: number) => void;
  /** The milliseconds that it gives one attempt. */
  readonly patience: number;
}

/** A call that came through. */
export interface PassedCall {
  readonly operation: string;
  readonly isStrong: boolean;
}

/** A call that the network keeps while its client waits in vain, and delivers when the test says so. */
export interface LateCall {
  /** Fulfils when the call has come and its client has given it up. */
  readonly heldBack: Promise<void>;
  /** Lets the engine do it now, whatever has happened since; gives the engine's answer, which nobody hears. */
  deliver(): Promise<EngineAnswer>;
}

interface Hold {
  readonly operation: string;
  readonly waiting: Waiting;
  readonly take: (forward: () => Promise<EngineAnswer>) => void;
}

/**
 * A proxy in front of an engine, through which real clients speak by real
 * sockets, and which does to their calls what networks do. It is never an
 * engine itself: what is stored is what the engine stored.
 */
export class FaultProxy {
  public static async start(engine: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(engine);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  readonly #engine: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #dropped = new WeakSet<Socket>();
  #script: Script | undefined;
  #waiting: Waiting | undefined;
  #replica: ReadonlyMap<string, unknown> | undefined;
  readonly #holds: Hold[] = [];
  #open = 0;
  /** The calls that came through since it was emptied. */
  public readonly calls: PassedCall[] = [];

  private constructor(engine: string) {
    this.#engine = new URL(engine);
    this.#server = createServer((call, response) => {
      if (this.#dropped.has(call.socket)) return;
      this.#open++;
      // `close` comes after the client has its answer, and comes alone where the connection breaks.
      let isOpen = true;
      const answered = (): void => {
        if (isOpen) this.#open--;
        isOpen = false;
      };
      response.once('finish', answered).once('close', answered);
      // The other end may be gone; that is its matter.
      this.#serve(call, response).catch(() => call.socket.destroy());
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
  }

  /** Is asked for each call, where there is no script; for faults that are sprinkled in. */
  public choose: (operation: string) => FaultName | undefined = () => undefined;

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many calls that it heard have no answer yet. */
  public get openCalls(): number {
    return this.#open;
  }

  /** Says what happens to the next calls of an operation. Without `waiting`, time passes by itself. */
  public fail(operation: string, fault: FaultName, times: number, waiting?: Waiting): void {
    this.#script = { operation, fault, times };
    this.#waiting = waiting;
  }

  /** Holds the next call of an operation back until it is delivered late. Each call of this holds one. */
  public holdBack(operation: string, waiting: Waiting): LateCall {
    let deliver: () => Promise<EngineAnswer> = () => Promise.reject(new Error(`no ${operation} was held back`));
    const heldBack = new Promise<void>((resolve) => {
      this.#holds.push({
        operation,
        waiting,
        take: (forward) => {
          deliver = forward;
          resolve();
        },
      });
    });
    return { heldBack, deliver: () => deliver() };
  }

  /** From now on eventually consistent reads see what is stored at this moment. */
  public async holdReplica(tableName: string): Promise<void> {
    const { body } = await this.#forward(Buffer.from(JSON.stringify({ TableName: tableName })), {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.Scan',
      'authorization': 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b',
      'x-amz-date': '20260101T000000Z',
    });
    const { Items = [] } = JSON.parse(body.toString()) as { readonly Items?: readonly { readonly sid: { readonly B: string } }[] };
    this.#replica = new Map(Items.map((item) => [item.sid.B, item]));
  }

  /** All is well again. */
  public heal(): void {
    this.#script = undefined;
    this.#waiting = undefined;
    this.#replica = undefined;
    this.#holds.length = 0;
  }

  /** Cuts every connection, as a long freeze does. */
  public cutConnections(): number {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return this.#sockets.size;
  }

  /** Lets every connection stand, and hears nothing more that comes by it, as an address translation does that has forgotten it. */
  public dropConnections(): number {
    for (const socket of this.#sockets) this.#dropped.add(socket);
    return this.#sockets.size;
  }

  public async stop(): Promise<void> {
    this.cutConnections();
    this.#agent.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request_: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request_.headers['x-amz-target']).split('.')[1] ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request_) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isStrong = body.includes('"ConsistentRead":true');
    this.calls.push({ operation, isStrong });
    const call = this.#call(request_, response, body);
    const held = this.#holds.findIndex((hold) => hold.operation === operation);
    if (held >= 0) return this.#holdBack(this.#holds.splice(held, 1)[0] as Hold, call);
    const fault = this.#next(operation);
    if (fault !== undefined) return FAULTS[fault](call);
    if (this.#replica !== undefined && operation === 'GetItem' && !isStrong) return this.#answerStale(response, body, this.#replica);
    call.pass(await call.apply());
  }

  /** Lets the client's time pass, so that it gives the call up. */
  async #holdBack({ waiting, take }: Hold, { apply }: ProxiedCall): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    take(apply);
    waiting.advance(waiting.patience);
  }

  #next(operation: string): FaultName | undefined {
    const script = this.#script;
    if (script === undefined) return this.choose(operation);
    if (script.operation !== operation || script.times === 0) return undefined;
    script.times--;
    return script.fault;
  }

  #call(request_: IncomingMessage, response: ServerResponse, body: Buffer): ProxiedCall {
    const waiting = this.#waiting;
    return {
      request: request_,
      response,
      apply: () => this.#forward(body, request_.headers),
      pass: ({ status, headers, body: answer }) => void response.writeHead(status, headers).end(answer),
      patience: waiting?.patience ?? 0,
      // By the next turn the client has what was written before.
      passTime: async (milliseconds) => {
        await new Promise((resolve) => setImmediate(resolve));
        waiting?.advance(milliseconds);
      },
    };
  }

  #answerStale(response: ServerResponse, body: Buffer, replica: ReadonlyMap<string, unknown>): void {
    const { Key } = JSON.parse(body.toString()) as { readonly Key: { readonly sid: { readonly B: string } } };
    const Item = replica.get(Key.sid.B);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'STALE' }).end(JSON.stringify(Item === undefined ? {} : { Item }));
  }

  #forward(body: Buffer, headers: IncomingMessage['headers']): Promise<EngineAnswer> {
    const { 'transfer-encoding': _, connection: __, ...kept } = headers;
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers: { ...kept, 'host': this.#engine.host, 'content-length': body.length } };
      const forwarded = request(this.#engine, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { connection: ___, 'transfer-encoding': ____, ...rest } = answer.headers;
          resolve({ status: answer.statusCode ?? 502, headers: rest, body: Buffer.concat(chunks) });
        });
      });
      forwarded.on('error', reject).end(body);
    });
  }
}
