/** Runs before each test file: what dependencies have to say of themselves is not what a test has to say. */
Object.assign(process.env, {
  JSII_DEPRECATED: 'quiet',
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
