import { awscdk, javascript } from 'projen';

/** The oldest aws-cdk-lib that the construct is compiled and tested against. */
const cdkVersion = '2.257.0';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-session-table',
  description: 'Server-side web sessions for AWS Lambda: a DynamoDB table and the session in two lines',
  author: 'Session Table contributors',
  authorAddress: 'session-table@example.com',
  repositoryUrl: 'https://example.com/session-table.git',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'dynamodb', 'lambda', 'session', 'sessions', 'cookie'],
  cdkVersion,
  constructsVersion: '10.5.1',
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
  docgen: true,
  excludeTypescript: ['src/runtime/**', 'src/testing/**'],
  devDeps: [
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/lib-dynamodb',
    '@types/aws-lambda',
    'aws-sdk-client-mock',
    'dynalite',
    'esbuild',
    'fast-check',
    'tough-cookie',
    'tsx',
    'publint',
    '@arethetypeswrong/cli',
    'typedoc',
    'typedoc-plugin-markdown',
    // The construct's proof.
    'cdk-nag@^3.0.2',
    '@aws-cdk/integ-runner@^2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
  ],
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      testTimeout: 30_000,
      // The examples import the package by its name.
      moduleNameMapper: { '^cdk-session-table$': '<rootDir>/src' },
    },
  },
  tsconfigDev: { compilerOptions: { rootDir: '..', paths: { 'cdk-session-table': ['../src'] } } },
  gitignore: ['cdk.out/', 'cdk-integ.out.*', '/.demo/', '/bench/results/'],
});

// Keeps download addresses out of the lock file.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
// npm ci fails from a fresh lock with later versions.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// jest runs CommonJS; modules that are loaded on first use, and packages that are ESM only, need this.
project.testTask.env('NODE_OPTIONS', '--experimental-vm-modules --no-warnings');
project.testTask.env('JSII_DEPRECATED', 'quiet');
project.testTask.env('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

// The client and the engine are optional peers, which jsii knows no other way to have.
project.eslint?.allowDevDeps('src/runtime/**');
project.eslint?.allowDevDeps('src/testing/**');

// The templates of the examples against their snapshots, offline.
project.testTask.exec('node build-tools/integ-snapshots.mjs');
project.addTask('integ:update', { description: 'Writes the snapshots of the examples anew', exec: 'node build-tools/integ-snapshots.mjs --update' });
project.addTask('test:newest-cdk', {
  description: 'Runs the tests of the construct against the newest aws-cdk-lib',
  exec: 'node build-tools/test-newest-cdk.mjs',
});

project.synth();
