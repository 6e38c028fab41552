import { testMatrixOn } from './fault-matrix';
import { findDynoxide } from '../support/engines';

const dynoxide = findDynoxide();

// Clients that are given differ from each other and not from engine to engine: `npm run test:deep` runs them here too.
const clients = process.env.DEEP === '1' ? undefined : (['own SDK client', 'lean client'] as const);

if (dynoxide !== undefined) testMatrixOn(dynoxide, clients);
else test('is left out: there is no binary of dynoxide here', () => undefined);
