import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { synthShop } from './app';
import { Engine, ENGINE_ACCESS, ENGINE_QUIET } from './engine';
import { Lambda } from './lambda';
import { Invoke, LambdaServer } from './lambda-server';
import { Ledger } from './ledger';
import { Meter } from './meter';
import { FunctionDefinition, Template } from './template';

/** A running demo. */
export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** Environment variables that keep the CDK and the SDK from warnings about themselves. */
export const QUIET = { JSII_DEPRECATED: 'quiet', ...ENGINE_QUIET } as const;

type Close = () => Promise<void>;

/**
 * Synthesises the shop, creates its table in an embedded engine and serves its
 * function.
 *
 * @throws with the code `EADDRINUSE` where another program has the port
 */
export async function startDemo({ port }: { readonly port: number }): Promise<Demo> {
  const closers: Close[] = [];
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  let invoke: Promise<Invoke>;
  const server = new LambdaServer(async (event) => (await invoke)(event));
  // The port comes first: that it is busy is known before the slow part.
  const actualPort = await server.listen(port);
  closers.push(async () => server.close());
  try {
    invoke = startShop(closers);
    await invoke;
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${actualPort}`, close };
}

async function startShop(closers: Close[]): Promise<Invoke> {
  const outdir = mkdtempSync(join(tmpdir(), 'session-table-demo-'));
  closers.push(async () => rmSync(outdir, { recursive: true, force: true }));
  const template = Template.read(synthShop(outdir).templateFile);

  const engine = new Engine();
  const enginePort = await engine.start(template.table());
  closers.push(async () => engine.close());

  const meter = new Meter(enginePort);
  const endpoint = await meter.listen();
  closers.push(async () => meter.close());

  const lambda = startLambda(template.function(), endpoint, outdir);
  closers.push(async () => lambda.close());
  return metered(lambda, meter);
}

/** The function, with what the Lambda service adds to its environment: where it runs and as whom. */
function startLambda(definition: FunctionDefinition, endpoint: string, outdir: string): Lambda {
  return new Lambda(definition, {
    AWS_REGION: ENGINE_ACCESS.region,
    AWS_ACCESS_KEY_ID: ENGINE_ACCESS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ENGINE_ACCESS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...ENGINE_QUIET,
    // In Lambda there is no profile; the one of whoever runs the demo stays out of it.
    AWS_CONFIG_FILE: join(outdir, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(outdir, 'no-credentials'),
  });
}

/** Invokes the function, notes what the request cost, and shows the note at the foot of its pages. */
function metered(lambda: Lambda, meter: Meter): Invoke {
  const ledger = new Ledger();
  return async (event: APIGatewayProxyEventV2) => {
    const { result, calls } = await meter.measure(async () => lambda.invoke(event) as Promise<APIGatewayProxyStructuredResultV2>);
    const { method, path } = event.requestContext.http;
    ledger.add({ method, path, status: result.statusCode ?? 200, cookies: result.cookies ?? [], calls });
    return { ...result, ...(result.body === undefined ? {} : { body: ledger.fillIn(result.body) }) };
  };
}
