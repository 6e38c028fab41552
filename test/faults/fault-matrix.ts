import { expectedOutcome } from './expected-outcome';
import { Cell, Outcome, runCell } from './fault-cell';
import { CLIENTS, ClientName } from './fault-clients';
import { VERBS, VerbName } from './fault-verbs';
import { FaultyTable } from './faulty-table';
import { Engine } from '../support/engines';
import { FAULTS, FaultName } from '../support/faults';

/** A cell with what came of it. */
export type Observed = Cell & { readonly outcome: Outcome };

const ALL_FAULTS: readonly Cell['fault'][] = [...(Object.keys(FAULTS) as FaultName[]), 'stale eventual reads'];
const ALL_CLIENTS = Object.keys(CLIENTS) as ClientName[];
const ALL_VERBS = Object.keys(VERBS) as VerbName[];

/** Runs the cells of some clients on an engine; gives what was observed so far. */
export function testMatrixOn(engine: Engine, clients: readonly ClientName[] = ALL_CLIENTS): readonly Observed[] {
  const observed: Observed[] = [];
  const faulty = FaultyTable.on(engine);

  describe.each(ALL_FAULTS)('%s', (fault) => {
    test.each(clients)('loses nothing, revives nothing and admits nobody through the %s', async (client) => {
      const wrong: string[] = [];
      for (const cell of cellsOf(fault, client)) {
        const outcome = await runCell(faulty.table, faulty.proxy, cell);
        observed.push({ ...cell, outcome });
        const expected = expectedOutcome(cell);
        const differs = (Object.keys(expected) as (keyof Outcome)[])
          .filter((property) => JSON.stringify(outcome[property]) !== JSON.stringify(expected[property]))
          .map((property) => `${property} ${JSON.stringify(outcome[property])} and not ${JSON.stringify(expected[property])}`);
        const { verb, lasts } = cell;
        if (differs.length > 0) wrong.push(`${verb}, ${lasts ? 'lasting' : 'once'}: ${differs.join('; ')}`);
      }
      expect(wrong).toEqual([]);
    });
  });
  return observed;
}

/** How many cells there are. */
export const CELLS = ALL_FAULTS.length * ALL_CLIENTS.length * ALL_VERBS.length * 2;

function cellsOf(fault: Cell['fault'], client: ClientName): Cell[] {
  return ALL_VERBS.flatMap((verb) => [false, true].map((lasts) => ({ fault, client, verb, lasts })));
}
