/**
 * The entry points of the package, besides the construct: the name under which
 * users import it, and its source below `src`. To add one is to add a line.
 */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  './runtime': 'runtime/index',
  './lean': 'runtime/lean',
  './emf': 'runtime/emf',
  './expired': 'runtime/expired',
  './connect-dynamodb': 'runtime/connect-dynamodb',
  './testing': 'testing/index',
  './express': 'runtime/adapters/express',
  './express-session': 'runtime/adapters/express-session',
  './fastify': 'runtime/adapters/fastify',
  './hono': 'runtime/adapters/hono',
  './koa': 'runtime/adapters/koa',
  './middy': 'runtime/adapters/middy',
  './powertools': 'runtime/adapters/powertools',
  './react-router': 'runtime/adapters/react-router',
};

/** The names under which the package is imported, and their sources inside this repository. */
export function sourcesByName(): [name: string, source: string][] {
  const entries = Object.entries(ENTRY_POINTS).map(([name, source]): [string, string] => [`cdk-session-table${name.slice(1)}`, `src/${source}`]);
  return [['cdk-session-table', 'src/index'], ...entries];
}

/**
 * The `exports` of package.json. `types` stands first in each condition, because
 * the first that matches is taken.
 */
export function packageExports(): Record<string, unknown> {
  const entries = Object.entries(ENTRY_POINTS).map(([name, source]) => [name, {
    import: { types: `./lib/${source}.d.mts`, default: `./lib/${source}.mjs` },
    require: { types: `./lib/${source}.d.ts`, default: `./lib/${source}.js` },
  }]);
  return {
    '.': { types: './lib/index.d.ts', default: './lib/index.js' },
    ...Object.fromEntries(entries),
    './.jsii': './.jsii',
    './package.json': './package.json',
  };
}

/** What TypeScript's `node10` resolution reads, which ignores `exports`. */
export function typesVersions(): Record<string, unknown> {
  const entries = Object.entries(ENTRY_POINTS).map(([name, source]) => [name.slice(2), [`./lib/${source}.d.ts`]]);
  return { '*': Object.fromEntries(entries) };
}
