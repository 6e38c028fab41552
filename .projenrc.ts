import { awscdk, DependencyType, javascript } from 'projen';
import { packageExports, sourcesByName, typesVersions } from './projenrc/entry-points';

/** The oldest versions that the construct works with, which are its peers: tested by `test:oldest-cdk`. */
const oldest = { cdkVersion: '2.220.0', constructsVersion: '10.4.2' };
/** The versions that it is compiled and tested with: cdk-nag and integ-runner want later ones. */
const developed = { cdkVersion: '2.257.0', constructsVersion: '10.5.1' };

/**
 * How all but the construct is resolved, which jsii compiles by its own rules: with these,
 * `import('./part')` needs no extension, in the sources and in their tests.
 */
const loadableOnFirstUse = {
  module: 'esnext',
  moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
};

/** Packages that are published as modules only, which jest on Node 20 has to have as CommonJS. */
const onlyModules = '/node_modules/(superjson|copy-anything|is-what|devalue)/.+\\.js$';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-session-table',
  description: 'Server-side web sessions for AWS Lambda: a DynamoDB table and the session in two lines',
  author: 'Session Table contributors',
  authorAddress: 'session-table@example.com',
  repositoryUrl: 'https://example.com/session-table.git',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'dynamodb', 'lambda', 'session', 'sessions', 'cookie'],
  ...oldest,
  // Otherwise projen pins the dev dependencies to the oldest versions.
  peerDependencyOptions: { pinnedDevDependency: false },
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  projenrcTs: true,
  defaultReleaseBranch: 'main',
  github: false,
  release: false,
  depsUpgrade: false,
  sampleCode: false,
  // The reference is docs/api, which a script of ours writes.
  docgen: false,
  // What is packed is listed below, not what is left out.
  npmignoreEnabled: false,
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'build-tools'], commandOptions: { fix: false } },
  excludeTypescript: ['src/runtime/**', 'src/testing/**', 'src/cli/**'],
  devDeps: [
    `aws-cdk-lib@${developed.cdkVersion}`,
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/lib-dynamodb',
    // Tests hold our signer to the SDK's, and make its retries not wait.
    '@smithy/signature-v4',
    '@smithy/core@^3.41.0',
    '@types/aws-lambda',
    'aws-lambda-ric@3.3.0',
    'aws-sdk-client-mock',
    'dynalite',
    'esbuild',
    'fast-check',
    // The parts of jest that run tests again and again in one process, for mutation.
    'expect@^30',
    'jest-circus@^30',
    'jest-mock@^30',
    'tough-cookie',
    'tsx',
    // Checks types, five times as fast; `typescript` compiles what is published.
    'typescript7@npm:typescript@~7.0.0',
    'publint',
    '@arethetypeswrong/cli',
    // The construct's proof.
    'cdk-nag@^3.0.2',
    '@aws-cdk/integ-runner@^2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    // What migrateFrom takes over, written by itself in the tests.
    'connect-dynamodb@3.0.5',
    'express-session@1.19.0',
    'devalue',
    'hono',
    'superjson',
    // The demo's proof: drives a Chromium that is there already, and looks at its pages.
    'axe-core',
    'playwright-core',
    // The proof of deployment: the CLI, and clients that look at what it has made.
    'aws-cdk@^2.1148.1',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-ecs',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sts',
    // A package of its own, so that its optional dependencies reach nobody who installs this one.
    'session-table-engines@file:test/engines',
  ],
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      // Far more than any test takes alone: a machine that is busy with other work is no defect.
      testTimeout: 120_000,
      setupFiles: ['<rootDir>/test/support/quiet-setup.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/canary-setup.ts'],
      // A worker's heap grows with each file to 1.2 GB; one that is begun again in time exits at once.
      workerIdleMemoryLimit: '500MB',
      // The examples import the package by its name.
      moduleNameMapper: Object.fromEntries(sourcesByName().map(([name, source]) => [`^${name}$`, `<rootDir>/${source}`])),
      maxWorkers: '100%',
      transform: {
        [onlyModules]: new javascript.Transform('ts-jest', { tsconfig: { allowJs: true, isolatedModules: true, module: 'commonjs' } }),
      },
      transformIgnorePatterns: ['/node_modules/(?!(superjson|copy-anything|is-what|devalue)/)'],
    },
  },
  tsconfigDev: {
    compilerOptions: {
      rootDir: '..',
      ...loadableOnFirstUse,
      paths: Object.fromEntries(sourcesByName().map(([name, source]) => [name, [`../${source}`]])),
    },
    // Its packages are installed by its own script.
    exclude: ['node_modules', 'frameworks'],
  },
  gitignore: ['cdk.out/', 'cdk-integ.out.*', '/.demo/', '/bench/results/'],
});

