/**
 * Runs test files in this process, again and again, with one source changed: everything else is loaded once, above all
 * the SDK. The parent handles a run that hangs or ends the process.
 */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect } from 'expect';
import * as circus from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import { sourcesByName } from '../projenrc/entry-points';

/** What the parent asks for: test files in their order, and the text of a source in place of its own. */
export interface MutationJob {
  readonly tests: readonly string[];
  readonly source?: { readonly path: string; readonly text: string };
}

/** How a test file went, and how long it took in milliseconds. */
export interface TestRun {
  readonly test: string;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly milliseconds: number;
}

/** Milliseconds for one test, on a busy machine. */
const LONGEST_TEST = 60_000;
const ROOT = join(__dirname, '..');
/** Packages that are published as modules only. */
const ONLY_MODULES = /node_modules\/(superjson|copy-anything|is-what|devalue)\//;
/** Watches ids and outputs from the start of the process on. */
const KEPT = /test\/support\/canary/;
const NAMES = new Map(sourcesByName().map(([name, source]) => [name, join(ROOT, source)]));

type Loader = (module: Module & { _compile(code: string, path: string): void }, path: string) => void;
type Resolver = (request: string, ...rest: unknown[]) => string;
const internals = Module as unknown as { readonly _extensions: Record<string, Loader>; _resolveFilename: Resolver };

const load = createRequire(__filename);
let changed: MutationJob['source'];
const transpiled = new Map<string, string>();

function transpile(path: string): string {
  const isChanged = path === changed?.path;
  const known = isChanged ? undefined : transpiled.get(path);
  if (known !== undefined) return known;
  const text = isChanged ? (changed?.text ?? '') : readFileSync(path, 'utf8');
  const loader = path.endsWith('.ts') ? 'ts' : 'js';
  const { code } = transformSync(text, {
    ...{ loader, format: 'cjs', target: 'node20', sourcefile: path, supported: { 'dynamic-import': false } },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  });
  // What spies replace has to be writable, as it is where TypeScript compiles.
  if (!isChanged) transpiled.set(path, code);
  return code;
}

function install(): void {
  const plain = internals._extensions['.js'] as Loader;
  internals._extensions['.ts'] = (module, path) => module._compile(transpile(path), path);
  internals._extensions['.js'] = (module, path) => (ONLY_MODULES.test(path) ? module._compile(transpile(path), path) : plain(module, path));
  const resolve = internals._resolveFilename.bind(Module);
  internals._resolveFilename = (request, ...rest) => resolve(NAMES.get(request) ?? request, ...rest);
  const mocker = new ModuleMocker(globalThis);
  const jest = {
    fn: mocker.fn.bind(mocker),
    spyOn: mocker.spyOn.bind(mocker),
    restoreAllMocks: () => mocker.restoreAllMocks(),
  };
  const { describe, test, it, beforeAll, beforeEach, afterAll, afterEach } = circus;
  Object.assign(globalThis, { describe, test, it, beforeAll, beforeEach, afterAll, afterEach, expect, jest });
  circus.addEventHandler((event) => {
    if (event.name === 'test_done' && process.env.MUTATION_LOUD) console.log(event.test.name, event.test.duration);
    // The first failure is enough.
    if (event.name === 'test_start' && hasFailed) event.test.mode = 'skip';
    if (event.name === 'test_done' && event.test.errors.length > 0) hasFailed = true;
  });
}

let hasFailed = false;

async function runFile(test: string): Promise<TestRun> {
  const start = performance.now();
  hasFailed = false;
  circus.resetState();
  circus.getState().testTimeout = LONGEST_TEST;
  for (const path of Object.keys(load.cache)) {
    if (/\/(src|test)\/.+\.ts$/.test(path) && !KEPT.test(path)) delete load.cache[path];
  }
  try {
    load(join(ROOT, test));
    const { testResults } = await circus.run();
    if (process.env.MUTATION_LOUD) for (const { errors } of testResults) for (const each of errors) console.log(each);
    const failed = testResults.filter(({ errors }) => errors.length > 0).map(({ testPath }) => testPath.slice(1).join(' '));
    const passed = testResults.filter(({ status }) => status === 'done').length - failed.length;
    return { test, passed, failed, milliseconds: performance.now() - start };
  } catch (error) {
    return { test, passed: 0, failed: [String(error)], milliseconds: performance.now() - start };
  }
}

install();
const canary = load(join(ROOT, 'test/support/canary')) as { readonly watchIds: () => void; readonly watchOutput: () => void };
canary.watchIds();
canary.watchOutput();
// Errors of an engine that was stopped while it worked are not results of a test.
process.on('unhandledRejection', () => undefined);
process.on('uncaughtException', () => undefined);
process.on('message', ({ tests, source }: MutationJob) => {
  changed = source;
  void (async () => {
    const environment = { ...process.env };
    const done: TestRun[] = [];
    for (const test of tests) {
      const run = await runFile(test);
      process.env = { ...environment };
      done.push(run);
      if (source !== undefined && run.failed.length > 0) break;
    }
    process.send?.(done);
  })();
});
