/** The seed of `npm test`, so that it gives the same result each time. */
const FIXED_SEED = 20_261_123;

/** `npm run test:deep` runs more, and each time with other seeds. */
export const isDeep = process.env.DEEP === '1';

/** How often and with which seed, which it says in the log; `SEED` repeats a deep run. */
export function runs(usual: number, deep: number, which = 0): { readonly numRuns: number; readonly seed: number } {
  const seed = Number(process.env.SEED || (isDeep ? (Date.now() + which * 1_000_003) % 0x7fffffff : FIXED_SEED));
  if (isDeep) console.info(`seed ${seed}: SEED=${seed} repeats this run`);
  return { numRuns: isDeep ? deep : usual, seed };
}