// As a dev dependency in the list above, projen would take it for the peer.
project.deps.addDependency(`constructs@${developed.constructsVersion}`, DependencyType.BUILD);

// Keeps download addresses out of the lock file.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
// Nothing that is installed may run a script; what needs to be built (aws-lambda-ric's native part) has a stand-in in the tests.
project.npmrc.addConfig('ignore-scripts', 'true');
// npm ci fails from a fresh lock with later versions.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// jest runs CommonJS; modules that are loaded on first use, and packages that are ESM only, need this.
const testEnvironment = {
  NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  JSII_DEPRECATED: 'quiet',
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
};
for (const [name, value] of Object.entries(testEnvironment)) project.testTask.env(name, value);
project.addTask('test:faults', {
  description: 'Lets every call fail in every way, and runs overlapping requests in every order',
  exec: 'tsx build-tools/run-tests.ts --faults',
  env: testEnvironment,
});

project.addTask('fault-matrix', {
  description: 'Write docs/fault-matrix.md from what the tests observe',
  env: { WRITE_FAULT_MATRIX: '1', NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
  exec: 'jest test/faults/matrix-dynalite.test.ts',
});

project.addTask('test:freeze', { description: 'Freeze and thaw a function a thousand times', exec: 'tsx test/freeze/main.ts', receiveArgs: true });
project.addTask('soak', { description: 'Ten minutes of mixed traffic with faults sprinkled in', exec: 'node --expose-gc --import tsx test/soak/main.ts', receiveArgs: true });

// The client and the engine are optional peers, which jsii knows no other way to have.
project.eslint?.allowDevDeps('src/runtime/**');
project.eslint?.allowDevDeps('src/testing/**');
project.eslint?.allowDevDeps('src/cli/**');
// The flags of a stored value and of the compiler are bits, and so is a checksum.
project.eslint?.addOverride({ files: ['src/runtime/table/item.ts', 'src/runtime/table/stored-form.ts', 'src/runtime/session/csrf.ts', 'src/runtime/client/lean/checksum.ts', 'build-tools/api-*.ts'], rules: { 'no-bitwise': 'off' } });

// What cannot be broken without being harder to find may be longer.
const uncounted = { ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreComments: true, ignoreRegExpLiterals: true };
project.eslint?.addOverride({ files: ['src/**'], rules: { '@stylistic/max-len': ['error', { code: 120, ...uncounted }] } });

// An app of its own, which finds the package as its users do: installed from the tarball.
project.eslint?.addOverride({ files: ['test/deploy/probe/**'], rules: { 'import/no-unresolved': 'off', 'import/no-extraneous-dependencies': 'off' } });

// The second compilation: what handlers and their tests use, which jsii never sees.
project.compileTask.exec('tsx build-tools/build-runtime.ts');
new javascript.TypescriptConfig(project, {
  fileName: 'src/runtime/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../../tsconfig.json']),
  compilerOptions: {
    ...loadableOnFirstUse,
    rootDir: '..',
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    isolatedModules: true,
    noEmit: true,
    stripInternal: true,
  },
  include: ['**/*.ts'],
  exclude: [],
});
new javascript.TypescriptConfig(project, {
  fileName: 'src/testing/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../runtime/tsconfig.json']),
  // With the runtime, which it stands on: the program of the declarations and of the reference.
  include: ['**/*.ts', '../runtime/**/*.ts'],
  exclude: [],
});

