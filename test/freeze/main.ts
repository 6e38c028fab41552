/** `npm run test:freeze -- --rounds 1000`: freezes and thaws a function so often, and says what came of it. */
import { parseArgs } from 'node:util';
import { runFreezeRounds } from './freeze-rounds';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1000' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100_000) throw new RangeError(`--rounds is ${values.rounds}; allowed is a whole number from 1 to 100000.`);
  const start = performance.now();
  const { cut, dropped, pending, wrong } = await runFreezeRounds(rounds);
  console.log(`${rounds} rounds in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  console.log(`connections cut while frozen: ${cut}; dropped without a word: ${dropped}`);
  console.log(`calls under way when an answer was out: ${pending}`);
  console.log(`commits lost or errors shown: ${wrong.length}`);
  for (const text of wrong) console.log(`  ${text}`);
  if (wrong.length > 0 || pending > 0) process.exitCode = 1;
}

void main();
