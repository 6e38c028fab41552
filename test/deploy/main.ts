/**
 * `npm run test:deploy`: deploys every example, and an app made for this, with the
 * real CDK CLI into an emulator of AWS that enforces IAM, and prints what was seen.
 * `DEPLOY_PORT` names the emulator's port; any free one is taken where it is left out.
 */
import { type CdkApp, type Workshop, bootstrap } from './cdk-app';
import { Children } from './children';
import { Cloud } from './cloud';
import { proveDoors } from './doors-proof';
import { Emulator, MissingError, installEmulator } from './emulator';
import { proveExamplePage } from './example-page-proof';
import { proveFailedDeployment, proveUpdates } from './releases-proof';
import { Report } from './report';
import { proveRole } from './role-proof';
import { Scratch } from './scratch';
import { proveTable } from './table-proof';
import { examples, layPackages, probe } from './workbench';
import { packedTarball } from '../../build-tools/packed-tarball';

async function proveAll(report: Report, workshop: Workshop): Promise<void> {
  const { cloud } = workshop;
  const apps = [...examples(workshop), probe(workshop)];
  report.step('bootstrapping, and synthesising the examples');
  await Promise.all([bootstrap(workshop), synthesise(report, apps)]);

  for (const app of apps) {
    if (app.name === 'probe') continue;
    await report.prove(`${app.name}: cdk deploy`, async () => {
      await app.deploy();
      return app.stacks().join(', ');
    });
    for (const stack of app.stacks()) await proveStack(report, cloud, stack);
  }
  await proveProbe(report, cloud, apps.at(-1)!);
  for (const app of apps) await proveDestroy(report, cloud, app);
}

async function synthesise(report: Report, apps: readonly CdkApp[]): Promise<void> {
  for (const app of apps) {
    const leftOut = await app.synth();
    if (leftOut.length > 0) report.step(`left out of ${app.name} for the emulator: ${leftOut.join(', ')}`);
  }
}

async function proveStack(report: Report, cloud: Cloud, stack: string): Promise<void> {
  await proveTable(report, cloud, stack);
  await proveRole(report, cloud, stack);
  await proveExamplePage(report, cloud, stack);
}

async function proveProbe(report: Report, cloud: Cloud, app: CdkApp): Promise<void> {
  await app.deploy('ProbeDoors');
  await proveDoors(report, cloud);
  await app.deploy('ProbeUpdated');
  await proveUpdates(report, cloud, app);
  await proveFailedDeployment(report, cloud, app);
}

async function proveDestroy(report: Report, cloud: Cloud, app: CdkApp): Promise<void> {
  await report.prove(`${app.name}: cdk destroy`, async () => {
    await app.destroy();
    const left = await Promise.all(app.stacks().map((stack) => cloud.status(stack)));
    if (left.some((status) => status !== undefined && status !== 'DELETE_COMPLETE')) throw new Error(`left: ${left.join(', ')}`);
    return `${app.stacks().join(', ')} gone`;
  });
}

async function main(): Promise<number> {
  const report = new Report();
  const children = new Children();
  let scratch: Scratch | undefined;
  try {
    scratch = Scratch.open((text) => report.step(text));
    await run(report, scratch, children);
  } catch (error) {
    if (error instanceof MissingError) report.skip('Deployment', error.message);
    else report.fail('The run was given up', error);
  } finally {
    await children.endAll();
    scratch?.remove();
  }
  return report.close();
}

async function run(report: Report, scratch: Scratch, children: Children): Promise<void> {
  report.step(`working in ${scratch.folder}`);
  const stop = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  stop.catch(() => undefined);
  await Promise.race([stop, installEmulator({ scratch, children })]);
  await layPackages({ scratch, children }, packedTarball());
  const emulator = await Promise.race([stop, Emulator.start({ scratch, children }, port())]);
  report.step(`ministack ${Emulator.version()} listens at ${emulator.endpoint}, with IAM enforced`);
  await Promise.race([stop, emulator.gone, proveAll(report, { scratch, children, cloud: new Cloud(emulator.endpoint) })]);
}

/** @throws RangeError where DEPLOY_PORT is not a port */
function port(): number | undefined {
  const text = process.env.DEPLOY_PORT;
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new RangeError(`DEPLOY_PORT is "${text}"; allowed is a whole number from 1 to 65535.`);
  return number;
}

void main().then((code) => process.exit(code));