new javascript.TypescriptConfig(project, {
  fileName: 'src/cli/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../runtime/tsconfig.json']),
  include: ['**/*.ts'],
  exclude: [],
});

new javascript.TypescriptConfig(project, {
  fileName: 'build-tools/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../tsconfig.json']),
  compilerOptions: { ...loadableOnFirstUse, rootDir: '..', noEmit: true },
  include: ['**/*.ts'],
  exclude: [],
});

// What is not compiled for a test is not checked by it either.
project.addTask('typecheck', { description: 'Check the types of everything', exec: 'tsx build-tools/check-types.ts' });
// Types, tests, lint, templates and threat model, and one line at the end that sums them up.
project.testTask.reset('tsx build-tools/run-tests.ts', { receiveArgs: true });

const tarball = project.addTask('tarball', { description: 'Compile everything and leave one npm tarball in dist/js', exec: 'rm -rf dist/js lib tsconfig.tsbuildinfo && mkdir -p dist/js' });
tarball.env('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
tarball.spawn(project.compileTask);
tarball.exec('npm pack --ignore-scripts --pack-destination dist/js');

project.addTask('docs', { description: 'Write docs/api from the doc comments', exec: 'tsx build-tools/api-pages.ts' });
project.annotateGenerated('/docs/api/*.md');

project.package.addField('files', ['lib', '.jsii', 'API.md', 'CHANGELOG.md']);
project.package.addField('exports', packageExports());
project.package.addField('typesVersions', typesVersions());
project.package.addBin({ 'cdk-session-table': 'lib/cli/main.js' });
project.package.addField('sideEffects', false);
project.package.addField('type', 'commonjs');
// Optional, every one: a package with a handler only needs no CDK, and one with a stack only needs no client.
project.package.addField('peerDependenciesMeta', Object.fromEntries(
  ['aws-cdk-lib', 'constructs', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'dynalite']
    .map((name) => [name, { optional: true }]),
));

// Names in other languages. Without publishTo…, which would have each build need every tool-chain.
project.tryFindObjectFile('package.json')?.addOverride('jsii.targets', {
  python: { distName: 'cdk-session-table', module: 'cdk_session_table' },
  java: { package: 'com.example.sessiontable', maven: { groupId: 'com.example.session-table', artifactId: 'cdk-session-table' } },
  go: { moduleName: 'example.com/session-table/go', packageName: 'sessiontable' },
});
project.addTask('pack:languages', {
  description: 'Leaves the packages for Python, Java and Go in dist/, as far as their tool-chains are there',
  exec: 'tsx build-tools/pack-languages.ts',
  receiveArgs: true,
});
project.addTask('test:languages', {
  description: 'Makes one stack in TypeScript, Python, Java and Go, and compares the templates',
  exec: 'tsx test/languages/main.ts',
  receiveArgs: true,
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20', NODE_NO_WARNINGS: '1' },
});

// Not a projen task: the folder that it is given is meant from where it is called.
project.package.setScript('example', 'tsx build-tools/copy-example.ts');
// Not a projen task: Ctrl-C has to reach the demo itself.
project.package.setScript('start', 'node --import tsx demo/main.ts');
project.package.setScript('test:demo', 'node --import tsx test/demo/chromium/main.ts');
project.package.setScript('screenshots', 'node --import tsx test/demo/chromium/screenshots.ts');
project.eslint?.addLintPattern('demo');
project.eslint?.allowDevDeps('demo/**');
new javascript.TypescriptConfig(project, {
  fileName: 'demo/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../tsconfig.json']),
  compilerOptions: { ...loadableOnFirstUse, noEmit: true, rootDir: '..', noUncheckedIndexedAccess: true },
  include: ['**/*.ts', '../src/testing/dynalite.d.ts'],
  exclude: ['node_modules'],
});

