import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What the engine answered. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** One call on its way through the proxy. */
export interface ProxiedCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Milliseconds that the client under test waits for one attempt. */
  readonly patience: number;
  /** Lets the engine do it. */
  apply(): Promise<EngineAnswer>;
  /** Hands the engine's answer on. */
  pass(answer: EngineAnswer): void;
  /** Lets so many milliseconds pass on the clock of the client under test. */
  passTime(milliseconds: number): Promise<void>;
}

/** Does something to a call. */
export type Fault = (call: ProxiedCall) => Promise<void> | void;

/** The text of every refusal holds what must not get into an answer or a log. */
export const CANARY_ROLE = 'arn:aws:sts::123456789012:assumed-role/canary-role/canary-function';
const TEXT = `User: ${CANARY_ROLE} is not authorized to perform it on resource: arn:aws:dynamodb:us-east-1:123456789012:table/canary-table`;
const JSON_TYPE = 'application/x-amz-json-1.0';

function refusal(status: number, name: string): Fault {
  return ({ response }) => {
    response.writeHead(status, { 'content-type': JSON_TYPE });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: TEXT }));
  };
}

function page(type: string, body: string): Fault {
  return ({ response }) => void response.writeHead(200, { 'content-type': type }).end(body);
}

/** What networks, DynamoDB and roles do to calls. What is not said to be applied was not. */
export const FAULTS = {
  'throttled, ProvisionedThroughputExceeded': refusal(400, 'ProvisionedThroughputExceededException'),
  'throttled, ThrottlingException': refusal(400, 'ThrottlingException'),
  'throttled, RequestLimitExceeded': refusal(400, 'RequestLimitExceeded'),
  '500': refusal(500, 'InternalServerError'),
  '500 after it was applied': async (call) => {
    await call.apply();
    return refusal(500, 'InternalServerError')(call);
  },
  '503': refusal(503, 'ServiceUnavailableException'),
  'access denied': refusal(400, 'AccessDeniedException'),
  'expired credentials': refusal(400, 'ExpiredTokenException'),
  'missing table': refusal(400, 'ResourceNotFoundException'),
  'HTML with status 200': page('text/html', '<html><h1>Welcome to the hotel</h1></html>'),
  'empty answer with status 200': page(JSON_TYPE, ''),
  'answer cut short after it was applied': async ({ apply, response, request }) => {
    const { headers, body } = await apply();
    response.writeHead(200, { ...headers, 'content-length': body.length + 10 });
    response.write(body.subarray(0, body.length - 1), () => request.socket.destroy());
  },
  'wrong checksum': async ({ apply, pass }) => {
    const answer = await apply();
    pass({ ...answer, headers: { ...answer.headers, 'x-amz-crc32': '1' } });
  },
  'connection reset': ({ request }) => void request.socket.resetAndDestroy(),
  'connection reset after it was applied': async ({ apply, request }) => {
    await apply();
    request.socket.resetAndDestroy();
  },
  'silence': ({ passTime, patience }) => passTime(patience),
  'silence after it was applied': async ({ apply, passTime, patience }) => {
    await apply();
    await passTime(patience);
  },
  'one byte a second after it was applied': async ({ apply, response, passTime, patience }) => {
    const { headers, body } = await apply();
    response.writeHead(200, { ...headers, 'content-length': body.length + 1000 });
    for (let waited = 0; waited < patience; waited += 1000) {
      response.write(' ');
      await passTime(1000);
    }
  },
  'half a second late': async ({ apply, pass, passTime }) => {
    await passTime(500);
    pass(await apply());
  },
} satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
