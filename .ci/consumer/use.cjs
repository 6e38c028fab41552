const { SessionTable } = require('cdk-session-table');
const runtime = require('cdk-session-table/runtime');
const testing = require('cdk-session-table/testing');
const twoVisits = require('./two-visits.cjs');

if (typeof SessionTable !== 'function') throw new Error('no SessionTable');
require.resolve('cdk-session-table/package.json');
require.resolve('cdk-session-table/.jsii');
twoVisits(runtime, testing).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
