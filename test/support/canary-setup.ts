/** Runs before each test file: an id that gets into an output fails the file. */
import { findIdInOutput, watchIds, watchOutput } from './canary';

watchIds();
watchOutput();
afterAll(() => {
  expect(findIdInOutput()).toBeUndefined();
});
