import assert from 'node:assert/strict';
import { SessionTable, sessionFactory as misplaced } from 'cdk-session-table';
import * as runtime from 'cdk-session-table/runtime';
import * as testing from 'cdk-session-table/testing';
import twoVisits from './two-visits.cjs';

if (typeof SessionTable !== 'function') throw new Error('no SessionTable');
if (!import.meta.resolve('cdk-session-table/runtime').endsWith('.mjs')) throw new Error('not the module build');
// What an import from the wrong place says.
assert.throws(() => misplaced(), /Import sessionFactory from 'cdk-session-table\/runtime'/);
await twoVisits(runtime, testing);
