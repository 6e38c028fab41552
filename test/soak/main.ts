/** `npm run soak -- --minutes 10 --faults 2`: see `soak.ts`. Traffic stays on the loopback. */
import { parseArgs } from 'node:util';
import { runSoak } from './soak';
import { DYNALITE, findDynoxide } from '../support/engines';

const MOST_REQUESTS = 5_000_000;

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new RangeError(`--${name} is ${text}; allowed is a number from ${least} to ${most}.`);
  return value;
}

async function main(): Promise<void> {
  const options = { minutes: { type: 'string', default: '10' }, faults: { type: 'string', default: '2' } } as const;
  const { values } = parseArgs({ options });
  const minutes = number('minutes', values.minutes, 0.05, 60);
  const faults = number('faults', values.faults, 0, 50);
  const engine = findDynoxide() ?? DYNALITE;
  if (engine === DYNALITE) console.log('The engine runs in this process, and its items count in the heap.');
  const report = await runSoak({ engine, seconds: minutes * 60, mostRequests: MOST_REQUESTS, faults: faults / 100 });
  const { requests, calls, heap, lost, revived, wrong, errors } = report;
  console.log(`requests: ${requests} in ${minutes} minutes; ${(calls / requests).toFixed(2)} calls each; faults: ${report.faults} of ${calls} calls`);
  console.log(`errors that a handler or a browser saw: ${errors.size === 0 ? 'none' : ''}`);
  for (const [kind, count] of [...errors].sort()) console.log(`  ${kind}: ${count}`);
  console.log(`heap in MB: ${heap.start.toFixed(1)} at the start, ${heap.warm.toFixed(1)} after the first minute, ${heap.end.toFixed(1)} at the end`);
  console.log(`sessions lost: ${lost}; revived: ${revived}; with something else than was stored: ${wrong}`);
  const hasGrown = heap.end > heap.warm * 1.1;
  if (hasGrown) console.log('The heap has grown by more than a tenth.');
  if (lost + revived + wrong > 0 || (hasGrown && minutes >= 2)) process.exitCode = 1;
}

void main();
