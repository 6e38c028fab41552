import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { RequestRecord } from './browser';
import type { LabClock } from './clock';
import type { Fault } from './faults';
import type { Lambda } from './lambda';
import { Meter, Recorder } from './meter';
import { toStructured } from './payload';

/** The response, and its cost. */
export interface Answered {
  readonly result: APIGatewayProxyStructuredResultV2;
  readonly record: RequestRecord;
}

/** Sends requests to the function and notes what each asks of DynamoDB. */
export class Requests {
  public constructor(private readonly lambda: Lambda, private readonly meter: Meter, private readonly clock: LabClock) {}

  /** If the function throws, the response is 502, as from a function URL; the reason stays in the log. */
  public async send(event: APIGatewayProxyEventV2, fault?: Fault): Promise<Answered> {
    const id = randomUUID();
    const recorder = new Recorder(fault);
    const at = this.clock.now();
    const result = await this.meter.measure(id, recorder, async () => this.invoke(id, event));
    const { method, path } = event.requestContext.http;
    const retryAfter = Object.entries(result.headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
    return {
      result,
      record: {
        method,
        path,
        at,
        fault,
        duration: recorder.now(),
        status: result.statusCode ?? 200,
        retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
        cookie: event.cookies?.join('; '),
        setCookie: result.cookies ?? [],
        calls: recorder.calls,
      },
    };
  }

  private async invoke(id: string, event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
    try {
      return toStructured(await this.lambda.invoke({ id, event, ahead: this.clock.ahead }));
    } catch (error) {
      console.error(error);
      return { statusCode: 502, headers: { 'content-type': 'application/json' }, body: '{"message":"Internal Server Error"}' };
    }
  }
}
