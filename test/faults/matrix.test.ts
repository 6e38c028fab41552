import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Outcome, runCell } from './fault-cell';
import { CLIENTS, ClientName } from './fault-clients';
import { expectedOutcome } from './fault-expectation';
import { matrixPage } from './fault-page';
import { VERBS, VerbName } from './fault-verbs';
import { FAULTS, FaultName, FaultProxy } from '../support/fault-proxy';
import { TestTable } from '../support/table';

const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
const VERB_NAMES = Object.keys(VERBS) as VerbName[];
const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];
const PAGE = join(__dirname, '../../docs/fault-matrix.md');

let table: TestTable;
let proxies: Record<ClientName, FaultProxy>;
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  table = await TestTable.start();
  const started = await Promise.all(CLIENT_NAMES.map(async (client) => [client, await FaultProxy.start(table.endpoint)] as const));
  proxies = Object.fromEntries(started) as typeof proxies;
});
afterAll(async () => {
  await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
  await table.stop();
});

describe.each(FAULT_NAMES)('%s', (fault) => {
  describe.each([false, true])('and stays so: %s', (lasts) => {
    test.each(VERB_NAMES)('at %s comes to what it must, with every client', async (verb) => {
      const cells = CLIENT_NAMES.map((client) => ({ fault, lasts, verb, client }));
      const found = await Promise.all(cells.map((cell) => runCell(table, proxies[cell.client], cell)));
      cells.forEach((cell, i) => outcomes.set(JSON.stringify(cell), found[i] as Outcome));
      expect(cells.map((cell, i) => ({ ...cell, ...found[i] }))).toEqual(cells.map((cell) => ({ ...cell, ...expectedOutcome(cell) })));
    });
  });
});

test('the page of the matrix says what was found', () => {
  const page = matrixPage(FAULT_NAMES, VERB_NAMES, CLIENT_NAMES, (cell) => outcomes.get(JSON.stringify(cell)));
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
