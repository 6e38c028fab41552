import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { build } from 'esbuild';
import * as construct from '../../src';
import { lambdaHandler, sessionFactory } from '../../src/runtime';
import * as lean from '../../src/runtime/lean';
import { memoryTable, visitor } from '../../src/testing';
import { HERE, makeFunction, warnings } from '../construct/fixture';
import { ROOT } from '../package/source-graph';
import { problemsIn } from '../support/compile';
import type { Scene } from '../support/scene';
import { ScriptedClient, awsError } from '../support/scripted-client';

/** Does what a message of the troubleshooting page is about, in a folder that is gone afterwards. @returns all that was said */
export type Provocation = (scene: Scene, folder: string) => unknown;

/** What an error says: its name, its code and its message. */
export function said(error: unknown): string {
  const { name, code, message } = Object(error) as { readonly name?: string; readonly code?: string; readonly message?: string };
  return `${name} ${code} ${message}`;
}

const thrown = (action: () => unknown) => async (): Promise<string> => {
  try {
    await action();
  } catch (error) {
    return said(error);
  }
  return 'nothing was thrown';
};

const inStack = (define: (stack: Stack) => unknown): Stack => {
  const stack = new Stack(new App(), 'Shop', { env: HERE });
  define(stack);
  return stack;
};

/** A session whose read fails with a name of DynamoDB's. */
const failing = (name: string) => thrown(() =>
  sessionFactory({ tableName: 'Sessions', client: new ScriptedClient([{ error: awsError(name) }]) })
    .forRequest({ cookies: `session_id=${'A'.repeat(43)}`, https: true }).session());

interface Run {
  readonly withPackages?: boolean;
  readonly without?: string[];
  readonly env?: object;
}

/** Runs a script in a process whose packages are those alone that are bundled. */
async function run(script: string, source: string, folder: string, options: Run = {}): Promise<string> {
  await build({
    entryPoints: [join(ROOT, 'src', source)],
    outfile: join(folder, 'package.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    packages: options.withPackages ? 'bundle' : 'external',
    external: options.without,
    supported: { 'dynamic-import': false },
  });
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...options.env };
  const report = '.catch((error) => console.log(error.name, error.code, error.message))';
  const text = `(async () => { const it = require('./package.cjs'); ${script} })()${report}`;
  return (await promisify(execFile)(process.execPath, ['--eval', text], { cwd: folder, env })).stdout;
}

const OPEN = `await it.sessionFactory({ tableName: 'Sessions' }).forRequest({ cookies: 'session_id=${'A'.repeat(43)}', https: true }).session();`;
const ROLE_KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

