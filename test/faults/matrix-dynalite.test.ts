import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CELLS, testMatrixOn } from './fault-matrix';
import { renderMatrix } from './matrix-page';
import { DYNALITE } from '../support/engines';

const PAGE = join(__dirname, '../../docs/fault-matrix.md');
const observed = testMatrixOn(DYNALITE);

test('docs/fault-matrix.md says what was observed', () => {
  expect(observed).toHaveLength(CELLS);
  const page = renderMatrix(observed);
  if (process.env.WRITE_FAULT_MATRIX === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
