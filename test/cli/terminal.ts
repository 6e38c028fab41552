import { run } from '../../src/cli/run';

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
