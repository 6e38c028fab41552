import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A command that runs in the background. */
export interface Background {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

const GRACE_MS = 3000;

/**
 * The processes that this program started. Each leads a group of its own, so its
 * children end with it, and all of them end with this program.
 */
export class Children {
  private readonly running = new Map<ChildProcess, Promise<Ended>>();
  private isClosed = false;

  public constructor() {
    process.once('exit', () => this.signal('SIGKILL'));
  }

  /** Starts a command and does not wait for it. */
  public start(command: string, args: readonly string[], options: SpawnOptions): Background {
    if (this.isClosed) throw new Error(`${command} was not started: the run is being ended.`);
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const ended = endOf(child);
    this.running.set(child, ended);
    const forget = () => this.running.delete(child);
    ended.then(forget, forget);
    return { pid: child.pid ?? -1, ended };
  }

  /** Runs a command to its end. @throws Error where it cannot be started, or does not leave 0: with the end of its output */
  public async run(command: string, args: readonly string[], options: SpawnOptions): Promise<string> {
    const { code, signal, output } = await this.start(command, args, options).ended;
    if (code === 0) return output;
    throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? code}:\n${lastLines(output, 25)}`);
  }

  /** Ends what still runs, and waits until it has ended. Nothing can be started after it. */
  public async endAll(): Promise<void> {
    this.isClosed = true;
    this.signal('SIGTERM');
    const force = setTimeout(() => this.signal('SIGKILL'), GRACE_MS);
    await Promise.allSettled(this.running.values());
    clearTimeout(force);
  }

  private signal(signal: NodeJS.Signals): void {
    for (const { pid } of this.running.keys()) if (pid !== undefined) signalGroup(pid, signal);
  }
}

/** Sends a signal to a process and to the processes that it started. A process that has ended is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The end of a text. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function endOf(child: ChildProcess): Promise<Ended> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // What a command leaves running ends with it; only then is its output complete.
    child.once('exit', () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'));
    child.once('close', (code, signal) => resolve({ code, signal, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