/** By the first message of its row. */
export const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'there is no prop "…". Did you mean "…"?': thrown(() => inStack((stack) => new construct.SessionTable(stack, 'Sessions', { timeOut: 1 } as never))),
  '… is …; allowed: …': thrown(() => inStack((stack) => new construct.SessionTable(stack, 'Sessions', { tableName: 'a b' }))),
  'This function runs …, and cdk-session-table/runtime needs Node.js 20 or later.': () => warnings(inStack((stack) =>
    new construct.SessionTable(stack, 'Sessions').grantReadWrite(makeFunction(stack, 'Old', { runtime: lambda.Runtime.PYTHON_3_13 })))).join(),
  '… is a function whose environment cannot be written here': () => warnings(inStack((stack) =>
    new construct.SessionTable(stack, 'Sessions').grantReadWrite(
      lambda.Function.fromFunctionArn(stack, 'Other', `arn:aws:lambda:eu-west-1:${HERE.account}:function:other`)))).join(),
  'sessionFactory: this is the construct.': thrown(() => (construct as unknown as { sessionFactory(): void }).sessionFactory()),

  "Cannot find module '@aws-sdk/client-dynamodb'": (_, folder) => run('', 'runtime/index.ts', folder),
  "Cannot find module 'aws-cdk-lib'": (_, folder) => run('', 'index.ts', folder),
  "Cannot find module 'dynalite'": (_, folder) => run('await it.startEmbeddedTable();', 'testing/embedded-table.ts', folder, { withPackages: true, without: ['dynalite'] }),

  'sessionFactory: there is no table name.': thrown(() => sessionFactory()),
  'there is no option "…". Did you mean "…"?': thrown(() => sessionFactory({ tableName: 'Sessions', timeOut: 1 } as never)),
  '… is …; allowed is ….': thrown(() => sessionFactory({ tableName: 'Sessions', timeout: 0 })),
  'SESSION_TABLE_OPTIONS is not JSON': thrown(() => {
    process.env.SESSION_TABLE_OPTIONS = '{';
    try {
      sessionFactory({ tableName: 'Sessions' });
    } finally {
      delete process.env.SESSION_TABLE_OPTIONS;
    }
  }),
  'sessionFactory: client is a client of the AWS SDK': thrown(() => lean.sessionFactory({ tableName: 'Sessions', client: { send: () => undefined } })),
  'leanClient: the Region is missing.': (_, folder) => run('it.leanClient();', 'runtime/lean.ts', folder),
  'lambdaHandler: sessions is a function, maybe sessionFactory itself or the handler': thrown(() => lambdaHandler((() => undefined) as never, {} as never)),
  "is not assignable to type 'never'": () => {
    const code = "import { sessionFactory } from 'cdk-session-table/runtime';\nsessionFactory<{ at: Date }>();\n";
    return problemsIn(new Map([[join(ROOT, 'dates.ts'), code]])).join();
  },

  'Set AWS_REGION, or the Region of the client.': (_, folder) => run(OPEN, 'runtime/index.ts', folder, { withPackages: true, env: ROLE_KEYS }),
  'Give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.': (_, folder) =>
    run(OPEN, 'runtime/index.ts', folder, { withPackages: true, env: { AWS_REGION: 'eu-west-1' } }),
  'Check that the role has the rights which grantReadWrite gives.': failing('AccessDeniedException'),
  'Check that the table exists': failing('ResourceNotFoundException'),
  'Check that the table has the binary partition key "sid" and no sort key.': failing('ValidationException'),
  'DynamoDB cannot be reached at …': (_, folder) =>
    run(OPEN, 'runtime/index.ts', folder, { withPackages: true, env: { ...ROLE_KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' } }),
  'The session store is unavailable': failing('ExpiredTokenException'),
  'The session was signed out, replaced, expired or deleted while the request ran.': async (scene) => {
    const ada = await scene.signedIn();
    const { session } = await ada.open();
    await scene.signOut(ada);
    return thrown(() => session.update('count', () => 1))();
  },
  'SessionConflictError': async (scene) => {
    const ada = await scene.signedIn();
    const { session } = await ada.open();
    await scene.signOut(ada);
    scene.client.loseAnswer('updateItem');
    return thrown(() => session.update('count', () => 1))();
  },
  'SessionTooLargeError': thrown(async () => {
    const request = sessionFactory({ tableName: 'Sessions', client: memoryTable(), compress: false }).forRequest({ cookies: '', https: true });
    (await request.session()).set('cart', 'x'.repeat(410_000));
    await request.commit();
  }),
  'The session was committed with the response.': async (scene) => {
    const { request, session } = await scene.visitor().open();
    await request.commit();
    return thrown(() => session.set('name', 'Ada'))();
  },
  'This function may only read sessions: it was given grantRead.': thrown(async () => {
    const sessions = sessionFactory({ tableName: 'Sessions', client: memoryTable() });
    (await sessions.forRequest({ cookies: '', https: true, readOnly: true }).session()).set('name', 'Ada');
  }),
  'The session cannot keep the value of "…"': async (scene) => thrown(async () => (await scene.visitor().open()).session.set('note', new Date()))(),
  'was changed in an object from before update()': async (scene) => {
    const ada = scene.visitor();
    await ada.visit((session) => session.set('cart', ['tea']));
    const { request, session } = await ada.open();
    const cart = session.get('cart') ?? [];
    await scene.copyOf(ada).visit((other) => other.set('cart', ['jam']));
    await session.update('count', () => 1);
    cart.push('milk');
    return thrown(() => request.commit())();
  },
  'this event is not HTTP': thrown(() => lambdaHandler(sessionFactory({ tableName: 'Sessions' }), () => ({ statusCode: 200 }))({ Records: [] } as never, {} as never)),
  'forRequest: https must say whether the browser sent the request by HTTPS': thrown(() =>
    sessionFactory({ tableName: 'Sessions' }).forRequest({ cookies: '' } as never)),
};

/** The response of a handler whose store fails with a name of DynamoDB's. */
export async function responseTo(name: string): Promise<number> {
  const sessions = sessionFactory({ tableName: 'Sessions', client: new ScriptedClient([{ error: awsError(name) }]) });
  const handler = lambdaHandler(sessions, async (_event, context) => {
    (await context.session()).get('name');
    return { statusCode: 200, body: '' };
  });
  const ada = visitor(handler);
  ada.jar.set('session_id', 'A'.repeat(43));
  return (await ada.get('/')).status;
}
