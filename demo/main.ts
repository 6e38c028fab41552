import { QUIET, startDemo } from './demo';

const DEFAULT_PORT = 3000;

/** The port to serve on. */
function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65535) return port;
  throw new Error(`PORT is ${JSON.stringify(text)}; a whole number from 0 to 65535 is allowed (0 takes any free port)`);
}

/** What went wrong, in one line, for the terminal. */
function explain(error: unknown, port: string | undefined): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port || DEFAULT_PORT} is in use. Take another one: PORT=3001 npm start`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Take another one: PORT=3001 npm start`;
  return message;
}

async function main(): Promise<void> {
  Object.assign(process.env, QUIET);
  const port = portOf(process.env.PORT);
  console.log('Synthesising the stack and bundling its function …');
  const starting = startDemo({ port });
  // Registered first, so that an interrupted start leaves nothing behind.
  const end = () => {
    starting.then(async (demo) => demo.close()).then(() => {
      console.log('\nThe laboratory is closed. Nothing of it is left.');
      process.exit(0);
    }, fail);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  endWithNpm(end);
  const demo = await starting;
  console.log([
    '',
    `  The laboratory is open: ${demo.url}`,
    '',
    '  Sign in with any name and put things into the cart, then look at what was called, what is stored and what it costs.',
    '  Let two tabs race, let hours pass, break the network: each has a panel.',
    '',
    '  Ctrl-C ends it.',
  ].join('\n'));
}

/** npm ends its shell, but the shell does not end us: without npm, the demo would keep the port. */
function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, 500);
  watch.unref();
}

function fail(error: unknown): void {
  console.error(explain(error, process.env.PORT));
  process.exit(1);
}

main().catch(fail);