// The templates of the examples against their snapshots, offline.
project.addTask('integ:update', { description: 'Writes the snapshots of the examples anew', exec: 'node build-tools/integ-snapshots.mjs --update' });
project.addTask('test:deep', {
  description: 'Runs the model of overlapping requests 100,000 times and each parser a million times, with other seeds each time, the long explorations, and the faults of all clients on both engines',
  exec: 'DEEP=1 jest --ci --runInBand test/model test/explorer test/faults/matrix-dynoxide',
  env: { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
});
project.addTask('test:deploy', {
  description: 'Deploys the examples into an emulator of AWS that enforces IAM, and proves what they do there',
  exec: 'tsx test/deploy/main.ts',
  receiveArgs: true,
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20', NODE_NO_WARNINGS: '1' },
});
project.addTask('test:mutation', {
  description: 'Takes out every clause of every condition, and more, and writes down which tests notice; all of it, a part or a sample',
  exec: 'tsx build-tools/mutate.ts',
  receiveArgs: true,
});
for (const age of ['oldest', 'newest']) {
  project.addTask(`test:${age}-cdk`, {
    description: `Runs the tests of the construct against the ${age} aws-cdk-lib`,
    exec: `node build-tools/test-cdk.mjs ${age}`,
  });
}

// What is measured is bundled first, as a function's code is; what it is compared with is installed here alone.
const bundleBench = 'esbuild bench/*.ts --bundle --packages=external --platform=node --target=node20 --outdir=bench/results --log-level=warning';
const measured = (name: string) => `${bundleBench} && node --no-warnings bench/results/${name}.js`;
const installBench = 'npm ci --prefix bench --ignore-scripts --no-audit --no-fund';
project.package.setScript('bench', `${installBench} && ${measured('main')}`);
project.package.setScript('bench:starts', `${installBench} && ${measured('lambda-starts')}`);
project.package.setScript('bench:idle', measured('idle-page'));
project.package.setScript('bench:scale', measured('scale'));
project.package.setScript('bench:ratios', measured('ratios'));
project.package.setScript('bench:synth', measured('synth'));
project.eslint?.addLintPattern('bench');
// Its own package.json lists what it compares with, and not what it shares with the project.
project.eslint?.addOverride({ files: ['bench/**'], rules: { 'import/no-extraneous-dependencies': 'off' } });
new javascript.TypescriptConfig(project, {
  fileName: 'bench/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../tsconfig.json']),
  compilerOptions: { ...loadableOnFirstUse, noEmit: true, rootDir: '..' },
  include: ['**/*.ts', '../src/testing/dynalite.d.ts'],
  exclude: ['node_modules', 'results'],
});

// The adapters with the real frameworks, which are installed here alone; several are modules only, or need a newer Node.
project.package.setScript('test:frameworks', 'node test/frameworks/run.mjs');
// node:test's functions return promises that nobody has to await, and the packages are installed by the tests' own script.
project.eslint?.addOverride({
  files: ['test/frameworks/**'],
  rules: {
    'import/no-extraneous-dependencies': 'off',
    'import/no-unresolved': 'off',
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-shadow': 'off',
    'dot-notation': 'off',
    '@stylistic/max-len': ['error', { code: 210 }],
  },
});
project.eslint?.addOverride({ files: ['test/languages/**'], rules: { 'import/no-unresolved': 'off' } });
new javascript.TypescriptConfig(project, {
  fileName: 'test/frameworks/tsconfig.json',
  extends: javascript.TypescriptConfigExtends.fromPaths(['../../tsconfig.json']),
  compilerOptions: {
    ...loadableOnFirstUse,
    noEmit: true,
    rootDir: '../..',
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    types: ['node', 'aws-lambda'],
    paths: {
      ...Object.fromEntries(sourcesByName().map(([name, source]) => [name, [`../../${source}`]])),
      // For the example, whose own packages are installed only where it is deployed.
      '*': ['./node_modules/@types/*', './node_modules/*'],
    },
  },
  include: ['**/*.ts', '../../src/testing/dynalite.d.ts', '../../examples/express/shop.ts', '../../examples/express/handler.ts'],
  exclude: ['node_modules'],
});

project.synth();
