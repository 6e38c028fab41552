import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Scratch } from './scratch';
import { type Children, type Ended, lastLines } from '../support/children';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const BOOT_MS = 60_000;

/** What the run needs is not on this machine. */
export class MissingError extends Error {}

/** The emulator ended before it was asked to. */
export class EmulatorGoneError extends Error {}

/** Where the emulator lives, and what starts it. */
export interface Surroundings {
  readonly scratch: Scratch;
  readonly children: Children;
}

/** Looks for what the emulator is installed with. @throws MissingError where it is not there */
export async function requirePython(children: Children): Promise<void> {
  try {
    await children.run('python3', ['-c', 'import ensurepip, venv'], {});
  } catch (error) {
    throw new MissingError(`python3 with its module venv is needed and was not found. ${firstLine(error)}`);
  }
}

/** Installs the emulator into a Python environment of its own. @throws MissingError */
export async function installEmulator({ scratch, children }: Surroundings): Promise<void> {
  const options = { env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } };
  await children.run('python3', ['-m', 'venv', scratch.path('venv')], options);
  try {
    await children.run(scratch.path('venv/bin/pip'), ['install', '--quiet', '--no-compile', '--requirement', REQUIREMENTS], options);
  } catch (error) {
    throw new MissingError(`the emulator could not be installed from ${REQUIREMENTS}. ${lastLines(String(error), 3)}`);
  }
}

/** An AWS emulator on the loopback that enforces IAM. */
export class Emulator {
  /**
   * Starts it.
   *
   * @param port one that is free; any free one where it is left out
   * @throws Error where the port is taken, or nothing answers within a minute
   */
  public static async start({ scratch, children }: Surroundings, port?: number): Promise<Emulator> {
    const chosen = await freePort(port);
    const home = scratch.path('home');
    const { pid, ended } = children.start(scratch.path('venv/bin/ministack'), [], {
      cwd: home,
      // Nothing of the user's environment reaches it: no key, no profile, no proxy.
      env: {
        // The deployed functions run in this Node.
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: home,
        TMPDIR: home,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(chosen),
        AUTH: 'true',
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        S3_DATA_DIR: scratch.path('home', 's3'),
      },
    });
    scratch.noteEmulator(pid);
    const emulator = new Emulator(chosen, children, ended);
    await Promise.race([emulator.ready(), emulator.gone]);
    return emulator;
  }

  /** The version that is pinned. */
  public static version(): string {
    return /^ministack==(.*)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1] ?? 'unknown';
  }

  public readonly endpoint: string;
  /** Rejects when the emulator ends by itself. */
  public readonly gone: Promise<never>;
  private isAsked = false;

  private constructor(port: number, private readonly children: Children, ended: Promise<Ended>) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.gone = ended.then(({ output, signal, code }) => {
      if (this.isAsked) return new Promise<never>(() => undefined);
      throw new EmulatorGoneError(`The emulator ended by itself (${signal ?? code}). The end of its log:\n${lastLines(output, 8)}`);
    });
    this.gone.catch(() => undefined);
  }

  /** Ends it, and everything else that was started. */
  public async stop(): Promise<void> {
    this.isAsked = true;
    await this.children.endAll();
  }

  private async ready(): Promise<void> {
    const until = Date.now() + BOOT_MS;
    for (;;) {
      const health = await fetch(`${this.endpoint}/_ministack/health`).catch(() => undefined);
      if (health?.ok) return;
      if (Date.now() > until) throw new Error(`The emulator has not answered at ${this.endpoint} for ${BOOT_MS / 1000} seconds.`);
      await wait(100);
    }
  }
}

/**
 * A port of the loopback that nobody listens on.
 *
 * @param port the one that it has to be; any where it is left out
 * @throws Error where it is taken
 */
export async function freePort(port: number | undefined): Promise<number> {
  const server = createServer();
  const listening = new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  try {
    return await listening;
  } catch (error) {
    throw new Error(`Port ${port} of 127.0.0.1 cannot be used (${firstLine(error)}). Leave DEPLOY_PORT out, and a free one is taken.`);
  } finally {
    server.close();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
