import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Where the engine listens, and its end. */
export interface Engine {
  readonly name: string;
  readonly endpoint: string;
  stop(): void;
}

/** Starts the engine beside this process, so that its CPU time is not ours. */
export async function startEngine(): Promise<Engine> {
  const child = spawn(process.execPath, ['--no-warnings', join(__dirname, 'engine.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [name, endpoint] = line.toString().trim().split(' ');
  return { name: name!, endpoint: endpoint!, stop: () => child.stdin.end() };
}
