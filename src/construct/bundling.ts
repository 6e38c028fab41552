import { BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Lets CommonJS packages inside an ES module `require` Node.js modules, such as `node:crypto`. */
const REQUIRE =
  "import{createRequire as __sessionRequire}from'node:module';const require=__sessionRequire(import.meta.url);";

/** The settings of NodejsFunction that give the smallest and fastest bundle of handler and runtime. */
export function sessionBundling(overrides: BundlingOptions = {}): BundlingOptions {
  const given: BundlingOptions = Object.fromEntries(
    Object.entries(overrides).filter(([, value]) => value !== undefined),
  );
  const { format = OutputFormat.ESM } = given;
  return {
    format,
    mainFields: ['module', 'main'],
    minify: true,
    bundleAwsSDK: true,
    // A CommonJS file with an `import` in it cannot be loaded.
    ...(format === OutputFormat.ESM ? { banner: REQUIRE } : {}),
    ...given,
  };
}
