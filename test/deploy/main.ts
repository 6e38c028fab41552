/**
 * `npm run test:deploy`: deploys every example, and an app made for this, with the
 * real CDK CLI into an emulator of AWS that enforces IAM, and prints what was seen.
 * `DEPLOY_PORT` names the emulator's port; any free one is taken where it is left out.
 */
import { type CdkApp, type Workshop, bootstrap } from './cdk-app';
import { Cloud } from './cloud';
import { proveDoors } from './doors-proof';
import { Emulator, MissingError, type Surroundings, freePort, installEmulator, requirePython } from './emulator';
import { proveExamplePage } from './example-page-proof';
import { FirstSteps, proveFirstSteps } from './first-steps-proof';
import { proveReadme } from './readme-proof';
import { proveFailedDeployment, proveUpdates } from './releases-proof';
import { proveRole } from './role-proof';
import { ROOT, Scratch } from './scratch';
import { proveTable, tablesOf } from './table-proof';
import { examples, installRest, layPackages, probe } from './workbench';
import { freshTarball, packedTarball } from '../../build-tools/packed-tarball';
import { Children } from '../support/children';
import { Report, check } from '../support/report';

/** What can be proven alone: `npm run test:deploy -- probe`. */
const PARTS = ['examples', 'probe', 'readme', 'first-steps'];

interface Run extends Workshop {
  readonly tarball: string;
  readonly parts: readonly string[];
}

/** What can run at once does, since each command of the CLI is busy with itself for seconds. */
async function proveAll(report: Report, run: Run): Promise<void> {
  const bootstrapped = bootstrap(run);
  const beginning = run.parts.includes('first-steps') ? FirstSteps.begin(run, run.tarball) : undefined;
  const deployed = [];
  if (run.parts.includes('examples')) deployed.push(proveExamples(report, run, bootstrapped));
  if (run.parts.includes('probe')) deployed.push(proveProbe(report, run.cloud, probe(run), bootstrapped));
  if (run.parts.includes('readme')) deployed.push(proveReadme(report, run, bootstrapped));
  await Promise.all([bootstrapped, ...deployed]);
  if (beginning !== undefined) await proveFirstSteps(report, beginning);
}

async function proveExamples(report: Report, run: Run, bootstrapped: Promise<void>): Promise<void> {
  for (const app of examples(run)) {
    await synthesise(report, app);
    await bootstrapped;
    await report.prove(`${app.name}: cdk deploy`, async () => {
      await app.deploy();
      return app.stacks().join(', ');
    });
    for (const stack of app.stacks()) await proveStack(report, run.cloud, app.name, stack);
    await proveDestroy(report, run.cloud, app);
  }
}

async function synthesise(report: Report, app: CdkApp): Promise<void> {
  await app.synth();
  await report.prove(`${app.name}: cfn-lint`, async () => {
    await app.lint();
    return 'nothing found';
  });
  const leftOut = app.leaveOut();
  if (leftOut.length > 0) report.step(`left out of ${app.name} for the emulator: ${leftOut.join(', ')}`);
}

async function proveStack(report: Report, cloud: Cloud, example: string, stack: string): Promise<void> {
  await proveTable(report, cloud, stack);
  await proveRole(report, cloud, stack);
  await proveExamplePage(report, cloud, example, stack);
}

async function proveProbe(report: Report, cloud: Cloud, app: CdkApp, bootstrapped: Promise<void>): Promise<void> {
  await app.synth();
  await bootstrapped;
  await app.deploy('ProbeDoors');
  await proveDoors(report, cloud);
  await app.deploy('ProbeUpdated');
  await proveUpdates(report, cloud, app);
  await proveFailedDeployment(report, cloud, app);
  await proveDestroy(report, cloud, app);
}

async function proveDestroy(report: Report, cloud: Cloud, app: CdkApp): Promise<void> {
  await report.prove(`${app.name}: cdk destroy`, async () => {
    const tables = (await Promise.all(app.stacks().map((stack) => tablesOf(cloud, stack)))).flat();
    await app.destroy();
    const stacks = await Promise.all(app.stacks().map((stack) => cloud.status(stack)));
    check(stacks.every((status) => status === undefined || status === 'DELETE_COMPLETE'), `left: ${stacks.join(', ')}`);
    const kept = await cloud.tableNames();
    for (const { name, isRetained } of tables) check(kept.includes(name) === isRetained, `${name} is ${isRetained ? 'gone' : 'still there'}`);
    return `${app.stacks().join(', ')} gone; ${tables.map(({ name, isRetained }) => `${name} ${isRetained ? 'retained' : 'gone'}`).join(', ')}`;
  });
}

async function main(): Promise<number> {
  const report = new Report();
  const children = new Children();
  let scratch: Scratch | undefined;
  try {
    scratch = Scratch.open((text) => report.step(text));
    await deployAndProve(report, scratch, children, askedParts());
  } catch (error) {
    if (error instanceof MissingError) report.skip('Deployment', error.message);
    else report.giveUp(error);
  } finally {
    await children.endAll();
    scratch?.remove();
  }
  return report.close();
}

async function deployAndProve(report: Report, scratch: Scratch, children: Children, parts: readonly string[]): Promise<void> {
  report.step(`working in ${scratch.folder}`);
  const wanted = port();
  // Before minutes are spent on the rest.
  if (wanted !== undefined) await freePort(wanted);
  await requirePython(children);
  const stop = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  stop.catch(() => undefined);
  const tarball = await Promise.race([stop, prepare(report, { scratch, children }, parts)]);
  const emulator = await Promise.race([stop, Emulator.start({ scratch, children }, wanted)]);
  report.step(`ministack ${Emulator.version()} listens at ${emulator.endpoint}, with IAM enforced`);
  await Promise.race([stop, emulator.gone, proveAll(report, { scratch, children, cloud: new Cloud(emulator.endpoint), tarball, parts })]);
}

/** Installs and packs what the run needs. @returns the tarball */
async function prepare(report: Report, surroundings: Surroundings, parts: readonly string[]): Promise<string> {
  const [tarball] = await Promise.all([tarballOf(surroundings.children), installEmulator(surroundings)]);
  await layPackages(surroundings, tarball);
  if (parts.includes('examples')) report.step(`installed besides: ${(await installRest(surroundings)).join(', ')}`);
  return tarball;
}

async function tarballOf(children: Children): Promise<string> {
  if (freshTarball() === undefined) await children.run('npm', ['run', '--silent', 'tarball'], { cwd: ROOT });
  return packedTarball();
}

/** @throws RangeError where an argument is not a part */
function askedParts(): readonly string[] {
  const asked = process.argv.slice(2);
  for (const part of asked) if (!PARTS.includes(part)) throw new RangeError(`"${part}" is not a part. There are: ${PARTS.join(', ')}.`);
  return asked.length > 0 ? asked : PARTS;
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
