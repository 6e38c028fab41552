import { Agent, createServer, IncomingHttpHeaders, IncomingMessage, request as send, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, buffer } from 'node:stream/consumers';
import { DynamoCall, noteAnswer } from './call-record';
import type { Effect, Fault } from './faults';

/** The calls of one request. One that is delivered late comes after the response. */
export class Recorder {
  public readonly calls: DynamoCall[] = [];
  /** Resolves when the request is over: what was held back is delivered then. */
  public readonly over: Promise<void>;
  public end!: () => void;
  private readonly began = performance.now();

  public constructor(public readonly fault?: Fault) {
    this.over = new Promise((resolve) => { this.end = resolve; });
  }

  /** Milliseconds since the request began. */
  public now(): number {
    return performance.now() - this.began;
  }

  public begin(operation: string, line: number, consistentRead: boolean): { readonly call: DynamoCall; readonly effect: Effect } {
    const kind = operation === 'GetItem' ? 'read' : 'write';
    const { calls } = this;
    const effect = this.fault?.effect({ kind, before: calls.length, writesBefore: calls.filter((other) => other.kind === 'write').length });
    const now = this.now();
    const consistent = kind === 'write' || consistentRead;
    const call: DynamoCall = { operation, kind, consistent, line, startedAt: now, endedAt: now, units: 0 };
    calls.push(call);
    return { call, effect };
  }
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly outcome: string;
}

const REFUSALS: Readonly<Partial<Record<NonNullable<Effect>, Refusal>>> = {
  throttle: { status: 400, type: 'ThrottlingException', outcome: 'throttled' },
  fail: { status: 500, type: 'InternalServerError', outcome: '500' },
  deny: { status: 400, type: 'AccessDeniedException', outcome: 'denied' },
};

/** Milliseconds after the response at which a call that was held back is delivered. */
const LATE = 400;

/** A meter between the function's SDK and the table: it asks the engine what each call consumed, and injects faults. */
export class Meter {
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly recorders = new Map<string, Recorder>();

  public constructor(private readonly engine: URL) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  /** Starts the meter and returns its address, to use instead of the engine's. */
  public async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Runs one request and returns its calls. */
  public async measure<T>(id: string, recorder: Recorder, run: () => Promise<T>): Promise<T> {
    this.recorders.set(id, recorder);
    try {
      return await run();
    } finally {
      recorder.end();
      this.recorders.delete(id);
    }
  }

  public async close(): Promise<void> {
    this.agent.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'x-lab-request': id, 'x-lab-line': line, ...headers } = request.headers;
    const recorder = this.recorders.get(String(id)) ?? new Recorder();
    const asked = (await json(request)) as { ConsistentRead?: boolean };
    const operation = String(headers['x-amz-target']).split('.')[1]!;
    const { call, effect } = recorder.begin(operation, Number(line ?? 0), asked.ConsistentRead === true);
    response.once('close', () => { call.endedAt = Math.max(call.endedAt, recorder.now()); });
    const deliver = async () => this.deliver(call, asked, headers);
    const refusal = effect && REFUSALS[effect];
    if (refusal) return refuse(call, refusal, response);
    if (effect === 'silence') return void (call.outcome = 'no answer');
    if (effect === 'lose-answer') return this.loseAnswer(call, deliver, response);
    if (effect === 'deliver-late') return this.deliverLate(call, deliver, recorder);
    const { status, headers: answered, body } = await deliver();
    response.writeHead(status, answered).end(body);
  }

  private async loseAnswer(call: DynamoCall, deliver: () => Promise<unknown>, response: ServerResponse): Promise<void> {
    await deliver();
    call.outcome = 'done, answer lost';
    response.destroy();
  }

  private async deliverLate(call: DynamoCall, deliver: () => Promise<unknown>, recorder: Recorder): Promise<void> {
    call.outcome = 'held back';
    await recorder.over;
    await new Promise((resolve) => setTimeout(resolve, LATE));
    delete call.outcome;
    await deliver();
    call.endedAt = recorder.now();
    call.outcome = call.outcome === undefined ? 'delivered late' : `delivered late: ${call.outcome}`;
  }

  private async deliver(call: DynamoCall, asked: object, { 'transfer-encoding': _, ...headers }: IncomingHttpHeaders): Promise<Answered> {
    const body = Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = { ...headers, 'host': this.engine.host, 'content-length': body.length };
      const options = { agent: this.agent, method: 'POST', headers: sent };
      send(this.engine, options, resolve).on('error', reject).end(body);
    });
    const content = await buffer(answer);
    noteAnswer(call, asked, JSON.parse(content.toString()) as object);
    const { connection: __, 'transfer-encoding': ___, ...answered } = answer.headers;
    return { status: answer.statusCode ?? 500, headers: { ...answered, 'content-length': String(content.length) }, body: content };
  }
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function refuse(call: DynamoCall, { status, type, outcome }: Refusal, response: ServerResponse): void {
  call.outcome = outcome;
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'LABORATORY' });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'The laboratory did this.' }));
}
