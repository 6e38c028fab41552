import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthShop } from './app';
import { LabClock } from './lab/clock';
import { Engine, ENGINE_ACCESS, ENGINE_QUIET } from './lab/engine';
import { Laboratory } from './lab/laboratory';
import { Lambda, MOST_ENVIRONMENTS } from './lab/lambda';
import { Meter } from './lab/meter';
import { PriceTable } from './lab/price-table';
import { RaceTrack } from './lab/race';
import { Requests } from './lab/requests';
import { LabServer } from './lab/server';
import { Template } from './lab/template';

/** A running laboratory. */
export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** Environment variables that keep the CDK and the SDK from warnings about themselves. */
export const QUIET = { JSII_DEPRECATED: 'quiet', ...ENGINE_QUIET } as const;

type Close = () => Promise<void>;

/**
 * Synthesises the shop, creates its table in an embedded engine and serves its
 * function, with the laboratory around it.
 *
 * @throws with the code `EADDRINUSE` if another program has the port
 */
export async function startDemo({ port }: { readonly port: number }): Promise<Demo> {
  const closers: Close[] = [];
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  let laboratory: Promise<Laboratory>;
  const server = new LabServer(async (request, body) => (await laboratory).respond(request, body));
  // The port comes first, so that a busy one is known before the slow part.
  const actualPort = await server.listen(port);
  closers.push(async () => server.close());
  try {
    laboratory = startLaboratory(closers);
    await laboratory;
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://localhost:${actualPort}`, close };
}

async function startLaboratory(closers: Close[]): Promise<Laboratory> {
  const outdir = mkdtempSync(join(tmpdir(), 'session-table-demo-'));
  closers.push(async () => rmSync(outdir, { recursive: true, force: true }));
  const template = Template.read(synthShop(outdir).templateFile);

  const engine = new Engine();
  await engine.start(template.table());
  closers.push(async () => engine.close());

  const meter = new Meter(engine.url);
  const endpoint = await meter.listen();
  closers.push(async () => meter.close());

  const clock = new LabClock();
  const lambda = new Lambda(template.function(), platform(endpoint, outdir));
  closers.push(async () => lambda.close());
  lambda.prepare(1);
  const requests = new Requests(lambda, meter, clock);
  const track = new RaceTrack(requests, clock, () => lambda.prepare(MOST_ENVIRONMENTS));
  const prices = new PriceTable(engine.url.href, template.table().TableName!);
  return new Laboratory({ clock, engine, lambda, requests, track, prices, template });
}

/** What the Lambda service adds to a function's environment: its Region and its credentials. */
function platform(endpoint: string, outdir: string): Record<string, string> {
  return {
    AWS_REGION: ENGINE_ACCESS.region,
    AWS_ACCESS_KEY_ID: ENGINE_ACCESS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ENGINE_ACCESS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...ENGINE_QUIET,
    // Lambda has no profile, so the demo ignores the one on this machine.
    AWS_CONFIG_FILE: join(outdir, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(outdir, 'no-credentials'),
  };
}
