import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { writeResponse } from './payload';
import { SECURITY_HEADERS } from '../function/reply';

/** The largest request that Lambda takes, in bytes. */
const MAX_BODY = 6 * 1024 * 1024;

/** Answers one request. */
export type Answer = (request: IncomingMessage, body: Buffer) => Promise<APIGatewayProxyStructuredResultV2>;

/** The laboratory's HTTP server, on the loopback alone. */
export class LabServer {
  private readonly server: Server;

  public constructor(private readonly respond: Answer) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => refuse(response, error));
    });
  }

  /** @throws with the code `EADDRINUSE` if another program has the port */
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
    if (!isOfThisMachine(request)) return writeResponse(response, refusal(403, 'The laboratory answers this machine alone, as localhost.'));
    if (size > MAX_BODY) return writeResponse(response, refusal(413, 'Request Entity Too Large'));
    writeResponse(response, await this.respond(request, Buffer.concat(chunks)));
  }
}

const OWN_NAMES = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const OWN_ADDRESSES = /^(?:::ffff:)?127\.|^::1$/;

/** The address shows that the sender is this machine; the host name, that no other site's name was pointed here. */
function isOfThisMachine({ socket, headers }: IncomingMessage): boolean {
  return OWN_ADDRESSES.test(socket.remoteAddress ?? '') && OWN_NAMES.test(headers.host ?? '');
}

/**
 * Whether a form was sent by a page of the laboratory itself. A client that is not a browser does not say where the
 * form came from.
 */
export function isOwnForm({ headers: { origin, host, 'sec-fetch-site': site } }: IncomingMessage): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || origin === `http://${host}`;
}

/** A response in plain text. */
export function refusal(statusCode: number, body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'text/plain; charset=utf-8', ...SECURITY_HEADERS }, body };
}

/** The laboratory's own errors go to its log. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return;
  console.error(error);
  writeResponse(response, refusal(500, 'The laboratory failed. Its terminal says why.'));
}
