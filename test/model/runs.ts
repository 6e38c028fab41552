/** The seed of `npm test`, so that it gives the same answer each time. */
const FIXED_SEED = 20_261_123;

/** `npm run test:deep` runs more, and each time with another seed, which fast-check prints where it fails. */
const isDeep = process.env.DEEP === '1';

/** How often, and with which seed; `SEED` repeats a deep run. */
export function runs(usual: number, deep: number): { readonly numRuns: number; readonly seed: number } {
  const seed = Number(process.env.SEED || (isDeep ? Date.now() % 0x7fffffff : FIXED_SEED));
  return { numRuns: isDeep ? deep : usual, seed };
}
