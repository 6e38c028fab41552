import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage, Server, ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What came of one event. */
export interface Invocation {
  /** What the handler returned, or the error as AWS's runtime client reports it. */
  readonly answer: unknown;
  readonly isError: boolean;
}

/** How a function is bundled and run. */
export interface LambdaFunction {
  /** The source of a module that exports `handler`. */
  readonly entry: string;
  /** @default 'cjs' */
  readonly format?: 'cjs' | 'esm';
  /** The binary of Node. @default - the one that runs this */
  readonly node?: string;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const ROOT = join(__dirname, '../..');
/** What packages of CommonJS inside of an ES module call. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/**
 * One execution environment of Lambda: a handler in a process of its own under
 * AWS's runtime client, and the Runtime API that it asks for events.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class LambdaEnvironment {
  /** Bundles a function, whole and minified, and starts it. */
  public static async start({ entry, format = 'cjs', node = process.execPath, variables }: LambdaFunction): Promise<LambdaEnvironment> {
    const folder = mkdtempSync(join(tmpdir(), 'session-function-'));
    const isModule = format === 'esm';
    await build({
      entryPoints: [entry],
      outfile: join(folder, isModule ? 'index.mjs' : 'index.js'),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      format,
      mainFields: ['module', 'main'],
      banner: { js: isModule ? REQUIRE : '' },
      logLevel: 'error',
    });
    const environment = new LambdaEnvironment(folder);
    await new Promise<void>((resolve) => environment.#server.listen(0, '127.0.0.1', resolve));
    environment.#spawn(node, variables);
    return environment;
  }

  /** What the process wrote to its standard streams. */
  public output = '';
  readonly #folder: string;
  readonly #server: Server;
  #child: ChildProcess | undefined;
  #id = 0;
  /** The request for the next event, once the process asks. */
  #waiting: ServerResponse | undefined;
  #event: string | undefined;
  #settle: ((invocation: Invocation) => void) | undefined;
  #hasEnded = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /**
   * Sends an event. Fulfils the moment its answer is out.
   *
   * @param whenAnswered - runs before anything else, in the same turn
   */
  public invoke(event: object, whenAnswered: () => void = () => undefined): Promise<Invocation> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) return reject(new Error(`the function's process has ended: ${this.output}`));
      this.#settle = (invocation) => {
        whenAnswered();
        resolve(invocation);
      };
      this.#event = JSON.stringify(event);
      this.#deliver();
    });
  }

  /** Stops the process as it stands, in the middle of whatever it does. */
  public freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  public thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  public async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && !this.#hasEnded) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#folder, { recursive: true });
  }

  #spawn(node: string, variables: LambdaFunction['variables']): void {
    const client = join(ROOT, 'node_modules/aws-lambda-ric/bin/index.mjs');
    const child = spawn(node, ['--require', join(ROOT, 'test/freeze/native-stand-in.cjs'), client, 'index.handler'], {
      cwd: this.#folder,
      env: {
        ...variables,
        PATH: process.env.PATH,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
        AWS_LAMBDA_FUNCTION_NAME: 'shop',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        LAMBDA_TASK_ROOT: this.#folder,
      },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.once('exit', () => {
      this.#hasEnded = true;
      this.#settle?.({ answer: `the process ended: ${this.output}`, isError: true });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.endsWith('/invocation/next')) {
      this.#waiting = response;
      return this.#deliver();
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    response.writeHead(202).end('{}');
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.({ answer: JSON.parse(body || 'null'), isError: path.endsWith('/error') });
  }

  #deliver(): void {
    if (this.#waiting === undefined || this.#event === undefined) return;
    this.#waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': `request-${++this.#id}`,
      'lambda-runtime-deadline-ms': String(Date.now() + 30_000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:shop',
    });
    this.#waiting.end(this.#event);
    this.#waiting = undefined;
    this.#event = undefined;
  }
}
