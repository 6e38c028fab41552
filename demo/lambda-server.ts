import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { toEvent, toStructured, writeResponse } from './payload';

/** The largest request that Lambda takes, in bytes. */
const MAX_BODY = 6 * 1024 * 1024;

/** Answers one event. */
export type Invoke = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** What stands in front of a function as a function URL would: HTTP in, payload 2.0 to the function, HTTP out. */
export class LambdaServer {
  private readonly server: Server;

  public constructor(private readonly invoke: Invoke) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => refuse(response, error));
    });
  }

  /** @throws with the code `EADDRINUSE` where another program has the port */
  public async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  public async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
    }
    if (size > MAX_BODY) return writeResponse(response, { statusCode: 413, body: '{"message":"Request Entity Too Large"}' });
    writeResponse(response, toStructured(await this.invoke(toEvent(request, Buffer.concat(chunks)))));
  }
}

/** What a function URL answers when the function fails: the reason stays in the log. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return;
  console.error(error);
  writeResponse(response, { statusCode: 502, body: '{"message":"Internal Server Error"}' });
}
