/** dynalite in a process of its own, until its input ends. Prints where it listens. */
import { startEmbeddedTable } from '../src/testing';

async function main(): Promise<void> {
  const table = await startEmbeddedTable();
  console.log(table.endpoint);
  process.stdin.resume().once('end', () => void table.stop());
}

void main();
