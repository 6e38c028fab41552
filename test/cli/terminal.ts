import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { run } from '../../src/cli/run';

const ROOT = join(__dirname, '../..');

/** What one run of the command line came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in this process, as a person with credentials would. */
export async function terminal(args: readonly string[], endpoint: string, input = '', environment = {}): Promise<Ran> {
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'person',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
  });
  const [out, error]: string[][] = [[], []];
  try {
    const code = await run(args, {
      environment,
      input: () => input,
      out: (line) => out?.push(line),
      error: (line) => error?.push(line),
    });
    return { code, out: out?.join('\n') ?? '', error: error?.join('\n') ?? '' };
  } finally {
    process.env = before;
  }
}

/** Says on standard error when the program is about to read its standard input. */
const TELLS_READING = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  const { readFileSync } = fs;
  fs.readFileSync = (file, ...rest) => {
    if (file === 0) fs.writeSync(2, 'reads');
    return readFileSync(file, ...rest);
  };
`)}`;

/** A command in a process of its own. */
export interface Program {
  /** Fulfils when it is about to read its standard input. */
  readonly reads: Promise<unknown>;
  /** Ends its standard input with a text; gives what came of it. */
  end(input: string): Promise<Pick<Ran, 'code' | 'out'>>;
}

/** Starts a command as a person's shell does. */
export function program(args: readonly string[], environment: Readonly<Record<string, string>>): Program {
  const env = { ...process.env, ...environment, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['--no-warnings', '--import', TELLS_READING, '--import', 'tsx', 'src/cli/main.ts', ...args], { cwd: ROOT, env });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const closed = once(child, 'close');
  return {
    reads: once(child.stderr, 'data'),
    end: async (input) => {
      // It may have ended without waiting for it.
      child.stdin.on('error', () => undefined).end(input);
      const [code] = (await closed) as [number];
      return { code, out };
    },
  };
}
