import { testMatrixOn } from './fault-matrix';
import { findDynoxide } from '../support/engines';

const dynoxide = findDynoxide();

if (dynoxide !== undefined) testMatrixOn(dynoxide);
else test('is left out: there is no binary of dynoxide here', () => undefined);
