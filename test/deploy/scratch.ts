import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalGroup } from '../support/children';

export const ROOT = join(__dirname, '../..');

/** What a run writes down, so that the next one can clean up after a run that was killed. */
interface RunRecord {
  readonly pid: number;
  readonly emulator?: number;
}

/** Another run of the same checkout is under way. */
export class OtherRunError extends Error {}

/**
 * The folder that holds everything that a run makes: one for each checkout, outside
 * of it, so that nothing is found in the checkout by accident.
 */
export class Scratch {
  /**
   * Makes the folder. What a killed run left is removed, and its emulator ended.
   *
   * @param say is told of what was left
   * @throws OtherRunError
   */
  public static open(say: (text: string) => void, folder = scratchFolder()): Scratch {
    const scratch = new Scratch(folder);
    const left = scratch.record();
    if (left !== undefined && isRunning(left.pid, 'main.ts')) {
      throw new OtherRunError(`Another run of this checkout is under way (process ${left.pid}). Wait for it, or end it.`);
    }
    if (existsSync(folder)) {
      say(`A former run left ${folder}; it is removed.`);
      if (left?.emulator !== undefined && isRunning(left.emulator, folder)) {
        say(`Its emulator still runs (process ${left.emulator}); it is ended.`);
        signalGroup(left.emulator, 'SIGKILL');
      }
    }
    scratch.remove();
    mkdirSync(scratch.path('home'), { recursive: true });
    scratch.write({ pid: process.pid });
    return scratch;
  }

  public readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A path inside of it. */
  public path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Notes the emulator's process. */
  public noteEmulator(pid: number): void {
    this.write({ pid: process.pid, emulator: pid });
  }

  /** Removes the folder. */
  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private write(record: RunRecord): void {
    writeFileSync(this.path('run.json'), JSON.stringify(record));
  }

  private record(): RunRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.path('run.json'), 'utf8')) as RunRecord;
    } catch {
      // There was no run, or it was killed while it wrote.
      return undefined;
    }
  }
}

/** Where the runs of this checkout work, by what they do. */
export function scratchFolder(task = 'deploy'): string {
  return join(tmpdir(), `session-table-${task}-${createHash('sha256').update(ROOT).digest('hex').slice(0, 8)}`);
}

/** Whether a process runs whose command line holds `words`: numbers of processes are used again. */
function isRunning(pid: number, words: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words);
  } catch {
    return false;
  }
}
