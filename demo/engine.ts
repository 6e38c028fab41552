import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** What the SDK needs to sign a request; the engine takes any. */
export const ENGINE_ACCESS = { region: 'us-east-1', accessKeyId: 'demo', secretAccessKey: 'demo' } as const;

/** Keeps the SDK from warning of the Node.js that it runs on, which in Lambda is a newer one. */
export const ENGINE_QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } as const;

/** An embedded engine that speaks DynamoDB's protocol and keeps all in memory. */
export class Engine {
  private readonly server: Server = dynalite({ createTableMs: 0 });

  /** Starts the engine with one table, and gives its port. */
  public async start(table: CreateTableCommandInput): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.server.address() as AddressInfo;
    const { region, ...credentials } = ENGINE_ACCESS;
    const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region, credentials });
    await client.send(new CreateTableCommand(table));
    client.destroy();
    return port;
  }

  public async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
